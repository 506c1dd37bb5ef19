/**
 * A CCID reader in software, as bytes: messages of the bulk-out endpoint in, messages of the bulk-in
 * endpoint out (CCID 1.1, section 6), and notifications. What carries the bytes is not its business:
 * `simulated-usb.ts` puts it behind the WebUSB API, and it may stand behind a real USB host as well.
 *
 * A hook may spoil any answer, so that a driver can be tested against readers and cards that fail.
 */
import { decodeAtr } from '../atr.ts';
import { concatBytes } from '../bytes.ts';
import { ANSWER, COMMAND, HEADER_LENGTH, SLOT_ERROR } from '../ccid-message.ts';
import { ccidIdentity, type CcidIdentity } from './ccid-descriptors.ts';
import type { SimulatedCard } from './simulated-card.ts';
import { t0Card, t1Card, type TpduCard } from './tpdu-card.ts';

/** A command that has come, for a hook to choose by. */
export interface CcidStep {
  /** From 0, over all commands to the device. */
  readonly index: number;
  /** bMessageType. */
  readonly type: number;
  readonly slot: number;
}

/** What goes wrong with one command. */
export type CcidFault =
  /** No answer; the card has not heard the command. The slot is busy with it until an abortion. */
  | { readonly kind: 'mute' }
  /** The answer comes with the next command's, before it. */
  | { readonly kind: 'late' }
  /** The command fails with this bError; the card has not heard it. */
  | { readonly kind: 'error'; readonly error: number }
  /** So many requests for more time before the answer. */
  | { readonly kind: 'extend'; readonly times: number }
  /** A transfer of no bytes before the answer. */
  | { readonly kind: 'empty' }
  /** The answer is cut to so many bytes. */
  | { readonly kind: 'truncate'; readonly length: number }
  /** One byte of the answer's header is another. */
  | { readonly kind: 'header'; readonly at: number; readonly value: number }
  /** One byte of what the card has sent is damaged: the one at this place, or at the end. */
  | { readonly kind: 'damage'; readonly at: number; readonly mask: number }
  /** The card asks for so many waiting times before it answers (T=1). */
  | { readonly kind: 'wtx'; readonly multiplier: number }
  /** The card is pulled before it hears the command, or before the answer is sent. */
  | { readonly kind: 'remove-card'; readonly when: 'before' | 'after' }
  /** The reader is. */
  | { readonly kind: 'remove-reader'; readonly when: 'before' | 'after' };

export interface CcidDeviceOptions extends Partial<CcidIdentity> {
  readonly faults?: (step: CcidStep) => CcidFault | undefined;
}

interface Slot {
  card: SimulatedCard | undefined;
  powered: boolean;
  changed: boolean;
  protocol: number;
  /** abProtocolDataStructure. */
  parameters: Uint8Array;
  line: TpduCard | undefined;
  /** Parts of a chained command, and of a chained response. */
  incoming: Uint8Array[];
  outgoing: Uint8Array;
  /** Grows with every abortion: what was begun before is not answered. */
  generation: number;
  /** Busy with a command that will never be answered. */
  hung: boolean;
  /** bSeq of the control request ABORT that the message has to follow. */
  aborting: number | undefined;
}

type Body =
  { readonly data?: Uint8Array; readonly parameter?: number } | { readonly error: number };

export class CcidDevice {
  readonly identity: CcidIdentity;
  /** Gets each `RDR_to_PC_NotifySlotChange`. */
  onNotification: ((bytes: Uint8Array) => void) | undefined;
  /** Called when a fault pulls the reader. */
  onUnplug: (() => void) | undefined;
  readonly #faults: CcidDeviceOptions['faults'];
  readonly #slots: Slot[];
  readonly #late: Uint8Array[] = [];
  #steps = 0;

