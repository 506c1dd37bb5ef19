/// <reference types="w3c-web-hid" preserve="true" />
/**
 * Hardware tokens that carry APDUs in HID reports, over WebHID (https://wicg.github.io/webhid/) or
 * anything of the same shape. Such a token is reader and card in one: while it is plugged in, its
 * card is there. See `hid-framing.ts` for what is in a report.
 *
 * Two things differ from a reader for cards:
 *
 * - HID knows no power-off. Closing the session stops talking to the token; whether a verified PIN
 *   outlives that is up to the token.
 * - Linux shows the reports of a token to every program that has it open. A packet that is not the
 *   one we wait for ends the session rather than being taken for an answer.
 *
 * Security keys (FIDO, usage page 0xF1D0) are not for us: browsers hide that page, and whoever asks
 * for it is told so with `transport.denied`.
 */
import { DEFAULT_CHANNEL, Reassembly, toPackets } from './hid-framing.ts';
import { fail, ok, type Result, type TransportCode } from './result.ts';
import type { ApduTransport, CardReader, ReaderSource } from './transport.ts';

const FIDO_PAGE = 0xf1d0;
/** The vendor-defined page on which tokens with this framing present themselves. */
const APDU_PAGE = 0xffa0;
/** A token may wait for a person's finger on its button. */
const TIMEOUT_MS = 60_000;

export interface HidReaderOptions {
  /** Which devices are tokens with this framing; by default those with a collection on page 0xFFA0. */
  readonly filters?: readonly HIDDeviceFilter[];
  readonly channel?: number;
  /** Whether the token takes APDUs of extended length. The framing has room for them. */
  readonly extended?: boolean;
  /** How long a token may think about one command, in milliseconds. */
  readonly timeout?: number;
}

type Settings = Required<HidReaderOptions>;

/** Report id and length of a collection's reports: what `sendReport` needs. */
interface Reports {
  readonly id: number;
  readonly size: number;
}

/** The input and output report of the first collection that has one of each, equally long. */
function reportsOf(device: HIDDevice): Reports | undefined {
  const length = (report: HIDReportInfo): number =>
    (report.items ?? []).reduce(
      (bits, item) => bits + (item.reportSize ?? 0) * (item.reportCount ?? 0),
      0,
    ) / 8;
  for (const { usagePage, inputReports, outputReports } of device.collections) {
    const [out] = outputReports ?? [];
    const [back] = inputReports ?? [];
    if (usagePage === FIDO_PAGE || out === undefined || back === undefined) continue;
    const size = length(out);
    const same = size === length(back) && (out.reportId ?? 0) === (back.reportId ?? 0);
    if (same && Number.isInteger(size) && size > 7) return { id: out.reportId ?? 0, size };
  }
  return undefined;
}

function isFido(device: HIDDevice): boolean {
  return device.collections.some(({ usagePage }) => usagePage === FIDO_PAGE);
}

function matches(device: HIDDevice, filters: readonly HIDDeviceFilter[]): boolean {
  const fits = <T>(wanted: T | undefined, is: T | undefined) =>
    wanted === undefined || wanted === is;
  return filters.some(
    ({ vendorId, productId, usagePage, usage }) =>
      fits(vendorId, device.vendorId) &&
      fits(productId, device.productId) &&
      ((usagePage === undefined && usage === undefined) ||
        device.collections.some((one) => fits(usagePage, one.usagePage) && fits(usage, one.usage))),
  );
}

/** Of what a browser throws when a device can't be opened or chosen. */
function refusal(error: unknown): { ok: false; problem: { code: TransportCode; message: string } } {
  const { name, message } = error as Partial<Error>;
  const code: TransportCode =
    name === 'SecurityError' || name === 'NotAllowedError'
      ? 'transport.denied'
      : name === 'InvalidStateError'
        ? 'transport.busy'
        : 'transport.unreachable';
  return { ok: false, problem: { code, message: message ?? 'the device was refused' } };
}

class HidSession implements ApduTransport {
  readonly reader: string;
  readonly atr = new Uint8Array(0);
  readonly extended: boolean;
  readonly ended: Promise<'closed' | 'removed'>;
  #device: HIDDevice;
  #reports: Reports;
  #settings: Settings;
  #resolveEnded!: (why: 'closed' | 'removed') => void;
  #over: 'closed' | 'removed' | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** Of the command under way: takes its response, or the problem that ended it. */
  #settle: ((result: Result<Uint8Array>) => void) | undefined;
  #assembly: Reassembly | undefined;

