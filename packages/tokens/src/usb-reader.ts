/**
 * One CCID device on the bus and its slots. Keeps the device open while the source is, so that it
 * knows which slots have a card: from the interrupt endpoint, or by asking now and then.
 */
import { pause, type CcidBus } from './ccid-bus.ts';
import { FEATURE } from './ccid-descriptor.ts';
import { openLink } from './ccid-link.ts';
import type { SlotChange } from './ccid-message.ts';
import { openCcid } from './ccid-open.ts';
import { CcidSlot } from './ccid-slot.ts';
import { fail, ok, type Result } from './result.ts';
import type { ApduTransport, CardReader } from './transport.ts';
import type { UsbDevice } from './usb-api.ts';
import { UsbSession } from './usb-session.ts';

export interface DeviceTimes {
  /** Milliseconds of silence after which a card or a reader is mute. */
  readonly timeout: number;
  /** Milliseconds between questions to a reader that doesn't tell by itself. */
  readonly poll: number;
}

export class UsbReaderDevice {
  readonly device: UsbDevice;
  readonly readers: readonly UsbReader[];
  readonly #times: DeviceTimes;
  readonly #changed: () => void;
  #bus: CcidBus;
  #closed = false;
  /** The one attempt to open the device anew that is under way. */
  #opening: Promise<Result<CcidBus>> | undefined;

  /**
   * @param names of the slots' readers
   * @param changed called when a card has come or gone
   */
  constructor(bus: CcidBus, names: readonly string[], times: DeviceTimes, changed: () => void) {
    this.device = bus.device;
    this.#bus = bus;
    this.#times = times;
    this.#changed = changed;
    this.readers = names.map((name, slot) => new UsbReader(this, name, slot));
  }

  /** Finds out which slots have a card, and keeps watching. */
  async start(): Promise<void> {
    const bus = this.#bus;
    bus.onLost = () => {
      for (const reader of this.readers) reader.lose();
      if (!this.#closed) void this.bus();
    };
    void this.#watch(bus);
    await this.#look(bus);
  }

  /** The bus, opened anew if it was lost. */
  async bus(): Promise<Result<CcidBus>> {
    if (this.#closed) return fail('transport.removed', 'The reader is gone.');
    if (!this.#bus.lost) return ok(this.#bus);
    this.#opening ??= this.#reopen();
    const opened = await this.#opening;
    this.#opening = undefined;
    return opened;
  }

  /** The device is not on the bus any more. */
  gone(): void {
    this.#closed = true;
    this.#bus.lose();
    void this.#bus.close();
  }

  /** Ends the sessions, powers the cards off and lets the device go. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.readers.map((reader) => reader.close()));
    await this.#bus.close();
  }

  tell(): void {
    this.#changed();
  }

  async #reopen(): Promise<Result<CcidBus>> {
    await this.#bus.close();
    const opened = await openCcid(this.device, this.#times.timeout);
    if (!opened.ok) return opened;
    if (this.#closed) {
      await opened.value.close();
      return fail('transport.removed', 'The reader is gone.');
    }
    this.#bus = opened.value;
    await this.start();
    return opened;
  }

  async #watch(bus: CcidBus): Promise<void> {
    let first = true;
    const polls = await bus.watch((slots) => {
      for (const reader of this.readers) {
        const change = slots[reader.index];
        if (change) void reader.notified(bus, change, first);
      }
      first = false;
    });
    while (polls && !bus.lost) {
      await pause(this.#times.poll);
      if (!bus.lost) await this.#look(bus);
    }
  }

  async #look(bus: CcidBus): Promise<void> {
    for (const reader of this.readers) await reader.look(bus);
  }
}

/** One slot. */
export class UsbReader implements CardReader {
  readonly name: string;
  readonly index: number;
  readonly #device: UsbReaderDevice;
  #present = false;
  #session: UsbSession | undefined;
  #connecting = false;
  /** Of the session before: power off, or whatever its failure needs. */
  #cleaning: Promise<void> = Promise.resolve();

  constructor(device: UsbReaderDevice, name: string, index: number) {
    this.#device = device;
    this.name = name;
    this.index = index;
  }

  get present(): boolean {
    return this.#present;
  }

  async connect(): Promise<Result<ApduTransport>> {
    if (this.#session || this.#connecting) {
      return fail('transport.busy', 'A session with this reader is open.');
    }
    this.#connecting = true;
    try {
      return await this.#connect();
    } finally {
      this.#connecting = false;
    }
  }

  async #connect(): Promise<Result<ApduTransport>> {
    await this.#cleaning;
    const bus = await this.#device.bus();
    if (!bus.ok) return bus;
    const slot = new CcidSlot(bus.value, this.index);
    const link = await openLink(slot);
    if (!link.ok) {
      const { code } = link.problem;
      if (code === 'transport.no-card' || code === 'transport.removed') this.#set(false);
      if (!bus.value.lost) this.#cleaning = slot.recover();
      return link;
    }
    if (bus.value.lost) return fail('transport.removed', 'The reader is gone.');
    const session = new UsbSession(this.name, link.value, slot, (cleaning) => {
      this.#session = undefined;
      this.#cleaning = cleaning;
    });
    this.#session = session;
    this.#set(true);
    return ok(session);
  }

  /** Asks the reader what is in the slot. */
  async look(bus: CcidBus): Promise<void> {
    const session = this.#session;
    const connecting = this.#connecting;
    const status = await new CcidSlot(bus, this.index).status();
    if (!status.ok) return;
    this.#set(status.value !== 'absent');
    // A card that has no power any more was out, or is another one.
    const same = session !== undefined && session === this.#session && !connecting;
    if (same && status.value !== 'active') session.lose();
  }

  /** The interrupt endpoint has told of the slot; `first` where it is the first time. */
  async notified(bus: CcidBus, { present, changed }: SlotChange, first: boolean): Promise<void> {
    if (present && changed && this.#session) {
      // A reader that powers what is put in would let another card pass for the one that was out.
      // The first notification may be late and tell of what was there before the session.
      const powers = (bus.descriptor.features & FEATURE.autoActivation) !== 0;
      if (!powers || first) {
        await this.look(bus);
        return;
      }
      this.#session.lose();
    }
    if (!present) this.#session?.lose();
    this.#set(present);
  }

  /** The device is gone, or has to be opened anew. */
  lose(): void {
    this.#session?.lose();
    this.#set(false);
  }

  async close(): Promise<void> {
    await this.#session?.close();
    await this.#cleaning;
  }

  #set(present: boolean): void {
    if (this.#present === present) return;
    this.#present = present;
    this.#device.tell();
  }
}
