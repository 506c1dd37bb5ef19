/**
 * The bulk endpoints of one reader: a command out, its answer in, one at a time, whichever slot they
 * are for. A reader answers with the slot and the sequence number of the command (CCID 1.1, 6.2), so
 * an answer that comes after we have stopped waiting for it is known by its number and dropped.
 *
 * A transfer that the browser has begun can't be cancelled but by closing the device. One that has
 * not ended when the time is over is therefore kept and its message read later.
 */
import {
  ANSWER_TO,
  COMMAND,
  decodeCcidAnswer,
  decodeSlotChange,
  encodeCcidCommand,
  type CcidAnswer,
  type CcidCommand,
  type SlotChange,
} from './ccid-message.ts';
import type { SmartCardDescriptor } from './ccid-descriptor.ts';
import { fail, ok, type Result } from './result.ts';
import { usbFailure, usbProblem, type UsbDevice, type UsbInResult } from './usb-api.ts';

/** Where the interface is on the device. */
export interface CcidPlace {
  readonly configurationValue: number;
  readonly interfaceNumber: number;
  readonly alternateSetting: number;
  readonly bulkIn: number;
  readonly bulkOut: number;
  /** Of the bulk-in endpoint. */
  readonly packetSize: number;
  readonly interruptIn:
    { readonly endpointNumber: number; readonly packetSize: number } | undefined;
}

/** A reader that asks for more time more often is taken to be stuck. */
const MOST_EXTENSIONS = 300;
/** Empty transfers and answers to commands of long ago that are skipped before one answer. */
const MOST_SKIPPED = 16;
/** How long an abortion may take; it needs no card. */
const ABORT_TIME = 2000;
/** How long one wait for a notification is: npm's `usb` can't end it before. */
const NOTIFICATION_TIME = 1000;
/** Between tries at an endpoint that fails. */
const NOTIFICATION_PAUSE = 50;
/** Control request ABORT (5.3.1). */
const ABORT_REQUEST = 0x01;
/** Failures in a row after which the interrupt endpoint is given up. */
const MOST_FAILURES = 8;

type Settled = { readonly result: UsbInResult } | { readonly error: unknown };
const LATE = Symbol('late');

export class CcidBus {
  readonly device: UsbDevice;
  readonly place: CcidPlace;
  readonly descriptor: SmartCardDescriptor;
  readonly #timeout: number;
  /** The last exchange that was queued. */
  #tail: Promise<unknown> = Promise.resolve();
  /** Begins anywhere: an answer that was left in the reader hardly bears one of our numbers. */
  #sequence = Math.floor(Math.random() * 256);
  /** What was left in the reader has been read: from now on all answers are to commands of ours. */
  #met = false;
  /** Slot and number of commands whose answers we didn't wait for. */
  readonly #late = new Set<number>();
  #reading: Promise<Settled> | undefined;
  /** All that have been begun and not ended. */
  readonly #transfers = new Set<Promise<Settled>>();
  #state: 'open' | 'lost' | 'closed' = 'open';
  /** Wake those who wait for a transfer when the device is gone. */
  readonly #waiting = new Set<() => void>();
  /** Called once, when the device is gone or no longer answers. */
  onLost: (() => void) | undefined;

  /** @param timeout milliseconds of silence after which a card or reader is mute */
  constructor(
    device: UsbDevice,
    place: CcidPlace,
    descriptor: SmartCardDescriptor,
    timeout: number,
  ) {
    this.device = device;
    this.place = place;
    this.descriptor = descriptor;
    this.#timeout = timeout;
  }

  /** Gone, or no longer to be talked to until the device is opened anew. */
  get lost(): boolean {
    return this.#state !== 'open';
  }

