/// <reference types="w3c-web-hid" preserve="true" />
/**
 * What a scanner in HID POS mode sends: input reports on usage page 0x8C, "Bar Code Scanner" (HID
 * Point of Sale Usage Tables 1.02, section 3; now in HID Usage Tables).
 *
 * Makers order and size the fields as they like, so the layout is read from the device's own report
 * descriptor, as WebHID gives it: Decoded Data (0xFE), Symbology Identifier 1 to 3 (0xFB to 0xFD, the
 * AIM identifier such as `]Q1`), Decode Data Continued (0xFF: the next report carries more of the same
 * code) and, on Generic Desktop, Byte Count (0x3B). Without a byte count the zeros at the end are
 * padding. Honeywell's descriptor, for one: id 2, count, identifier, 56 bytes of data, two bytes of
 * its own, and a byte whose lowest bit says "continued".
 */

export const SCANNER_PAGE = 0x8c;
const DECODED_DATA = 0x8c_00fe;
const SYMBOLOGY = [0x8c_00fb, 0x8c_00fc, 0x8c_00fd];
const CONTINUED = 0x8c_00ff;
const BYTE_COUNT = 0x01_003b;
/** A full-speed report is 64 bytes and a high-speed one 1,024; a descriptor that says more is broken. */
const LONGEST_REPORT_BITS = 8 * 1_024;

/** One report that carries decoded data. Positions are in bytes from its beginning, without the id. */
export interface ScanLayout {
  readonly reportId: number;
  /** Of the whole report, in bytes. */
  readonly length: number;
  readonly data: { readonly at: number; readonly size: number };
  readonly count?: number;
  /** The three bytes of the AIM identifier. */
  readonly symbology?: readonly [number, number, number];
  readonly continued?: { readonly at: number; readonly bit: number };
}

interface Field {
  readonly usage: number | undefined;
  readonly bit: number;
  readonly bits: number;
}

/** The report's fields in order, one per element. Constant fields and arrays only take up room. */
function fieldsOf(items: readonly HIDReportItem[]): Field[] | undefined {
  const fields: Field[] = [];
  let bit = 0;
  for (const item of items) {
    const { reportSize: bits = 0, reportCount = 0, usages = [], isRange } = item;
    if (bit + bits * reportCount > LONGEST_REPORT_BITS) return undefined;
    const named = item.isConstant !== true && item.isArray !== true;
    for (let i = 0; i < reportCount; i += 1, bit += bits) {
      const ranged = (item.usageMinimum ?? 0) + i;
      // HID 1.11, 6.2.2.8: the last usage stands for all further elements.
      const usage = isRange === true ? ranged : usages[Math.min(i, usages.length - 1)];
      fields.push({ usage: named ? usage : undefined, bit, bits });
    }
  }
  return fields;
}

function layoutOf({ reportId = 0, items = [] }: HIDReportInfo): ScanLayout | undefined {
  const fields = fieldsOf(items);
  if (fields === undefined) return undefined;
  const byteOf = (usage: number) => {
    const field = fields.find((one) => one.usage === usage);
    return field?.bits === 8 && field.bit % 8 === 0 ? field.bit / 8 : undefined;
  };
  const at = byteOf(DECODED_DATA);
  const size = fields.filter(({ usage }) => usage === DECODED_DATA).length;
  const last = fields.findLast(({ usage }) => usage === DECODED_DATA);
  // The data has to be one row of bytes.
  if (at === undefined || last?.bits !== 8 || last.bit / 8 !== at + size - 1) return undefined;
  const end = fields.at(-1) as Field;
  const count = byteOf(BYTE_COUNT);
  const [first, second, third] = SYMBOLOGY.map(byteOf);
  const continued = fields.find(({ usage }) => usage === CONTINUED);
  return {
    reportId,
    length: Math.ceil((end.bit + end.bits) / 8),
    data: { at, size },
    ...(count === undefined ? {} : { count }),
    ...(first === undefined || second === undefined || third === undefined
      ? {}
      : { symbology: [first, second, third] }),
    ...(continued === undefined
      ? {}
      : { continued: { at: Math.floor(continued.bit / 8), bit: continued.bit % 8 } }),
  };
}

/** Every report of the device that carries scanned data; empty if it is no scanner in HID POS mode. */
export function scanLayouts(collections: readonly HIDCollectionInfo[]): ScanLayout[] {
  // A browser lists a report in every collection around its items; the outermost has it whole.
  return collections
    .filter(({ usagePage }) => usagePage === SCANNER_PAGE)
    .flatMap(({ inputReports = [] }) => inputReports)
    .flatMap((report) => layoutOf(report) ?? []);
}

/** What one report says. `data` is a view into it. */
export interface ScanReport {
  readonly data: Uint8Array;
  /** Of the code, as AIM names it (ISO/IEC 15424), `]Q1` for a QR code; undefined where unsaid. */
  readonly symbology: string | undefined;
  readonly continued: boolean;
}

/** @returns undefined for a report that is not of the layout's form */
export function readScanReport(layout: ScanLayout, report: DataView): ScanReport | undefined {
  if (report.byteLength !== layout.length) return undefined;
  const bytes = new Uint8Array(report.buffer, report.byteOffset, report.byteLength);
  const { at, size } = layout.data;
  let data = bytes.subarray(at, at + size);
  if (layout.count === undefined) {
    data = data.subarray(0, data.findLastIndex((byte) => byte !== 0) + 1);
  } else {
    const count = bytes[layout.count] as number;
    if (count > size) return undefined;
    data = data.subarray(0, count);
  }
  const aim = String.fromCharCode(...(layout.symbology ?? []).map((i) => bytes[i] as number));
  const { continued } = layout;
  return {
    data,
    symbology: /^\][A-Za-z][0-9A-Za-z]$/.test(aim) ? aim : undefined,
    continued:
      continued !== undefined && (((bytes[continued.at] as number) >> continued.bit) & 1) === 1,
  };
}
