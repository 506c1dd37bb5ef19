/** What is plugged into the terminal, with simulated devices in a real browser. */
import { expect } from 'chai';
import { SimulatedHid, SimulatedScanner } from '@kabina/tokens/testing/simulated-hid';
import { TerminalDevices } from './devices.ts';

/** What a scanner does that types like a keyboard. */
function wedge(code: string): void {
  const press = (init: KeyboardEventInit) =>
    document.body.dispatchEvent(
      new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init }),
    );
  for (const character of code) {
    const letter = /[A-Z]/.test(character);
    const place = character === '-' ? 'Minus' : letter ? `Key${character}` : `Digit${character}`;
    press({ code: place, key: character, shiftKey: letter });
  }
  press({ code: 'Enter', key: 'Enter' });
}

describe('the terminal’s devices', () => {
  it('read a code by either kind of scanner, and are deaf once closed', async () => {
    const hid = new SimulatedHid();
    const scanner = new SimulatedScanner();
    hid.plug(scanner);
    const codes: string[] = [];
    const devices = new TerminalDevices({ window, hid: hid.hid }, (code) => codes.push(code) > 0);
    await devices.open();
    wedge('7Z7Z7-Q7Z7A');
    scanner.scan('ABCDE-FGHJK');
    scanner.scan(`kabina-receipt:${'a'.repeat(500)}`);
    expect(codes).to.deep.equal(['7Z7Z7-Q7Z7A', 'ABCDE-FGHJK']);
    expect(devices.prints).to.equal(false);
    await devices.close();
    wedge('7Z7Z7-Q7Z7A');
    expect(codes.length).to.equal(2);
    expect(scanner.opened).to.equal(false);
  });

  it('without a printer or an interface to one say that nothing was printed', async () => {
    const devices = new TerminalDevices({ window }, () => false);
    await devices.open();
    const content = { title: 'x', lines: [], code: 'x', qr: ['x'], footer: [] };
    expect(await devices.print(content, {})).to.equal('failed');
    if ('usb' in navigator) {
      const plugged = new TerminalDevices({ window, usb: navigator.usb }, () => false);
      await plugged.open();
      expect(plugged.prints).to.equal(false);
      expect(await plugged.print(content, {})).to.equal('failed');
      await plugged.close();
    }
    await devices.close();
  });
});
