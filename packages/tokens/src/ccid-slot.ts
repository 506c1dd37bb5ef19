/**
 * One slot of a reader: what is in it, power on and off, parameters, and blocks to the card and back
 * (CCID 1.1, 6.1). Knows nothing of what the blocks mean.
 */
import { concatBytes } from './bytes.ts';
import { pause, type CcidBus } from './ccid-bus.ts';
import { FEATURE } from './ccid-descriptor.ts';
import {
  COMMAND,
  HEADER_LENGTH,
  SLOT_ERROR,
  type CcidAnswer,
  type CcidCommand,
  type IccStatus,
} from './ccid-message.ts';
import { fail, ok, type Result, type TransportCode } from './result.ts';

/** bPowerSelect by bit of bVoltageSupport: 5 V, 3 V, 1.8 V, in the order that they are tried. */
const VOLTAGES = [1, 2, 3];
/** bPowerSelect where the reader chooses. */
const AUTOMATIC = 0;
/** A reader may be busy with a card that was put in just now: how long and how often it is asked. */
const BUSY_PAUSE = 50;
const BUSY_TRIES = 20;

/** wLevelParameter of a command and bChainParameter of an answer (6.1.4, 6.2.1). */
const CHAIN = { whole: 0x00, first: 0x01, last: 0x02, middle: 0x03, go: 0x10 } as const;
/** A response of extended length. */
const MOST_RESPONSE = 65_538;

/** What a slot's bytes went wrong with, where T=1 has to know. */
export const PARITY = Symbol('parity');

/** The parameters in a reader (6.1.7, 6.2.3). */
export interface SlotParameters {
  /** bProtocolNum: 0 for T=0, 1 for T=1. */
  readonly protocol: number;
  /** abProtocolDataStructure: 5 bytes for T=0, 7 for T=1. */
  readonly bytes: Uint8Array;
}

export class CcidSlot {
  readonly bus: CcidBus;
  readonly index: number;

  constructor(bus: CcidBus, index: number) {
    this.bus = bus;
    this.index = index;
  }

  async status(): Promise<Result<IccStatus>> {
    const answer = await this.bus.exchange({ type: COMMAND.getSlotStatus, slot: this.index });
    if (!answer.ok) return answer;
    // A failed status still says whether a card is there; all but a slot that doesn't exist.
    const { outcome, error, icc } = answer.value;
    return outcome === 'failed' && error === SLOT_ERROR.noSlot ? failed(answer.value) : ok(icc);
  }

  /**
   * Powers the card anew, so that it has forgotten whatever it was told, and answers its ATR.
   * `transport.no-card`, `transport.mute`, `transport.unsupported`, and those of `CcidBus.exchange`.
   */
  async powerOn(): Promise<Result<Uint8Array>> {
    const status = await this.#idle();
    if (!status.ok) return status;
    if (status.value === 'absent') return noCard();
    if (status.value === 'active') {
      const off = await this.powerOff();
      if (!off.ok) return off;
    }
    const { features, voltages } = this.bus.descriptor;
    const automatic = (features & FEATURE.autoVoltage) !== 0;
    const tried = automatic ? [AUTOMATIC] : VOLTAGES.filter((_, bit) => voltages & (1 << bit));
    let last: Result<Uint8Array> = noCard();
    for (const voltage of tried.length > 0 ? tried : [AUTOMATIC]) {
      last = await this.#powerOn(voltage);
      if (last.ok || last.problem.code !== 'transport.mute') break;
      const off = await this.powerOff();
      if (!off.ok) return last;
    }
    return last;
  }

