/// <reference types="w3c-web-hid" preserve="true" />
/**
 * WebHID without devices: the parts of https://wicg.github.io/webhid/ that a driver sees, with the
 * refusals that Chromium gives, and two devices to plug in: a token that carries APDUs, and a scanner
 * laid out as Honeywell's in HID POS mode.
 */

/** An event that carries a device, in Node too, where there is no HIDConnectionEvent. */
class DeviceEvent extends Event {
  readonly device: SimulatedHidDevice;
  constructor(type: string, device: SimulatedHidDevice) {
    super(type);
    this.device = device;
  }
}

class ReportEvent extends DeviceEvent {
  readonly reportId: number;
  readonly data: DataView;
  constructor(device: SimulatedHidDevice, reportId: number, data: Uint8Array) {
    super('inputreport', device);
    this.reportId = reportId;
    this.data = new DataView(data.slice().buffer);
  }
}

export interface SimulatedHidIdentity {
  readonly vendorId: number;
  readonly productId: number;
  readonly productName: string;
  readonly collections: HIDCollectionInfo[];
}

export class SimulatedHidDevice extends EventTarget {
  readonly vendorId: number;
  readonly productId: number;
  readonly productName: string;
  readonly collections: HIDCollectionInfo[];
  opened = false;
  plugged = false;
  /** Refuses to open, as where the system gives no permission. */
  locked = false;
  /** Every report that has been sent to it: the very bytes that it was given, not copies. */
  readonly given: Uint8Array[] = [];
  /** What it does with a report. */
  received: (reportId: number, data: Uint8Array) => void = () => undefined;

  constructor({ vendorId, productId, productName, collections }: SimulatedHidIdentity) {
    super();
    this.vendorId = vendorId;
    this.productId = productId;
    this.productName = productName;
    this.collections = collections;
  }

  async open(): Promise<void> {
    if (this.opened) throw new DOMException('The device is already open.', 'InvalidStateError');
    if (this.locked || !this.plugged) {
      throw new DOMException('Failed to open the device.', 'NotAllowedError');
    }
    this.opened = true;
  }

  async close(): Promise<void> {
    this.opened = false;
  }

  async forget(): Promise<void> {
    this.opened = false;
  }

  async sendReport(reportId: number, data: BufferSource): Promise<void> {
    if (!this.opened)
      throw new DOMException('The device must be opened first.', 'InvalidStateError');
    const bytes = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);
    this.given.push(bytes);
    const copy = bytes.slice();
    await Promise.resolve();
    if (!this.plugged) throw new DOMException('Failed to write the report.', 'NotAllowedError');
    this.received(reportId, copy);
  }

  async sendFeatureReport(): Promise<void> {
    throw new DOMException('Failed to write the feature report.', 'NotAllowedError');
  }

  async receiveFeatureReport(): Promise<DataView> {
    throw new DOMException('Failed to receive the feature report.', 'NotAllowedError');
  }

  /** Sends an input report, if anybody has the device open. */
  report(reportId: number, data: Uint8Array): void {
    if (this.opened) this.dispatchEvent(new ReportEvent(this, reportId, data));
  }
}

/** A port to plug devices into; `hid` stands for `navigator.hid`. */
export class SimulatedHid extends EventTarget {
  /** The declared classes of WebHID have event overloads that a class of ours can't inherit. */
  readonly hid = this as unknown as HID;
  /** What the person will choose; empty is a click on "Cancel". */
  chosen: SimulatedHidDevice[] = [];
  /** What the chooser was asked to show, each time. */
  readonly asked: (readonly HIDDeviceFilter[])[] = [];
  #permitted = new Set<SimulatedHidDevice>();