  constructor(device: HIDDevice, name: string, reports: Reports, settings: Settings) {
    this.#device = device;
    this.reader = name;
    this.#reports = reports;
    this.#settings = settings;
    this.extended = settings.extended;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    device.addEventListener('inputreport', this.#hear);
  }

  transmit(command: Uint8Array): Promise<Result<Uint8Array>> {
    const answer = this.#turn.then(() => this.#exchange(command));
    this.#turn = answer;
    return answer;
  }

  async close(): Promise<void> {
    await this.end('closed');
  }

  /** Ends the session. Whatever waits for an answer gets its problem at once. */
  async end(why: 'closed' | 'removed'): Promise<void> {
    if (this.#over !== undefined) return;
    this.#over = why;
    this.#device.removeEventListener('inputreport', this.#hear);
    this.#settle?.(this.#ending());
    await this.#device.close().catch(() => undefined);
    this.#resolveEnded(why);
  }

  #ending(): Result<never> {
    return this.#over === 'closed'
      ? fail('transport.closed', 'The session with the token was closed.')
      : fail('transport.removed', 'The token is gone.');
  }

  async #exchange(command: Uint8Array): Promise<Result<Uint8Array>> {
    if (this.#over !== undefined) return this.#ending();
    let packets: Uint8Array[];
    try {
      packets = toPackets(command, this.#reports.size, this.#settings.channel);
    } catch {
      return fail(
        'transport.protocol',
        `The framing can't carry a command of ${command.length} bytes.`,
      );
    }
    const { promise, resolve } = Promise.withResolvers<Result<Uint8Array>>();
    this.#settle = resolve;
    this.#assembly = new Reassembly(this.#reports.size, this.#settings.channel);
    const patience = setTimeout(
      () => resolve(fail('transport.mute', 'The token did not answer in time.')),
      this.#settings.timeout,
    );
    const sent = this.#send(packets, resolve);
    const result = await promise;
    clearTimeout(patience);
    this.#settle = undefined;
    this.#assembly = undefined;
    // A report still on its way to the token holds a copy that is not ours; ours are wiped.
    for (const packet of packets) packet.fill(0);
    // A late or foreign packet must not become the answer to the next command.
    if (!result.ok && this.#over === undefined) await this.end('removed');
    else await Promise.race([sent, this.ended]);
    return result;
  }

  async #send(packets: Uint8Array[], settle: (result: Result<Uint8Array>) => void): Promise<void> {
    try {
      for (const packet of packets) {
        await this.#device.sendReport(this.#reports.id, packet as Uint8Array<ArrayBuffer>);
        packet.fill(0);
      }
    } catch {
      settle(fail('transport.removed', 'The token takes no report.'));
    }
  }

  readonly #hear = (event: HIDInputReportEvent): void => {
    if (event.reportId !== this.#reports.id) return;
    if (this.#assembly === undefined) {
      // Nobody has asked: an answer that came too late, or another program's.
      void this.end('removed');
      return;
    }
    const heard = this.#assembly.push(event.data);
    if (heard === undefined) return;
    this.#settle?.(
      typeof heard === 'string'
        ? fail('transport.protocol', `The token sent ${heard}.`)
        : ok(heard),
    );
    this.#assembly = undefined;
  };
}

class HidReader implements CardReader {
  readonly name: string;
  readonly present = true;
  readonly device: HIDDevice;
  #reports: Reports;
  #settings: Settings;
  #session: HidSession | undefined;
  #connecting = false;
  #gone = false;

  constructor(device: HIDDevice, name: string, reports: Reports, settings: Settings) {
    this.device = device;
    this.name = name;
    this.#reports = reports;
    this.#settings = settings;
  }