  /** Whether a card is there, once the slot is done with whatever it was left with. */
  async #idle(): Promise<Result<IccStatus>> {
    if (this.bus.unanswered(this.index)) {
      const aborted = await this.bus.abort(this.index);
      if (!aborted.ok) return aborted;
    }
    const status = await this.bus.exchange({ type: COMMAND.getSlotStatus, slot: this.index });
    if (!status.ok) return status;
    const { outcome, error, icc } = status.value;
    if (outcome !== 'failed' || error !== SLOT_ERROR.slotBusy) return ok(icc);
    // Whoever had the reader before has left it so.
    const aborted = await this.bus.abort(this.index);
    return aborted.ok ? await this.status() : aborted;
  }

  async #powerOn(voltage: number): Promise<Result<Uint8Array>> {
    for (let tries = 1; ; tries++) {
      const answer = await this.bus.exchange({
        type: COMMAND.iccPowerOn,
        slot: this.index,
        parameters: [voltage, 0, 0],
      });
      if (!answer.ok) return answer;
      const { outcome, error, icc, data } = answer.value;
      if (outcome === 'failed') {
        const busy = error === SLOT_ERROR.autoSequence || error === SLOT_ERROR.slotBusy;
        if (!busy || tries >= BUSY_TRIES) return failed(answer.value, 'transport.no-card');
        await pause(BUSY_PAUSE);
        continue;
      }
      if (icc === 'absent') return noCard();
      if (icc !== 'active' || data.length < 2) {
        return fail('transport.protocol', 'The reader calls a card powered that is not.');
      }
      return ok(data.slice());
    }
  }

  /** Answers a failure only where the reader itself fails: a card that is gone is powered off. */
  async powerOff(): Promise<Result<void>> {
    const answer = await this.bus.exchange({ type: COMMAND.iccPowerOff, slot: this.index });
    if (!answer.ok) return answer;
    return answer.value.icc === 'active'
      ? fail('transport.protocol', 'The reader does not power the card off.')
      : ok(undefined);
  }

  /** `unsupported` where the reader doesn't know the command. */
  async parameters(): Promise<Result<SlotParameters>> {
    return this.#parameters({ type: COMMAND.getParameters, slot: this.index });
  }

  async setParameters(parameters: SlotParameters): Promise<Result<SlotParameters>> {
    return this.#parameters({
      type: COMMAND.setParameters,
      slot: this.index,
      parameters: [parameters.protocol, 0, 0],
      data: parameters.bytes,
    });
  }

  async #parameters(command: CcidCommand): Promise<Result<SlotParameters>> {
    const answer = await this.bus.exchange(command);
    if (!answer.ok) return answer;
    const { outcome, error, icc, parameter, data } = answer.value;
    if (icc === 'absent') return removed();
    if (outcome === 'failed') {
      return error === SLOT_ERROR.unsupported
        ? fail('transport.unsupported', 'The reader has no parameters.')
        : failed(answer.value);
    }
    const length = parameter === 0 ? 5 : 7;
    // QEMU's reader sends seven bytes for either protocol.
    if (parameter > 1 || (data.length !== length && data.length !== 7)) {
      return fail('transport.protocol', 'The reader answered parameters of no protocol.');
    }
    return ok({ protocol: parameter, bytes: data.slice(0, length) });
  }

  /**
   * Sends one block to the card and answers the card's, `PARITY` where it was damaged on the way.
   *
   * @param bwi how many block waiting times the card has asked for (T=1), or 0
   * @param patience milliseconds that the card may take longer than the reader
   */
  async block(
    data: Uint8Array,
    bwi = 0,
    patience = 0,
  ): Promise<Result<Uint8Array | typeof PARITY>> {
    const parameters = [bwi, 0, 0] as const;
    const answer = await this.#xfr(parameters, data, patience);
    if (!answer.ok) return answer;
    const { outcome, error, parameter } = answer.value;
    if (outcome === 'failed') {
      return error === SLOT_ERROR.parity && answer.value.icc === 'active'
        ? ok(PARITY)
        : broken(answer.value);
    }
    return parameter === CHAIN.whole ? ok(answer.value.data) : unchained();
  }

  /**
   * Sends a whole APDU to a reader of the extended APDU level, in as many messages as it takes, and
   * answers the response.
   */
  async chain(apdu: Uint8Array): Promise<Result<Uint8Array>> {
    const most = this.bus.descriptor.mostMessage - HEADER_LENGTH;
    const parts: Uint8Array[] = [];
    let size = 0;
    let at = 0;
    let level: number = apdu.length > most ? CHAIN.first : CHAIN.whole;
    try {
      for (;;) {
        const data = level === CHAIN.go ? new Uint8Array() : apdu.subarray(at, at + most);
        const answer = await this.#xfr([0, level & 0xff, 0], data, 0);
        if (!answer.ok) return answer;
        if (answer.value.outcome === 'failed') return broken(answer.value);
        at += data.length;
        const { parameter } = answer.value;
        if (at < apdu.length) {
          // More of the command: the reader must ask for it and say nothing else.
          if (parameter !== CHAIN.go || answer.value.data.length > 0) return unchained();
          level = apdu.length - at > most ? CHAIN.middle : CHAIN.last;
          continue;
        }
        const begins = parameter === CHAIN.whole || parameter === CHAIN.first;
        if (begins !== (parts.length === 0) || parameter > CHAIN.middle) return unchained();
        parts.push(answer.value.data);
        size += answer.value.data.length;
        if (size > MOST_RESPONSE) return unchained();
        if (parameter === CHAIN.whole || parameter === CHAIN.last) {
          return size < 2 ? unchained() : ok(concatBytes(...parts));
        }
        if (answer.value.data.length === 0) return unchained();
        level = CHAIN.go;
      }
    } finally {
      for (const part of parts) part.fill(0);
    }
  }

  async #xfr(
    parameters: readonly [number, number, number],
    data: Uint8Array,
    patience: number,
  ): Promise<Result<CcidAnswer>> {
    const command = { type: COMMAND.xfrBlock, slot: this.index, parameters, data };
    const answer = await this.bus.exchange(command, patience);
    if (!answer.ok) return answer;
    if (answer.value.icc === 'absent') return removed();
    if (answer.value.outcome === 'done' && answer.value.icc !== 'active') {
      return fail('transport.protocol', 'The reader answered for a card without power.');
    }
    return answer;
  }

  /**
   * Brings the slot back to where a card can be powered, after a failure that left something
   * unanswered. A reader that can't be brought back is lost (`CcidBus.lost`).
   */
  async recover(): Promise<void> {
    if (this.bus.unanswered(this.index)) {
      const aborted = await this.bus.abort(this.index);
      if (!aborted.ok) return;
    }
    const off = await this.powerOff();
    if (!off.ok) this.bus.lose();
  }
}

