/**
 * Messages of CCID 1.1, section 6: a header of ten bytes and data. Commands go out on the bulk
 * endpoint, answers come in on the other, and what happens in the slots is told on the interrupt
 * endpoint.
 */

export const HEADER_LENGTH = 10;

/** bMessageType of the commands that the driver sends (6.1). */
export const COMMAND = {
  setParameters: 0x61,
  iccPowerOn: 0x62,
  iccPowerOff: 0x63,
  getSlotStatus: 0x65,
  getParameters: 0x6c,
  xfrBlock: 0x6f,
  abort: 0x72,
} as const;

export type CommandType = (typeof COMMAND)[keyof typeof COMMAND];

/** bMessageType of the answers (6.2). */
export const ANSWER = {
  dataBlock: 0x80,
  slotStatus: 0x81,
  parameters: 0x82,
  escape: 0x83,
  dataRate: 0x84,
} as const;

const ANSWERS: readonly number[] = Object.values(ANSWER);

/** Which answer a command has to get. */
export const ANSWER_TO: Readonly<Record<CommandType, number>> = {
  [COMMAND.setParameters]: ANSWER.parameters,
  [COMMAND.iccPowerOn]: ANSWER.dataBlock,
  [COMMAND.iccPowerOff]: ANSWER.slotStatus,
  [COMMAND.getSlotStatus]: ANSWER.slotStatus,
  [COMMAND.getParameters]: ANSWER.parameters,
  [COMMAND.xfrBlock]: ANSWER.dataBlock,
  [COMMAND.abort]: ANSWER.slotStatus,
};

/** bError of a command that has failed (table 6.2-2). */
export const SLOT_ERROR = {
  unsupported: 0x00,
  noSlot: 0x05,
  slotBusy: 0xe0,
  autoSequence: 0xf2,
  protocolNotSupported: 0xf6,
  classNotSupported: 0xf5,
  parity: 0xfd,
  mute: 0xfe,
  aborted: 0xff,
} as const;

export interface CcidCommand {
  readonly type: CommandType;
  readonly slot: number;
  /** The last three bytes of the header, which each type gives its own meaning. */
  readonly parameters?: readonly [number, number, number];
  readonly data?: Uint8Array;
}

/** bmICCStatus: whether a card is in the slot, and powered. */
export type IccStatus = 'active' | 'inactive' | 'absent';
const ICC: readonly IccStatus[] = ['active', 'inactive', 'absent'];

export interface CcidAnswer {
  readonly type: number;
  readonly slot: number;
  readonly sequence: number;
  readonly icc: IccStatus;
  /** bmCommandStatus: done, failed (`error` says how), or not yet: the card wants more time. */
  readonly outcome: 'done' | 'failed' | 'extension';
  /** bError: of a failure one of `SLOT_ERROR` or the place of the wrong parameter. */
  readonly error: number;
  /** The tenth byte: bChainParameter, bClockStatus or bProtocolNum. */
  readonly parameter: number;
  readonly data: Uint8Array;
}

const OUTCOMES: readonly CcidAnswer['outcome'][] = ['done', 'failed', 'extension'];

/** The command's bytes. The caller overwrites them once they are sent. */
export function encodeCcidCommand(command: CcidCommand, sequence: number): Uint8Array<ArrayBuffer> {
  const { type, slot, parameters = [0, 0, 0], data = new Uint8Array() } = command;
  const bytes = new Uint8Array(HEADER_LENGTH + data.length);
  bytes[0] = type;
  new DataView(bytes.buffer).setUint32(1, data.length, true);
  bytes[5] = slot;
  bytes[6] = sequence;
  bytes.set(parameters, 7);
  bytes.set(data, HEADER_LENGTH);
  return bytes;
}

/**
 * The answer that the bytes are, or undefined where they are none: shorter than a header, of a type
 * that isn't one, of another length than they say, or with a status that doesn't exist. `data` is a
 * view of them. The bits of bStatus that are reserved are not looked at.
 */
export function decodeCcidAnswer(bytes: Uint8Array): CcidAnswer | undefined {
  const [type, , , , , slot, sequence, status, error, parameter] = bytes;
  if (type === undefined || slot === undefined || sequence === undefined) return undefined;
  if (status === undefined || error === undefined || parameter === undefined) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1, true);
  const icc = ICC[status & 0x03];
  const outcome = OUTCOMES[status >> 6];
  const fits = length === bytes.length - HEADER_LENGTH || isOfQemu(type, length, bytes.length);
  if (!ANSWERS.includes(type) || !fits) return undefined;
  if (!icc || !outcome) return undefined;
  const data = bytes.subarray(HEADER_LENGTH);
  return { type, slot, sequence, icc, outcome, error, parameter, data };
}

/** QEMU's `usb-ccid` counts none of the seven bytes of its parameters, whatever the protocol. */
function isOfQemu(type: number, length: number, whole: number): boolean {
  return type === ANSWER_TO[COMMAND.getParameters] && length === 0 && whole === HEADER_LENGTH + 7;
}

/** What the interrupt endpoint tells of one slot (6.3.1). */
export interface SlotChange {
  readonly present: boolean;
  /** Something was put in or taken out since the last notification. */
  readonly changed: boolean;
}

const NOTIFY_SLOT_CHANGE = 0x50;

/**
 * The slots of a `RDR_to_PC_NotifySlotChange`, or undefined for any other message and for one of
 * another length than the reader's slots need.
 */
export function decodeSlotChange(bytes: Uint8Array, slots: number): SlotChange[] | undefined {
  if (bytes[0] !== NOTIFY_SLOT_CHANGE || bytes.length !== 1 + Math.ceil(slots / 4)) {
    return undefined;
  }
  return Array.from({ length: slots }, (_, slot) => {
    const bits = bytes[1 + (slot >> 2)]! >> ((slot & 3) * 2);
    return { present: (bits & 1) !== 0, changed: (bits & 2) !== 0 };
  });
}