  async connect(): Promise<Result<ApduTransport>> {
    if (this.#gone) return fail('transport.removed', 'The token is gone.');
    if (this.#session !== undefined || this.#connecting) {
      return fail('transport.busy', 'A session with this token is open.');
    }
    this.#connecting = true;
    try {
      await this.device.open();
    } catch (error) {
      return refusal(error);
    } finally {
      this.#connecting = false;
    }
    const session = new HidSession(this.device, this.name, this.#reports, this.#settings);
    this.#session = session;
    void session.ended.then(() => (this.#session = undefined));
    if (this.#gone) await this.end('removed');
    return this.#gone ? fail('transport.removed', 'The token is gone.') : ok(session);
  }

  async end(why: 'closed' | 'removed'): Promise<void> {
    if (why === 'removed') this.#gone = true;
    await this.#session?.end(why);
  }
}

class HidReaderSource extends EventTarget implements ReaderSource {
  readonly kind = 'hid';
  #hid: HID;
  #settings: Settings;
  #readers: HidReader[] = [];
  #watching = false;

  constructor(hid: HID, settings: Settings) {
    super();
    this.#hid = hid;
    this.#settings = settings;
  }

  get readers(): readonly CardReader[] {
    return this.#readers;
  }

  async open(): Promise<Result<readonly CardReader[]>> {
    const forbidden = this.#forbidden();
    if (forbidden !== undefined) return forbidden;
    if (!this.#watching) {
      this.#watching = true;
      this.#hid.addEventListener('connect', this.#plugged);
      this.#hid.addEventListener('disconnect', this.#unplugged);
    }
    try {
      for (const device of await this.#hid.getDevices()) this.#add(device);
    } catch (error) {
      return refusal(error);
    }
    return ok(this.#readers);
  }

  readonly choose = async (): Promise<Result<void>> => {
    const forbidden = this.#forbidden();
    if (forbidden !== undefined) return forbidden;
    let chosen: HIDDevice[];
    try {
      chosen = await this.#hid.requestDevice({ filters: [...this.#settings.filters] });
    } catch (error) {
      return refusal(error);
    }
    // A device with several interfaces comes as several; none at all is a person's "no".
    const added = chosen.map((device) => this.#add(device));
    if (chosen.length === 0 || added.includes(true)) return ok(undefined);
    return chosen.some(isFido)
      ? fail('transport.denied', 'This is a security key (FIDO); its reports are not for us.')
      : fail('transport.unsupported', 'This device has no reports that carry APDUs.');
  };

  async close(): Promise<void> {
    this.#watching = false;
    this.#hid.removeEventListener('connect', this.#plugged);
    this.#hid.removeEventListener('disconnect', this.#unplugged);
    const readers = this.#readers;
    this.#readers = [];
    await Promise.all(readers.map((reader) => reader.end('closed')));
  }

  #forbidden(): Result<never> | undefined {
    return this.#settings.filters.some(({ usagePage }) => usagePage === FIDO_PAGE)
      ? fail('transport.denied', 'Usage page 0xF1D0 is FIDO’s; browsers keep it to themselves.')
      : undefined;
  }

  /** Whether the device is a token of ours, known or new. */
  #add(device: HIDDevice): boolean {
    if (this.#readers.some((reader) => reader.device === device)) return true;
    const reports = reportsOf(device);
    if (reports === undefined || !matches(device, this.#settings.filters)) return false;
    const alike = new Set(this.#readers.map(({ name }) => name));
    const plain = device.productName || 'HID token';
    let name = plain;
    for (let number = 2; alike.has(name); number += 1) name = `${plain} (${number})`;
    this.#readers = [...this.#readers, new HidReader(device, name, reports, this.#settings)];
    this.dispatchEvent(new Event('change'));
    return true;
  }

  readonly #plugged = ({ device }: HIDConnectionEvent): void => {
    this.#add(device);
  };

  readonly #unplugged = ({ device }: HIDConnectionEvent): void => {
    const reader = this.#readers.find((one) => one.device === device);
    if (reader === undefined) return;
    this.#readers = this.#readers.filter((one) => one !== reader);
    void reader.end('removed');
    this.dispatchEvent(new Event('change'));
  };
}

/** @param hid `navigator.hid`, or a thing of the same shape */
export function hidReaders(hid: HID, options: HidReaderOptions = {}): ReaderSource {
  return new HidReaderSource(hid, {
    filters: options.filters ?? [{ usagePage: APDU_PAGE }],
    channel: options.channel ?? DEFAULT_CHANNEL,
    extended: options.extended ?? false,
    timeout: options.timeout ?? TIMEOUT_MS,
  });
}