  constructor({ faults, ...identity }: CcidDeviceOptions = {}) {
    this.identity = ccidIdentity(identity);
    this.#faults = faults;
    this.#slots = Array.from({ length: this.identity.slots }, () => ({
      card: undefined,
      powered: false,
      changed: false,
      protocol: 0,
      parameters: new Uint8Array(5),
      line: undefined,
      incoming: [],
      outgoing: new Uint8Array(),
      generation: 0,
      hung: false,
      aborting: undefined,
    }));
  }

  /** Puts a card in, in another's place if there is one. */
  insert(card: SimulatedCard, slot = 0): void {
    this.#place(slot, card);
  }

  /** Pulls the card. */
  remove(slot = 0): void {
    this.#place(slot, undefined);
  }

  /** The notification that a reader sends when its interrupt endpoint is first asked. */
  get notification(): Uint8Array {
    const bytes = new Uint8Array(1 + Math.ceil(this.#slots.length / 4));
    bytes[0] = 0x50;
    for (const [index, { card, changed }] of this.#slots.entries()) {
      const bits = (card ? 1 : 0) | (changed ? 2 : 0);
      bytes[1 + (index >> 2)]! |= bits << ((index & 3) * 2);
    }
    return bytes;
  }

  /** The control request ABORT (5.3.1); the message of that name follows it. */
  abort(slot: number, sequence: number): void {
    const aborted = this.#slots[slot];
    if (!aborted) return;
    aborted.generation++;
    aborted.aborting = sequence;
  }

  /**
   * One whole message of the bulk-out endpoint, and the messages that answer it: none where the
   * reader stays mute or the command was aborted meanwhile.
   */
  async receive(message: Uint8Array): Promise<Uint8Array[]> {
    const [type = 0, , , , , index = 0, sequence = 0] = message;
    const length = new DataView(message.buffer, message.byteOffset).getUint32(1, true);
    if (length !== message.length - HEADER_LENGTH) return [];
    const slot = this.#slots[index];
    const fault = this.#faults?.({ index: this.#steps++, type, slot: index });
    const reply = (body: Body) => this.#message(type, index, sequence, body);
    if (!slot) return [reply({ error: SLOT_ERROR.noSlot })];

    if (type === COMMAND.abort) {
      if (slot.aborting !== sequence) return [reply({ error: SLOT_ERROR.unsupported })];
      slot.aborting = undefined;
      slot.hung = false;
    }
    if (slot.hung) return [reply({ error: SLOT_ERROR.slotBusy })];
    if (fault?.kind === 'mute') {
      slot.hung = true;
      return [];
    }
    if (this.#pulled(fault, 'before', index)) return [];
    const { generation } = slot;
    const done =
      fault?.kind === 'error' ? { error: fault.error } : await this.#do(message, slot, fault);
    if (this.#pulled(fault, 'after', index)) return [];
    if (generation !== slot.generation) return [];
    const answers = this.#spoil(reply(done), fault, reply({}));
    if (fault?.kind === 'late') {
      this.#late.push(...answers);
      return [];
    }
    return [...this.#late.splice(0), ...answers];
  }

  /** Pulls what a fault pulls; whether that was the reader, which answers nothing then. */
  #pulled(fault: CcidFault | undefined, when: 'before' | 'after', slot: number): boolean {
    if (fault?.kind === 'remove-card' && fault.when === when) this.remove(slot);
    if (fault?.kind !== 'remove-reader' || fault.when !== when) return false;
    this.onUnplug?.();
    return true;
  }

  #spoil(answer: Uint8Array, fault: CcidFault | undefined, bare: Uint8Array): Uint8Array[] {
    switch (fault?.kind) {
      case 'extend': {
        const more = bare.slice(0, HEADER_LENGTH);
        more.fill(0, 1, 5);
        more.set([0x80, 1, 0], 7);
        return [...Array.from({ length: fault.times }, () => more.slice()), answer];
      }
      case 'empty':
        return [new Uint8Array(), answer];
      case 'truncate':
        return [answer.slice(0, fault.length)];
      case 'header':
        answer[fault.at] = fault.value;
        return [answer];
      case 'damage': {
        const place = Math.min(HEADER_LENGTH + fault.at, answer.length - 1);
        if (place >= HEADER_LENGTH) answer[place]! ^= fault.mask;
        return [answer];
      }
      default:
        return [answer];
    }
  }

  async #do(message: Uint8Array, slot: Slot, fault: CcidFault | undefined): Promise<Body> {
    const data = message.slice(HEADER_LENGTH);
    switch (message[0]) {
      case COMMAND.getSlotStatus:
      case COMMAND.abort:
        return {};
      case COMMAND.iccPowerOn:
        return this.#powerOn(slot);
      case COMMAND.iccPowerOff:
        slot.powered = false;
        return {};
      case COMMAND.getParameters:
        return { data: slot.parameters, parameter: slot.protocol };
      case COMMAND.setParameters: {
        const protocol = message[7]!;
        if (protocol > 1 || data.length !== (protocol === 0 ? 5 : 7)) return { error: 7 };
        slot.protocol = protocol;
        slot.parameters = data;
        slot.line = undefined;
        return { data, parameter: protocol };
      }
      case COMMAND.xfrBlock:
        return await this.#transfer(message, data, slot, fault);
      default:
        return { error: SLOT_ERROR.unsupported };
    }
  }

  #powerOn(slot: Slot): Body {
    if (!slot.card) return { error: SLOT_ERROR.mute };
    slot.powered = true;
    slot.line = undefined;
    slot.incoming = [];
    slot.outgoing = new Uint8Array();
    slot.card.reset();
    const { atr } = slot.card;
    slot.protocol = decodeAtr(atr)?.protocols[0] === 1 ? 1 : 0;
    slot.parameters = new Uint8Array(slot.protocol === 0 ? 5 : 7);
    return { data: atr };
  }

  async #transfer(
    message: Uint8Array,
    data: Uint8Array,
    slot: Slot,
    fault: CcidFault | undefined,
  ): Promise<Body> {
    const { card } = slot;
    if (!card || !slot.powered) return { error: SLOT_ERROR.mute };
    if (message.length > this.identity.mostMessage) return { error: 1 };
    const wtx = fault?.kind === 'wtx' ? fault.multiplier : 0;
    switch (this.identity.level) {
      case 'tpdu':
        // PPS: a card that agrees repeats it (ISO/IEC 7816-3, 9.2).
        if (data[0] === 0xff) return { data };
        slot.line ??= line(card, slot.protocol);
        return { data: await slot.line.receive(data, wtx) };
      case 'short':
        return { data: await card.transmit(data) };
      case 'extended':
        return await this.#chain(message[8]!, data, slot, card);
      case 'character':
        return { error: SLOT_ERROR.unsupported };
    }
  }

  /** wLevelParameter and bChainParameter (6.1.4, 6.2.1). */
  async #chain(level: number, data: Uint8Array, slot: Slot, card: SimulatedCard): Promise<Body> {
    if (level === 0x10) {
      if (slot.outgoing.length === 0) return { error: 8 };
    } else {
      const begins = level === 0 || level === 1;
      if (begins !== (slot.incoming.length === 0)) {
        slot.incoming = [];
        return { error: 8 };
      }
      slot.incoming.push(data);
      if (level === 1 || level === 3) return { parameter: 0x10 };
      const command = concatBytes(...slot.incoming);
      slot.incoming = [];
      slot.outgoing = new Uint8Array(await card.transmit(command));
    }
    const most = this.identity.mostMessage - HEADER_LENGTH;
    const part = slot.outgoing.slice(0, most);
    slot.outgoing = slot.outgoing.slice(most);
    const more = slot.outgoing.length > 0;
    const parameter = level === 0x10 ? (more ? 3 : 2) : more ? 1 : 0;
    return { data: part, parameter };
  }

  #place(index: number, card: SimulatedCard | undefined): void {
    const slot = this.#slots[index];
    if (!slot) return;
    slot.card = card;
    slot.powered = false;
    slot.changed = true;
    slot.line = undefined;
    this.onNotification?.(this.notification);
    for (const each of this.#slots) each.changed = false;
  }

  #message(type: number, index: number, sequence: number, body: Body): Uint8Array {
    const slot = this.#slots[index];
    const icc = slot?.card ? (slot.powered ? 0 : 1) : 2;
    // A card that was pulled meanwhile has answered nothing that counts.
    const pulled = type === COMMAND.xfrBlock && icc !== 0 && !('error' in body);
    const failed = 'error' in body || pulled;
    const data = failed ? new Uint8Array() : (body.data ?? new Uint8Array());
    const bytes = new Uint8Array(HEADER_LENGTH + data.length);
    bytes[0] = ANSWERS[type] ?? ANSWER.slotStatus;
    new DataView(bytes.buffer).setUint32(1, data.length, true);
    bytes[5] = index;
    bytes[6] = sequence;
    bytes[7] = icc | (failed ? 0x40 : 0);
    bytes[8] = 'error' in body ? body.error : pulled ? SLOT_ERROR.mute : 0;
    bytes[9] = 'error' in body ? 0 : (body.parameter ?? 0);
    bytes.set(data, HEADER_LENGTH);
    return bytes;
  }
}

const ANSWERS: Readonly<Record<number, number>> = {
  [COMMAND.iccPowerOn]: ANSWER.dataBlock,
  [COMMAND.xfrBlock]: ANSWER.dataBlock,
  [COMMAND.getParameters]: ANSWER.parameters,
  [COMMAND.setParameters]: ANSWER.parameters,
};

function line(card: SimulatedCard, protocol: number): TpduCard {
  if (protocol === 0) return t0Card(card);
  const { edc, ifsc } = decodeAtr(card.atr)?.t1 ?? { edc: 'lrc', ifsc: 32 };
  return t1Card(card, edc, ifsc);
}
