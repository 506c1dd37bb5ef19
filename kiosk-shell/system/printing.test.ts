// Which machine may print from the browser: a desk without a receipt printer, and no other.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkMachine } from './config.ts';
import { layoutFor } from './files.ts';
import { policiesFor } from './policies.ts';
import { CUPS_CONFIG } from './printing.ts';

const MACHINES = [
  { prints: false, machine: { role: 'kiosk', id: 'K1' } },
  { prints: false, machine: { role: 'kiosk', id: 'K1', printers: ['04b8:0202'] } },
  { prints: false, machine: { role: 'desk', id: '101', printers: ['04b8:0202'] } },
  { prints: true, machine: { role: 'desk', id: '101' } },
];

describe('printing from the browser', () => {
  for (const { prints, machine } of MACHINES) {
    const { role, printers = [] } = machine;
    it(`${prints ? 'on' : 'off'}: ${role}, receipt printers: ${printers.length}`, async () => {
      const config = checkMachine(machine);
      assert.equal(policiesFor(config)['PrintingEnabled'], prints);
      const { files, absent } = await layoutFor(config);
      assert.equal(
        files.some(({ path }) => path === CUPS_CONFIG.path),
        prints,
      );
      // `check` fails a machine that has CUPS and should not.
      assert.equal(absent.includes(CUPS_CONFIG.path), !prints);
    });
  }

  it('never goes to a file, and CUPS listens to no network', () => {
    const policies = policiesFor(checkMachine({ role: 'desk', id: '101' }));
    assert.ok((policies['PrinterTypeDenyList'] as string[]).includes('pdf'));
    const listens = CUPS_CONFIG.text.match(/^(Listen|Port|SSLListen) .*$/gm);
    assert.deepEqual(listens, ['Listen /run/cups/cups.sock']);
  });

  it('leaves no trace of what was printed, nor when: each of these is CUPS’s default otherwise', () => {
    for (const line of ['PreserveJobFiles No', 'PreserveJobHistory No', 'AccessLogLevel config']) {
      assert.match(CUPS_CONFIG.text, new RegExp(`^${line}$`, 'm'));
    }
  });
});
