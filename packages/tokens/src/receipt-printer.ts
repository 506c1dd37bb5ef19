/// <reference types="w3c-web-usb" preserve="true" />
/**
 * Receipt printers on USB: the printer class 0x07 (USB Device Class Definition for Printing Devices
 * 1.1), which browsers don't protect, over WebUSB. `receipt-page.ts` makes what is printed.
 *
 * On Linux the kernel's `usblp` takes printers first, and then the browser may not: that is
 * `printer.busy`, and a udev rule (the kiosk has one) frees the printer.
 *
 * Whether there is paper is asked before and after, by two ways, since printers differ in what they
 * answer: the class's GET_PORT_STATUS, and ESC/POS's DLE EOT where the printer talks back at all. A
 * printer that tells nothing is believed to have paper.
 */

export type PrinterCode =
  /** The page has no permission for a printer, or none is plugged in. */
  | 'printer.none'
  /** It was pulled out or switched off. */
  | 'printer.removed'
  /** The browser or the system forbids it. */
  | 'printer.denied'
  /** Another program has it: on Linux mostly the kernel's usblp. */
  | 'printer.busy'
  /** The device has no printer interface that takes bytes as they come. */
  | 'printer.unsupported'
  /** No paper. What was being printed may be cut short. */
  | 'printer.paper'
  /** The cover is open. */
  | 'printer.cover'
  /** It takes no more bytes and does not say why. */
  | 'printer.mute'
  /** The transfer failed. */
  | 'printer.failed';

export type PrinterResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly problem: { readonly code: PrinterCode; readonly message: string };
    };

/** Fires a plain `change` when `ready` has changed. No method throws or rejects. */
export interface UsbPrinter extends EventTarget {
  /** Whether a printer is claimed and waits for bytes. */
  readonly ready: boolean;
  /** Claims a printer for which the page has a permission, and watches for one. May be repeated. */
  open(): Promise<PrinterResult>;
  /** Shows the browser's chooser. Only within a click. */
  choose(): Promise<PrinterResult>;
  /** Sends bytes to the printer, one call after another. */
  print(bytes: Uint8Array): Promise<PrinterResult>;
  close(): Promise<void>;
}

const PRINTER_CLASS = 0x07;
const PRINTER_SUBCLASS = 0x01;
/** One way, both ways; 1284.4 and IPP (3, 4) wrap the bytes in protocols of their own. */
const PROTOCOLS = [2, 1];
/** Class request: one byte, bit 5 says that paper is out. */
const GET_PORT_STATUS = 0x01;
const PORT_NO_PAPER = 0x20;

/** ESC/POS's DLE EOT n. The answer is one byte, of which four bits are fixed. */
const statusRequest = (n: number) => Uint8Array.of(0x10, 0x04, n);
const OFFLINE_CAUSE = 2;
const PAPER_SENSOR = 4;
const FIXED_BITS = 0x93;
const FIXED = 0x12;
const COVER_OPEN = 0x04;
const NO_PAPER = 0x60;

/** What printers' input buffers hold at least. */
const CHUNK = 1_024;
/** A printer that is printing takes the next chunk when there is room. */
const CHUNK_MS = 15_000;
const STATUS_MS = 500;

const OK: PrinterResult = { ok: true };

function fail(code: PrinterCode, message: string): PrinterResult {
  return { ok: false, problem: { code, message } };
}

interface Place {
  readonly configuration: number;
  readonly interface: number;
  readonly alternate: number;
  readonly out: number;
  readonly in: number | undefined;
}

/** The interface to print through: the first that talks back, or else the first. */
function placeOf(device: USBDevice): Place | undefined {
  const places = device.configurations.flatMap(({ configurationValue, interfaces }) =>
    interfaces.flatMap(({ interfaceNumber, alternates }) =>
      alternates.flatMap((one) => {
        const bulk = (direction: USBDirection) =>
          one.endpoints.find((point) => point.type === 'bulk' && point.direction === direction)
            ?.endpointNumber;
        const out = bulk('out');
        const printer =
          one.interfaceClass === PRINTER_CLASS && one.interfaceSubclass === PRINTER_SUBCLASS;
        const protocol = PROTOCOLS.indexOf(one.interfaceProtocol);
        if (!printer || protocol < 0 || out === undefined) return [];
        const place: Place = {
          configuration: configurationValue,
          interface: interfaceNumber,
          alternate: one.alternateSetting,
          out,
          in: bulk('in'),
        };
        return [{ protocol, place }];
      }),
    ),
  );
  return places.sort((a, b) => a.protocol - b.protocol)[0]?.place;
}