  /**
   * Sends a command and answers the reader's answer to it, a failure of the card included. Never
   * rejects: `transport.mute`, `transport.protocol`, `transport.removed`, `transport.denied`.
   *
   * @param patience milliseconds that the card may take longer than the reader
   */
  exchange(command: CcidCommand, patience = 0): Promise<Result<CcidAnswer>> {
    return this.#queue(async () => {
      const met = this.#met ? ok(undefined) : await this.#meet(command.slot);
      return met.ok ? this.#exchange(command, this.#nextSequence(), patience) : met;
    });
  }

  /**
   * Reads what a page that was left in the middle of a command has left in the reader: two questions
   * that any reader answers at once, under two numbers. An answer that was left there and bears the
   * first number by chance passes for the first's, whose own is then skipped before the second's.
   */
  async #meet(slot: number): Promise<Result<void>> {
    for (let question = 0; question < 2; question++) {
      const asked = { type: COMMAND.getSlotStatus, slot };
      const answer = await this.#exchange(asked, this.#nextSequence(), 0);
      if (!answer.ok) return answer;
    }
    this.#met = true;
    return ok(undefined);
  }

  /** Whether a command to the slot has not been answered, or not with what was understood. */
  unanswered(slot: number): boolean {
    return [...this.#late].some((key) => key >> 8 === slot);
  }

  /**
   * Ends what a slot is doing (5.3.1, 6.1.13): the control request and the message must carry one
   * number. A reader that doesn't answer this is lost.
   */
  abort(slot: number): Promise<Result<void>> {
    return this.#queue(async () => {
      const sequence = this.#nextSequence();
      const setup = {
        requestType: 'class',
        recipient: 'interface',
        request: ABORT_REQUEST,
        value: slot | (sequence << 8),
        index: this.place.interfaceNumber,
      } as const;
      // Readers that don't know the request stall it; the message alone has to do then.
      const time = Math.min(ABORT_TIME, this.#timeout);
      const asked = this.device.controlTransferOut(setup, new Uint8Array(0), time);
      await this.#within(
        asked.catch(() => undefined),
        time,
      );
      const command = { type: COMMAND.abort, slot };
      const answer = await this.#exchange(command, sequence, time - this.#timeout);
      if (!answer.ok) {
        this.lose();
        return answer;
      }
      // Whatever came before the abortion will not be answered any more.
      for (const key of this.#late) if (key >> 8 === slot) this.#late.delete(key);
      return ok(undefined);
    });
  }

  /**
   * Tells what the interrupt endpoint says until it or the device ends. Never rejects.
   *
   * @returns whether the endpoint failed while the device is still there
   */
  async watch(tell: (slots: readonly SlotChange[]) => void): Promise<boolean> {
    const { interruptIn } = this.place;
    if (!interruptIn) return true;
    const { endpointNumber, packetSize } = interruptIn;
    for (let failures = 0; !this.lost && failures < MOST_FAILURES;) {
      const transfer = this.#transferIn(endpointNumber, packetSize, NOTIFICATION_TIME);
      const settled = await this.#within(transfer);
      if (settled === LATE) break;
      if ('error' in settled) {
        const failure = usbFailure(settled.error);
        if (failure === 'gone') this.lose();
        if (failure !== 'cancelled') failures++;
      } else {
        const { status, data } = settled.result;
        const slots = data && decodeSlotChange(bytesOf(data), this.descriptor.slots);
        failures = slots ? 0 : failures + 1;
        if (slots) tell(slots);
        if (status === 'stall') {
          await this.device.clearHalt('in', endpointNumber).catch(() => undefined);
        }
      }
      if (failures > 0) await pause(NOTIFICATION_PAUSE);
    }
    return !this.lost;
  }

  /** The device has been taken out, or nothing more can be had from it. */
  lose(): void {
    if (this.#state !== 'open') return;
    this.#state = 'lost';
    for (const wake of this.#waiting) wake();
    this.onLost?.();
  }

  /** Lets the device go. Never rejects. */
  async close(): Promise<void> {
    this.#state = 'closed';
    for (const wake of this.#waiting) wake();
    await this.device.releaseInterface(this.place.interfaceNumber).catch(() => undefined);
    await this.device.close().catch(() => undefined);
    // A browser ends them with the device. npm's `usb` can't, and holds the interface until their
    // time is over: whoever opens the device before would find it busy.
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(resolve, 2 * NOTIFICATION_TIME);
    await Promise.race([Promise.all(this.#transfers), promise]);
    clearTimeout(timer);
  }

  #transferIn(endpoint: number, length: number, time: number): Promise<Settled> {
    const settled: Promise<Settled> = this.device.transferIn(endpoint, length, time).then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
    this.#transfers.add(settled);
    void settled.then(() => this.#transfers.delete(settled));
    return settled;
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work);
    this.#tail = done;
    return done;
  }

  #nextSequence(): number {
    // A number whose answer may still come would let that one pass for the new one.
    for (let tries = 0; tries < 256; tries++) {
      this.#sequence = (this.#sequence + 1) & 0xff;
      const used = [...this.#late].some((key) => (key & 0xff) === this.#sequence);
      if (!used) break;
    }
    return this.#sequence;
  }

  async #exchange(
    command: CcidCommand,
    sequence: number,
    patience: number,
  ): Promise<Result<CcidAnswer>> {
    const time = this.#timeout + patience;
    const sent = await this.#send(command, sequence, time);
    if (!sent.ok) return sent;
    const key = (command.slot << 8) | sequence;
    let extensions = 0;
    for (let skipped = 0; skipped < MOST_SKIPPED;) {
      const read = await this.#read(time);
      if (!read.ok) {
        this.#late.add(key);
        return read;
      }
      if (read.value.length === 0) {
        skipped++;
        continue;
      }
      const answer = decodeCcidAnswer(read.value);
      if (!answer) {
        this.#late.add(key);
        return fail('transport.protocol', 'The reader sent no CCID message.');
      }
      const came = (answer.slot << 8) | answer.sequence;
      if (came !== key) {
        skipped++;
        if (answer.outcome === 'extension' ? this.#late.has(came) : this.#late.delete(came))
          continue;
        // A page that was left in the middle of a command has left its answer in the reader; and an
        // abortion is asked for because answers are missing.
        if (!this.#met || command.type === COMMAND.abort) continue;
        this.#late.add(key);
        return fail('transport.protocol', 'The reader answered another command.');
      }
      if (answer.outcome === 'extension') {
        if (++extensions <= MOST_EXTENSIONS) continue;
        this.#late.add(key);
        return fail('transport.mute', 'The card asks for time without end.');
      }
      // One of another type that bears the first number was left there too.
      if (answer.outcome === 'done' && answer.type !== ANSWER_TO[command.type] && this.#met) {
        return fail('transport.protocol', 'The reader answered with a message of another type.');
      }
      return ok(answer);
    }
    this.#late.add(key);
    return fail('transport.protocol', 'The reader sends messages that nobody asked for.');
  }

  async #send(command: CcidCommand, sequence: number, time: number): Promise<Result<void>> {
    if (this.lost) return gone();
    const bytes = encodeCcidCommand(command, sequence);
    try {
      const transfer = this.device.transferOut(this.place.bulkOut, bytes, time);
      const out = await this.#within(transfer, time);
      if (out === LATE) {
        if (this.lost) return gone();
        this.lose();
        return fail('transport.mute', 'The reader took no command in time.');
      }
      if (out.status === 'stall') {
        await this.device.clearHalt('out', this.place.bulkOut);
        return fail('transport.protocol', 'The reader refused a command.');
      }
      if (out.bytesWritten !== bytes.length) {
        return fail('transport.protocol', 'The reader took a part of a command.');
      }
      return ok(undefined);
    } catch (error) {
      return await this.#failed(error, 'out', this.place.bulkOut);
    } finally {
      bytes.fill(0);
    }
  }

  /** The next message, with no byte of it looked at. */
  async #read(time: number): Promise<Result<Uint8Array>> {
    const { bulkIn, packetSize } = this.place;
    const length = Math.ceil(this.descriptor.mostMessage / packetSize) * packetSize;
    const until = Date.now() + time;
    for (;;) {
      if (this.lost) return gone();
      this.#reading ??= this.#transferIn(bulkIn, length, time);
      const left = Math.max(until - Date.now(), 0);
      const settled = await this.#within(this.#reading, left);
      if (this.lost) return gone();
      if (settled === LATE) return fail('transport.mute', 'There was no answer in time.');
      this.#reading = undefined;
      if ('error' in settled) {
        // The API's own time was over: ours decides.
        if (usbFailure(settled.error) === 'cancelled' && left > 0) {
          continue;
        }
        return await this.#failed(settled.error, 'in', bulkIn);
      }
      const { status, data } = settled.result;
      if (status === 'stall') {
        await this.device.clearHalt('in', bulkIn).catch(() => undefined);
        return fail('transport.protocol', 'The reader refused to answer.');
      }
      if (status === 'babble') {
        return fail('transport.protocol', 'The reader sent more than its longest message.');
      }
      return ok(data ? bytesOf(data) : new Uint8Array());
    }
  }

  /** What the work answers, or `LATE` when the time is over or the device is gone. */
  async #within<T>(work: Promise<T>, time?: number): Promise<T | typeof LATE> {
    if (this.lost) return LATE;
    const { promise, resolve } = Promise.withResolvers<typeof LATE>();
    const wake = () => {
      resolve(LATE);
    };
    const timer = time === undefined ? undefined : setTimeout(wake, time);
    this.#waiting.add(wake);
    try {
      return await Promise.race([work, promise]);
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(wake);
    }
  }

  async #failed(error: unknown, direction: 'in' | 'out', endpoint: number): Promise<Result<never>> {
    if (this.lost) return gone();
    const failure = usbFailure(error);
    if (failure === 'stall') {
      await this.device.clearHalt(direction, endpoint).catch(() => undefined);
    } else if (failure !== 'cancelled') {
      this.lose();
    }
    return usbProblem(error, 'a transfer');
  }
}

function gone(): Result<never> {
  return fail('transport.removed', 'The reader is gone.');
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

export function pause(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}