  async getDevices(): Promise<SimulatedHidDevice[]> {
    return [...this.#permitted].filter(({ plugged }) => plugged);
  }

  async requestDevice(options?: HIDDeviceRequestOptions): Promise<SimulatedHidDevice[]> {
    this.asked.push(options?.filters ?? []);
    for (const device of this.chosen) {
      device.plugged = true;
      this.#permitted.add(device);
    }
    return this.chosen;
  }

  /** Plugs in a device for which the page has a permission. */
  plug(device: SimulatedHidDevice): void {
    device.plugged = true;
    this.#permitted.add(device);
    this.dispatchEvent(new DeviceEvent('connect', device));
  }

  unplug(device: SimulatedHidDevice): void {
    device.plugged = false;
    device.opened = false;
    this.dispatchEvent(new DeviceEvent('disconnect', device));
  }
}

const bytesField = (usage: number, count = 1): HIDReportItem => ({
  isArray: false,
  usages: [usage],
  reportSize: 8,
  reportCount: count,
});

const PACKET = 64;
const CHANNEL = 0x0101;

/** One packet of the framing, written from its documentation and apart from `hid-framing.ts`. */
export function tokenPacket(sequence: number, payload: readonly number[]): Uint8Array {
  const packet = new Uint8Array(PACKET);
  packet.set([CHANNEL >> 8, CHANNEL & 0xff, 0x05, sequence >> 8, sequence & 0xff, ...payload]);
  return packet;
}

/** A token that answers APDUs, with the framing of `hid-framing.ts`. */
export function simulatedToken(
  answer: (command: Uint8Array) => Uint8Array | Promise<Uint8Array>,
  productName = 'Simulated token',
): SimulatedHidDevice {
  const report = { reportId: 0, items: [bytesField(0xffa0_0003, PACKET)] };
  const device = new SimulatedHidDevice({
    vendorId: 0x2c97,
    productId: 0x1011,
    productName,
    collections: [{ usagePage: 0xffa0, usage: 1, inputReports: [report], outputReports: [report] }],
  });
  let command: number[] = [];
  device.received = (_, data) => {
    const sequence = (data[3] ?? 0) * 256 + (data[4] ?? 0);
    if (sequence === 0) command = [];
    command.push(...data.subarray(5));
    const length = 2 + (command[0] ?? 0) * 256 + (command[1] ?? 0);
    if (command.length < length) return;
    const apdu = Uint8Array.from(command.slice(2, length));
    void Promise.resolve(answer(apdu)).then((response) => {
      const rest = [response.length >> 8, response.length & 0xff, ...response];
      for (let number = 0; rest.length > 0; number += 1) {
        device.report(0, tokenPacket(number, rest.splice(0, PACKET - 5)));
      }
    });
  };
  return device;
}

const SCANNER = 0x8c_0000;
const SCAN_DATA = 56;

/** A scanner in HID POS mode, laid out as Honeywell's report descriptors are. */
export class SimulatedScanner extends SimulatedHidDevice {
  constructor(productName = 'Simulated scanner') {
    const items = [
      bytesField(0x01_003b),
      { ...bytesField(0, 3), usages: [SCANNER + 0xfb, SCANNER + 0xfc, SCANNER + 0xfd] },
      { ...bytesField(SCANNER + 0xfe, SCAN_DATA), isBufferedBytes: true },
      { ...bytesField(0, 2), usages: [0xff66_0004, 0xff66_0000] },
      { ...bytesField(SCANNER + 0xff, 8), reportSize: 1 },
    ];
    const inputReports = [{ reportId: 2, items }];
    super({
      vendorId: 0x0c2e,
      productId: 0x0b87,
      productName,
      // Chromium lists a report in each collection around its items, outermost first.
      collections: [
        {
          usagePage: 0x8c,
          usage: 2,
          type: 1,
          inputReports,
          outputReports: [],
          children: [{ usagePage: 0x8c, usage: 0x12, type: 2, inputReports, outputReports: [] }],
        },
      ],
    });
  }

  /** What the scanner sends for one code: its input reports, without their id. */
  static reports(text: string, symbology = ']Q1'): Uint8Array[] {
    const bytes = new TextEncoder().encode(text);
    const reports: Uint8Array[] = [];
    for (let from = 0; from === 0 || from < bytes.length; from += SCAN_DATA) {
      const part = bytes.subarray(from, from + SCAN_DATA);
      const report = new Uint8Array(63);
      report[0] = part.length;
      report.set(new TextEncoder().encode(symbology), 1);
      report.set(part, 4);
      report[60] = 0x73;
      report[62] = from + SCAN_DATA < bytes.length ? 1 : 0;
      reports.push(report);
    }
    return reports;
  }

  scan(text: string, symbology?: string): void {
    for (const report of SimulatedScanner.reports(text, symbology)) this.report(2, report);
  }
}