/** Of what a browser throws at opening and claiming. */
function refusal(error: unknown): PrinterResult {
  const { name, message = '' } = error as Partial<Error>;
  if (name === 'SecurityError' || name === 'NotAllowedError')
    return fail('printer.denied', message);
  if (name === 'NotFoundError') return fail('printer.removed', message);
  // Chromium says so both for a node of /dev without permission and for an interface that is taken.
  if (/access denied/i.test(message)) return fail('printer.denied', message);
  return fail('printer.busy', message);
}

/** A claimed printer. */
class Claim {
  readonly device: USBDevice;
  #place: Place;
  /** It has not answered DLE EOT: a question would only pile up. */
  #silent: boolean;

  constructor(device: USBDevice, place: Place) {
    this.device = device;
    this.#place = place;
    this.#silent = place.in === undefined;
  }

  /** Asks for paper and cover; undefined if all is well or nothing is said. */
  async trouble(): Promise<PrinterResult | undefined> {
    if (await this.#portSaysNoPaper()) return fail('printer.paper', 'The port says: no paper.');
    if (((await this.#ask(PAPER_SENSOR)) & NO_PAPER) !== 0) {
      return fail('printer.paper', 'The paper sensor says: no paper.');
    }
    if (((await this.#ask(OFFLINE_CAUSE)) & COVER_OPEN) !== 0) {
      return fail('printer.cover', 'The cover is open.');
    }
    return undefined;
  }

  async write(bytes: Uint8Array): Promise<PrinterResult> {
    for (let from = 0; from < bytes.length; from += CHUNK) {
      const chunk = bytes.slice(from, from + CHUNK);
      const sent = await within(CHUNK_MS, this.device.transferOut(this.#place.out, chunk));
      if (sent === undefined) return fail('printer.mute', 'The printer takes no more bytes.');
      if (sent.status !== 'ok')
        return fail('printer.failed', `The transfer ended in ${sent.status}.`);
    }
    return OK;
  }

  async #portSaysNoPaper(): Promise<boolean> {
    const setup = {
      requestType: 'class',
      recipient: 'interface',
      request: GET_PORT_STATUS,
      value: 0,
      index: this.#place.interface,
    } as const;
    const said = await within(STATUS_MS, this.device.controlTransferIn(setup, 1)).catch(
      () => undefined,
    );
    return said?.data?.byteLength === 1 && (said.data.getUint8(0) & PORT_NO_PAPER) !== 0;
  }

  /** A status byte, or 0 where the printer says nothing that can be understood. */
  async #ask(n: number): Promise<number> {
    if (this.#silent || this.#place.in === undefined) return 0;
    try {
      const asked = this.device.transferOut(this.#place.out, statusRequest(n));
      if ((await within(STATUS_MS, asked)) !== undefined) {
        const said = await within(STATUS_MS, this.device.transferIn(this.#place.in, 64));
        const byte = said?.data?.byteLength === 1 ? said.data.getUint8(0) : 0;
        if ((byte & FIXED_BITS) === FIXED) return byte;
      }
    } catch {
      // Then it is as good as silent.
    }
    this.#silent = true;
    return 0;
  }
}

/** Undefined if it takes longer: a transfer can't be called back but by closing the device. */
async function within<T>(time: number, work: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, time, undefined)));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

class Printer extends EventTarget implements UsbPrinter {
  #usb: USB;
  #claim: Claim | undefined;
  #watching = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(usb: USB) {
    super();
    this.#usb = usb;
  }

  get ready(): boolean {
    return this.#claim !== undefined;
  }

  open(): Promise<PrinterResult> {
    return this.#next(() => this.#find());
  }

  async choose(): Promise<PrinterResult> {
    try {
      const filters = [{ classCode: PRINTER_CLASS }];
      const device = await this.#usb.requestDevice({ filters });
      return await this.#next(() => this.#take(device));
    } catch (error) {
      // A person's "no" is a NotFoundError.
      const { name, message } = error as Error;
      return fail(name === 'NotFoundError' ? 'printer.none' : 'printer.denied', message);
    }
  }

  print(bytes: Uint8Array): Promise<PrinterResult> {
    return this.#next(async () => {
      const found = await this.#find();
      const claim = this.#claim;
      if (claim === undefined) return found;
      const done = await this.#send(claim, bytes);
      const code = done.ok ? undefined : done.problem.code;
      // A transfer hangs or has failed: only closing the device gets it back.
      if (code === 'printer.mute' || code === 'printer.failed' || code === 'printer.removed') {
        await this.#drop(claim);
      }
      return done;
    });
  }

  async close(): Promise<void> {
    this.#watching = false;
    this.#usb.removeEventListener('connect', this.#plugged);
    this.#usb.removeEventListener('disconnect', this.#unplugged);
    await this.#turn;
    if (this.#claim !== undefined) await this.#drop(this.#claim);
  }

  async #send(claim: Claim, bytes: Uint8Array): Promise<PrinterResult> {
    const gone = () => this.#claim !== claim;
    try {
      const before = await claim.trouble();
      if (before !== undefined) return before;
      const sent = await claim.write(bytes);
      if (gone()) return fail('printer.removed', 'The printer is gone.');
      // Out of paper it stops taking bytes too: that is the better thing to say.
      if (sent.ok || sent.problem.code === 'printer.mute') return (await claim.trouble()) ?? sent;
      return sent;
    } catch (error) {
      const { message } = error as Error;
      return gone()
        ? fail('printer.removed', 'The printer is gone.')
        : fail('printer.failed', message);
    }
  }

  /** Calls go one after another. */
  #next(work: () => Promise<PrinterResult>): Promise<PrinterResult> {
    const done = this.#turn.then(work);
    this.#turn = done;
    return done;
  }

  async #find(): Promise<PrinterResult> {
    if (!this.#watching) {
      this.#watching = true;
      this.#usb.addEventListener('connect', this.#plugged);
      this.#usb.addEventListener('disconnect', this.#unplugged);
    }
    if (this.#claim !== undefined) return OK;
    let problem = fail('printer.none', 'There is no printer that this page may use.');
    for (const device of await this.#usb.getDevices().catch(() => [])) {
      if (placeOf(device) === undefined) continue;
      const taken = await this.#take(device);
      if (taken.ok) return OK;
      problem = taken;
    }
    return problem;
  }

  async #take(device: USBDevice): Promise<PrinterResult> {
    if (this.#claim?.device === device) return OK;
    const place = placeOf(device);
    if (place === undefined) return fail('printer.unsupported', 'This device prints no ESC/POS.');
    if (this.#claim !== undefined) await this.#drop(this.#claim);
    try {
      await device.open();
      if (device.configuration?.configurationValue !== place.configuration) {
        await device.selectConfiguration(place.configuration);
      }
      await device.claimInterface(place.interface);
      if (place.alternate !== 0) {
        await device.selectAlternateInterface(place.interface, place.alternate);
      }
    } catch (error) {
      await device.close().catch(() => undefined);
      return refusal(error);
    }
    this.#claim = new Claim(device, place);
    this.dispatchEvent(new Event('change'));
    return OK;
  }

  async #drop(claim: Claim): Promise<void> {
    if (this.#claim === claim) {
      this.#claim = undefined;
      this.dispatchEvent(new Event('change'));
    }
    await claim.device.close().catch(() => undefined);
  }

  readonly #plugged = (): void => {
    void this.open();
  };

  readonly #unplugged = ({ device }: USBConnectionEvent): void => {
    if (this.#claim?.device === device) void this.#drop(this.#claim);
  };
}

/** @param usb `navigator.usb`, or a thing of the same shape */
export function usbPrinter(usb: USB): UsbPrinter {
  return new Printer(usb);
}
