/** What a technician may write, and what they are told where it is wrong. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { checkMachine, originOf, pageOf } from './config.ts';
import { SystemError } from './errors.ts';

const ELECTION = {
  electionId: 'ab'.repeat(32),
  kind: 'binding',
  box: 'https://box.test',
  registrar: 'https://registrar.test:8443',
  observers: 'https://observers.test',
};
const SERVICES = [
  { name: 'box.test', address: '203.0.113.7' },
  { name: 'registrar.test', address: '2001:db8::8', port: 8443 },
  { name: 'observers.test', address: '203.0.113.9', port: 443 },
];
const KIOSK = { role: 'kiosk', id: 'K1' };

describe('machine.json', () => {
  it('needs no more than a role and an id', () => {
    const config = checkMachine(KIOSK);
    assert.equal(originOf(config), 'http://127.0.0.1:8800');
    assert.equal(pageOf(config), 'http://127.0.0.1:8800/terminal/');
    assert.equal(config.volume, 'encrypted');
    assert.equal(pageOf(checkMachine({ role: 'desk', id: '101' })), 'http://127.0.0.1:8800/desk/');
  });

  it('reads servers, clocks and devices', () => {
    const config = checkMachine({
      ...KIOSK,
      election: ELECTION,
      services: SERVICES,
      ntp: ['203.0.113.1'],
      printers: ['04b8:0202'],
      scanners: ['05e0:1701'],
    });
    assert.deepEqual(config.services[0], { name: 'box.test', address: '203.0.113.7', port: 443 });
    assert.deepEqual(config.printers, [{ vendor: 0x04b8, product: 0x0202 }]);
    assert.deepEqual(config.scanners, [{ vendor: 0x05e0, product: 0x1701 }]);
  });

  const wrong: readonly (readonly [title: string, json: unknown, said: RegExp])[] = [
    ['no object', [], /объект JSON/],
    ['no role', { id: 'K1' }, /^role: /],
    ['an id that no manifest has', { ...KIOSK, id: 'a b' }, /^id: /],
    ['an unknown field', { ...KIOSK, debug: true }, /^debug: поле лишнее/],
    ['a port of the system', { ...KIOSK, port: 80 }, /^port: /],
    ['a printer by its name', { ...KIOSK, printers: ['Epson'] }, /^printers\[0\]: .*lsusb/],
    ['a server without an address', { ...KIOSK, services: [{ name: 'a' }] }, /address/],
    [
      'a name that would add a line to the firewall',
      { ...KIOSK, services: [{ name: 'a"\naccept', address: '203.0.113.7' }] },
      /^services\[0\]\.name: /,
    ],
    ['a clock by name', { ...KIOSK, ntp: ['ntp.test'] }, /^ntp\[0\]: нужно адрес IP/],
    ['an election with a path', { ...KIOSK, election: { ...ELECTION, box: 'https://b/x' } }, /box/],
    [
      'a box that the firewall would keep out',
      { ...KIOSK, election: ELECTION, services: SERVICES.slice(1) },
      /^services: .*election\.box: box\.test, порт 443/,
    ],
    [
      'the right server on another port',
      { ...KIOSK, election: ELECTION, services: [...SERVICES.slice(0, 1), ...SERVICES.slice(2)] },
      /registrar\.test, порт 8443/,
    ],
    [
      'a real election without an encrypted volume',
      { ...KIOSK, election: ELECTION, services: SERVICES, volume: 'none' },
      /^volume: /,
    ],
  ];
  for (const [title, json, said] of wrong) {
    it(`refuses ${title}`, () => {
      assert.throws(
        () => checkMachine(json),
        (error: SystemError) => error.code === 'system.config' && said.test(error.message),
      );
    });
  }

  it('gives a configuration or a sentence, whatever it is given', () => {
    const fields = fc.record(
      {
        role: fc.constantFrom('kiosk', 'desk'),
        id: fc.string(),
        port: fc.integer(),
        services: fc.array(
          fc.record({ name: fc.string(), address: fc.oneof(fc.ipV4(), fc.string()) }),
        ),
        printers: fc.array(fc.string()),
        ntp: fc.jsonValue(),
        election: fc.jsonValue(),
      },
      { requiredKeys: ['role'] },
    );
    fc.assert(
      fc.property(fc.oneof(fields, fc.jsonValue()), (json) => {
        try {
          assert.match(
            pageOf(checkMachine(json)),
            /^http:\/\/127\.0\.0\.1:\d+\/(terminal|desk)\/$/,
          );
        } catch (error) {
          assert.ok(error instanceof SystemError);
          assert.equal(error.code, 'system.config');
        }
      }),
    );
  });
});