/** The problem that a failed command is. */
function failed(answer: CcidAnswer, absent: TransportCode = 'transport.removed'): Result<never> {
  const { icc, error } = answer;
  const said = `The reader said error 0x${error.toString(16).padStart(2, '0')}.`;
  if (icc === 'absent') return fail(absent, said);
  switch (error) {
    case SLOT_ERROR.mute:
      return fail('transport.mute', said);
    case SLOT_ERROR.slotBusy:
    case SLOT_ERROR.autoSequence:
      return fail('transport.busy', said);
    case SLOT_ERROR.protocolNotSupported:
    case SLOT_ERROR.classNotSupported:
    case SLOT_ERROR.unsupported:
    case SLOT_ERROR.noSlot:
      return fail('transport.unsupported', said);
    default:
      return fail('transport.protocol', said);
  }
}

/** Of a block to the card: nobody knows what the card has heard of it, so it is not "unsupported". */
function broken(answer: CcidAnswer): Result<never> {
  const result = failed(answer);
  if (result.ok || result.problem.code !== 'transport.unsupported') return result;
  return fail('transport.protocol', result.problem.message);
}

function removed(): Result<never> {
  return fail('transport.removed', 'The card is gone.');
}

function noCard(): Result<never> {
  return fail('transport.no-card', 'There is no card in the slot.');
}

function unchained(): Result<never> {
  return fail('transport.protocol', 'The reader breaks the chain of messages.');
}
