/// <reference types="w3c-web-hid" preserve="true" />
/**
 * Scanners in HID POS mode over WebHID (https://wicg.github.io/webhid/). A scanner is put into that
 * mode by a code in its manual ("USB HID POS", "HID Bar Code Scanner"); straight from the box most
 * type like a keyboard (`keyboard-scanner.ts`). `hid-scan-report.ts` reads the reports.
 */
import { readScanReport, SCANNER_PAGE, scanLayouts, type ScanLayout } from './hid-scan-report.ts';
import { fail, ok, type Result } from './result.ts';
import { ScanFilter, type Scanner, type ScannerOptions } from './scanner.ts';

/** A code whose next report has not come by then was cut off. */
const LONGEST_GAP_MS = 500;
/** A character of the longest text takes at most this many bytes of UTF-8. */
const BYTES_A_CHARACTER = 3;

export interface HidScanner extends Scanner {
  /** Shows the browser's chooser. Only within a click. Never rejects; a person's "no" is no problem. */
  choose(): Promise<Result<void>>;
}

/** One open scanner: puts the reports of a code together. */
class OpenScanner {
  #device: HIDDevice;
  #layouts: readonly ScanLayout[];
  #filter: ScanFilter;
  #read: Uint8Array<ArrayBuffer>;
  #length = 0;
  /** The code at hand is broken; what is left of it is not read. */
  #broken = false;
  #gap: ReturnType<typeof setTimeout> | undefined;

  constructor(device: HIDDevice, layouts: readonly ScanLayout[], filter: ScanFilter) {
    this.#device = device;
    this.#layouts = layouts;
    this.#filter = filter;
    this.#read = new Uint8Array(filter.longest * BYTES_A_CHARACTER);
    device.addEventListener('inputreport', this.#hear);
  }

  async close(): Promise<void> {
    this.#device.removeEventListener('inputreport', this.#hear);
    this.#forget();
    await this.#device.close().catch(() => undefined);
  }

  readonly #hear = ({ reportId, data: report }: HIDInputReportEvent): void => {
    const layout = this.#layouts.find((one) => one.reportId === reportId);
    if (layout === undefined) return;
    clearTimeout(this.#gap);
    const said = readScanReport(layout, report);
    if (said === undefined) return this.#forget();
    const { data, continued } = said;
    if (this.#length + data.length > this.#read.length) this.#broken = true;
    else this.#read.set(data, this.#length);
    this.#length += data.length;
    new Uint8Array(report.buffer, report.byteOffset, report.byteLength).fill(0);
    if (continued) this.#gap = setTimeout(() => this.#forget(), LONGEST_GAP_MS);
    else this.#finish();
  };

  #finish(): void {
    const text = this.#broken ? undefined : utf8(this.#read.subarray(0, this.#length));
    this.#forget();
    if (text !== undefined) this.#filter.take(text);
  }

  #forget(): void {
    clearTimeout(this.#gap);
    this.#read.fill(0);
    this.#length = 0;
    this.#broken = false;
  }
}

/** Undefined for bytes that are no UTF-8: a code of another encoding is none of ours. */
function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

class HidScanners extends EventTarget implements HidScanner {
  #hid: HID;
  #filter: ScanFilter;
  #open = new Map<HIDDevice, OpenScanner>();
  #watching = false;

  constructor(hid: HID, options: ScannerOptions) {
    super();
    this.#hid = hid;
    this.#filter = new ScanFilter(options);
  }

  get connected(): boolean {
    return this.#open.size > 0;
  }

  async open(): Promise<void> {
    if (!this.#watching) {
      this.#watching = true;
      this.#hid.addEventListener('connect', this.#plugged);
      this.#hid.addEventListener('disconnect', this.#unplugged);
    }
    const devices = await this.#hid.getDevices().catch(() => []);
    for (const device of devices) await this.#add(device);
  }

  async choose(): Promise<Result<void>> {
    let chosen: HIDDevice[];
    try {
      chosen = await this.#hid.requestDevice({ filters: [{ usagePage: SCANNER_PAGE }] });
    } catch (error) {
      return fail('transport.denied', (error as Error).message);
    }
    await this.open();
    const taken: boolean[] = [];
    for (const device of chosen) taken.push(await this.#add(device));
    return chosen.length === 0 || taken.includes(true)
      ? ok(undefined)
      : fail('transport.unsupported', 'The scanner can’t be opened, or is not in HID POS mode.');
  }

  async close(): Promise<void> {
    this.#watching = false;
    this.#hid.removeEventListener('connect', this.#plugged);
    this.#hid.removeEventListener('disconnect', this.#unplugged);
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map((scanner) => scanner.close()));
  }

  async #add(device: HIDDevice): Promise<boolean> {
    if (this.#open.has(device)) return true;
    const layouts = scanLayouts(device.collections);
    if (layouts.length === 0) return false;
    try {
      await device.open();
    } catch {
      return false;
    }
    if (!this.#watching) {
      await device.close().catch(() => undefined);
      return false;
    }
    this.#open.set(device, new OpenScanner(device, layouts, this.#filter));
    this.dispatchEvent(new Event('change'));
    return true;
  }

  readonly #plugged = ({ device }: HIDConnectionEvent): void => {
    void this.#add(device);
  };

  readonly #unplugged = ({ device }: HIDConnectionEvent): void => {
    const scanner = this.#open.get(device);
    if (scanner === undefined) return;
    this.#open.delete(device);
    void scanner.close();
    this.dispatchEvent(new Event('change'));
  };
}

/** @param hid `navigator.hid`, or a thing of the same shape */
export function hidScanner(hid: HID, options: ScannerOptions): HidScanner {
  return new HidScanners(hid, options);
}
