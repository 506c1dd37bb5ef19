/**
 * CCID smart-card readers and tokens over the WebUSB API: the same code in a page, with
 * `navigator.usb`, and in Node, with `usb` of npm's package of that name.
 *
 * A plain https page is not let at devices of the smart-card class 0x0B: Chromium keeps it to
 * Isolated Web Apps with the permission `usb-unrestricted` and to Electron. `open` and `choose` answer
 * `transport.denied` there. A vendor-class interface with a smart-card descriptor passes everywhere.
 * pcscd and this driver exclude each other: whoever comes second gets `transport.busy`.
 */
import { SMART_CARD_CLASS, VENDOR_CLASS } from './ccid-descriptor.ts';
import { openCcid } from './ccid-open.ts';
import { fail, ok, type Result } from './result.ts';
import type { CardReader, ReaderSource } from './transport.ts';
import { sameDevice, usbProblem, type Usb, type UsbDevice, type UsbEvent } from './usb-api.ts';
import { UsbReaderDevice, type DeviceTimes } from './usb-reader.ts';

export interface UsbReadersOptions {
  /**
   * Milliseconds of silence after which a card or a reader is mute. A card that works on a long
   * command asks for more time meanwhile.
   */
  readonly timeout?: number;
  /** Milliseconds between questions to a reader that doesn't tell of cards by itself. */
  readonly poll?: number;
}

/** Longer than readers themselves wait for most cards. */
const TIMEOUT = 30_000;
/** A card that is pulled is noticed within half a second. */
const POLL = 500;
const LONGEST_NAME = 64;

/** The readers of a bus. Nothing is opened before `open` or `choose`. */
export function usbReaders(usb: Usb, options: UsbReadersOptions = {}): ReaderSource {
  return new UsbReaders(usb, { timeout: options.timeout ?? TIMEOUT, poll: options.poll ?? POLL });
}

class UsbReaders extends EventTarget implements ReaderSource {
  readonly kind = 'usb';
  readonly choose?: () => Promise<Result<void>>;
  readonly #usb: Usb;
  readonly #times: DeviceTimes;
  #devices: UsbReaderDevice[] = [];
  /** Devices that are being opened, so that none is opened twice at a time. */
  #adding: { readonly device: UsbDevice; readonly done: Promise<Result<void>> }[] = [];
  #watching = false;

  constructor(usb: Usb, times: DeviceTimes) {
    super();
    this.#usb = usb;
    this.#times = times;
    if (typeof usb.requestDevice === 'function') this.choose = () => this.#choose();
  }

  get readers(): readonly CardReader[] {
    return this.#devices.flatMap(({ readers }) => readers);
  }

  async open(): Promise<Result<readonly CardReader[]>> {
    this.#watch();
    let devices: UsbDevice[];
    try {
      devices = await this.#usb.getDevices();
    } catch (error) {
      return usbProblem(error, 'listing devices');
    }
    let problem: Result<never> | undefined;
    // One after another: several may be one device with several handles.
    for (const device of devices) {
      const added = await this.#add(device);
      if (!added.ok && added.problem.code !== 'transport.unsupported') problem ??= added;
    }
    const { readers } = this;
    return readers.length === 0 && problem ? problem : ok(readers);
  }

  async close(): Promise<void> {
    this.#watching = false;
    this.#usb.removeEventListener('connect', this.#connected);
    this.#usb.removeEventListener('disconnect', this.#disconnected);
    await Promise.all(this.#adding.map(({ done }) => done));
    const devices = this.#devices;
    this.#devices = [];
    await Promise.all(devices.map((device) => device.close()));
    if (devices.length > 0) this.#tell();
  }

  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#usb.addEventListener('connect', this.#connected);
    this.#usb.addEventListener('disconnect', this.#disconnected);
  }

  async #choose(): Promise<Result<void>> {
    let device: UsbDevice;
    try {
      const filters = [{ classCode: SMART_CARD_CLASS }, { classCode: VENDOR_CLASS }];
      device = await this.#usb.requestDevice({ filters });
    } catch (error) {
      const name = error instanceof Error ? error.name : typeof error;
      // The chooser was closed: that is the person's right, and no problem.
      if (name === 'NotFoundError') return ok(undefined);
      return fail('transport.denied', `No device could be chosen (${name}).`);
    }
    this.#watch();
    return await this.#add(device);
  }

  readonly #connected = ({ device }: UsbEvent): void => {
    void this.#add(device);
  };

  readonly #disconnected = ({ device }: UsbEvent): void => {
    const gone = this.#devices.filter((known) => sameDevice(known.device, device));
    if (gone.length === 0) return;
    this.#devices = this.#devices.filter((known) => !gone.includes(known));
    for (const known of gone) known.gone();
    this.#tell();
  };

  #add(device: UsbDevice): Promise<Result<void>> {
    if (this.#devices.some((known) => sameDevice(known.device, device))) {
      return Promise.resolve(ok(undefined));
    }
    const under = this.#adding.find((adding) => sameDevice(adding.device, device));
    if (under) return under.done;
    const adding = { device, done: this.#open(device) };
    this.#adding.push(adding);
    void adding.done.then(() => {
      this.#adding = this.#adding.filter((other) => other !== adding);
    });
    return adding.done;
  }

  async #open(device: UsbDevice): Promise<Result<void>> {
    const bus = await openCcid(device, this.#times.timeout);
    if (!bus.ok) return bus;
    if (!this.#watching) {
      await bus.value.close();
      return fail('transport.closed', 'The readers were closed meanwhile.');
    }
    const names = this.#names(device, bus.value.descriptor.slots);
    const added = new UsbReaderDevice(bus.value, names, this.#times, () => {
      if (this.#devices.includes(added)) this.#tell();
    });
    this.#devices.push(added);
    await added.start();
    if (this.#devices.includes(added)) this.#tell();
    return ok(undefined);
  }

  /** What the maker calls the reader; a number where that is not enough to tell them apart. */
  #names(device: UsbDevice, slots: number): string[] {
    const maker = printable(device.manufacturerName);
    const product = printable(device.productName) || 'Smart-card reader';
    const name = (product.startsWith(maker) ? product : `${maker} ${product}`).trim();
    const taken = new Set(this.readers.map((reader) => reader.name));
    for (let copy = 1; ; copy++) {
      const base = copy === 1 ? name : `${name} (${copy})`;
      const names = Array.from({ length: slots }, (_, slot) =>
        slots === 1 ? base : `${base}, slot ${slot + 1}`,
      );
      if (!names.some((each) => taken.has(each))) return names;
    }
  }

  #tell(): void {
    this.dispatchEvent(new Event('change'));
  }
}

function printable(text: string | null | undefined): string {
  return (text ?? '')
    .replace(/\p{C}+/gu, '')
    .slice(0, LONGEST_NAME)
    .trim();
}
