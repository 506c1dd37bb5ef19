/**
 * A barcode scanner in the guest, made of the kernel's `uhid`
 * (Documentation/hid/uhid.rst): HID POS usage tables, usage page 0x8C "Bar Code Scanner".
 */
import { openSync, writeSync } from 'node:fs';

/** The pid.codes test identifier: no product has it. */
export const SCANNER = { vendor: 0x1209, product: 0x0002 } as const;
/** Scanned data of this many bytes goes in one report. */
const DATA_BYTES = 56;

/**
 * One input report with id 2: length of the data, symbology identifier (three characters, AIM), the
 * data, and a bit that says whether more reports follow. As the HID POS specification 1.02 has it.
 */
const REPORT_DESCRIPTOR = Uint8Array.from(
  [
    [0x05, 0x8c], // usage page: bar code scanner
    [0x09, 0x02], // usage: bar code scanner
    [0xa1, 0x01], // collection: application
    [0x09, 0x12], //   usage: scanned data report
    [0xa1, 0x02], //   collection: logical
    [0x85, 0x02], //     report id 2
    [0x15, 0x00], //     logical minimum 0
    [0x26, 0xff, 0x00], //     logical maximum 255
    [0x75, 0x08], //     report size 8
    [0x95, 0x01], //     report count 1
    [0x05, 0x01, 0x09, 0x3b], //     usage page generic desktop, usage: byte count
    [0x81, 0x02], //     input
    [0x95, 0x03], //     report count 3
    [0x05, 0x8c], //     usage page: bar code scanner
    [0x09, 0xfb, 0x09, 0xfc, 0x09, 0xfd], //     usages: symbology identifier 1 to 3
    [0x81, 0x02], //     input
    [0x95, DATA_BYTES], //     report count
    [0x09, 0xfe], //     usage: decoded data
    [0x82, 0x02, 0x01], //     input, buffered bytes
    [0x95, 0x01], //     report count 1
    [0x75, 0x01], //     report size 1
    [0x25, 0x01], //     logical maximum 1
    [0x09, 0xff], //     usage: decoded data continued
    [0x81, 0x02], //     input
    [0x95, 0x07], //     report count 7
    [0x81, 0x03], //     input, constant
    [0xc0], //   end collection
    [0xc0], // end collection
  ].flat(),
);

const UHID_CREATE2 = 11;
const UHID_INPUT2 = 12;
const BUS_USB = 3;

export interface Scanner {
  /** Reads a code: one input report, or several if the text is long. */
  scan(text: string): void;
}

/** Makes the device; it is there as long as this process lives. */
export function plugScanner(): Scanner {
  const uhid = openSync('/dev/uhid', 'r+');
  // type, name 128, phys 64, uniq 64, size and bus 2 each, vendor, product, version, country 4 each.
  const create = Buffer.alloc(4 + 128 + 64 + 64 + 2 + 2 + 4 * 4 + 4096);
  create.writeUInt32LE(UHID_CREATE2, 0);
  create.write('Kabina lab scanner', 4);
  create.writeUInt16LE(REPORT_DESCRIPTOR.length, 260);
  create.writeUInt16LE(BUS_USB, 262);
  create.writeUInt32LE(SCANNER.vendor, 264);
  create.writeUInt32LE(SCANNER.product, 268);
  create.set(REPORT_DESCRIPTOR, 280);
  writeSync(uhid, create);
  return {
    scan(text) {
      const bytes = Buffer.from(text, 'utf8');
      for (let at = 0; at < bytes.length; at += DATA_BYTES) {
        const part = bytes.subarray(at, at + DATA_BYTES);
        const report = Buffer.alloc(1 + 1 + 3 + DATA_BYTES + 1);
        report[0] = 2;
        report[1] = part.length;
        report.write(']Q1', 2);
        report.set(part, 5);
        report[5 + DATA_BYTES] = at + DATA_BYTES < bytes.length ? 1 : 0;
        const input = Buffer.alloc(4 + 2 + 4096);
        input.writeUInt32LE(UHID_INPUT2, 0);
        input.writeUInt16LE(report.length, 4);
        input.set(report, 6);
        writeSync(uhid, input);
      }
    },
  };
}
