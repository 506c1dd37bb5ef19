/**
 * What a page and the kiosk's agent say to each other over a WebSocket. APDUs go in binary frames,
 * which can be overwritten (`apdu-frame.ts`); everything else in text frames, as JSON objects whose
 * bytes are written as hex. Each of these is a row of a table below, from which its type, its encoder
 * and its strict decoder come. A decoder takes an object with exactly the row's fields and answers
 * `undefined` for anything else; whoever gets `undefined` closes the connection.
 *
 *     agent  {"type":"hello","version":1,"nonce":"…"}
 *     page   {"type":"prove","nonce":"…","proof":"…"}
 *     agent  {"type":"welcome","proof":"…"}            or refused, and the connection ends
 *     agent  {"type":"readers","readers":[{"name":"…","present":true}]}     again on each change
 *     page   {"type":"connect","id":1,"reader":"…"}
 *     agent  {"type":"connected","id":1,"session":1,"atr":"…","extended":true}
 *     page   01 00000002 00000001 APDU                 binary: transmit
 *     agent  02 00000002 00000001 APDU                 binary: response; or failed, as text
 *     agent  {"type":"ended","session":1,"why":"removed"}
 *
 * Requests have ids of the page's choice, and answers bear them. `pairing.ts` says what is proved.
 */
import { decodeApdu, encodeApdu, MAX_APDU_FRAME, MAX_ID, type FramedApdu } from './apdu-frame.ts';
import { fromHex, toHex } from './bytes.ts';
import { NONCE_BYTES, PROOF_BYTES } from './pairing.ts';
import type { TransportCode } from './result.ts';

/** The path of the agent's WebSocket. */
export const BRIDGE_PATH = '/bridge';
export const BRIDGE_VERSION = 1;

/** Longest frame of either kind, in bytes; a list of most readers with longest names fits. */
export const MAX_FRAME = MAX_APDU_FRAME;
/** PC/SC's own limit (`PCSCLITE_MAX_READERS_CONTEXTS`). */
export const MAX_READERS = 16;
/** pcscd's names have 127 bytes; a USB token's maker, product and serial may be longer. */
export const MAX_NAME = 400;
/** Longest ATR (ISO/IEC 7816-3, 8.1). */
const MAX_ATR = 33;
const MAX_SENTENCE = 400;

/** How a value of a message looks in JSON. `read` answers undefined for what is none. */
interface Field<T> {
  read(json: unknown): T | undefined;
  write(value: T): unknown;
}

/** A value that JSON has as it is. */
function plain<T>(is: (json: unknown) => boolean): Field<T> {
  return { read: (json) => (is(json) ? (json as T) : undefined), write: (value) => value };
}

const id = plain<number>(
  (json) => Number.isInteger(json) && (json as number) >= 0 && (json as number) <= MAX_ID,
);
const flag = plain<boolean>((json) => typeof json === 'boolean');

function text(most: number): Field<string> {
  return plain((json) => typeof json === 'string' && json.length <= most);
}

function oneOf<const T extends string | number>(...values: readonly T[]): Field<T> {
  return plain((json) => values.includes(json as T));
}

function octets(least: number, most: number): Field<Uint8Array> {
  return {
    read(json) {
      if (typeof json !== 'string' || json.length < 2 * least || json.length > 2 * most) {
        return undefined;
      }
      return /^(?:[0-9a-f]{2})*$/.test(json) ? fromHex(json) : undefined;
    },
    write: toHex,
  };
}

export interface BridgeReader {
  readonly name: string;
  readonly present: boolean;
}

const readers: Field<readonly BridgeReader[]> = {
  read(json) {
    if (!Array.isArray(json) || json.length > MAX_READERS) return undefined;
    const list = json.map((item) => readFields(READER, item));
    const names = new Set(list.map((reader) => reader?.name));
    if (names.has(undefined) || names.size < list.length) return undefined;
    return list as BridgeReader[];
  },
  write: (list) => list.map(({ name, present }) => ({ name, present })),
};

/** A record, so that a code that is added to the contract is missed here by the compiler. */
const CODES: Readonly<Record<TransportCode, true>> = {
  'transport.removed': true,
  'transport.closed': true,
  'transport.no-card': true,
  'transport.mute': true,
  'transport.protocol': true,
  'transport.busy': true,
  'transport.denied': true,
  'transport.unsupported': true,
  'transport.unpaired': true,
  'transport.unreachable': true,
};
const code = oneOf(...(Object.keys(CODES) as TransportCode[]));
const nonce = octets(NONCE_BYTES, NONCE_BYTES);
const proof = octets(PROOF_BYTES, PROOF_BYTES);

const READER = { name: text(MAX_NAME), present: flag };

/** What the page says in text. */
const PAGE = {
  prove: { nonce, proof },
  /** Looks for readers anew: answered with `looked` or `failed`. */
  look: { id },
  connect: { id, reader: text(MAX_NAME) },
  close: { id, session: id },
};

/** What the agent says in text. */
const AGENT = {
  hello: { version: oneOf(BRIDGE_VERSION), nonce },
  welcome: { proof },
  /**
   * The connection ends: wrong proof or origin (`unpaired`), or another page is there (`busy`).
   * `wait` is 0 where the proof was looked at; else the milliseconds after which one will be.
   */
  refused: { code: oneOf('transport.unpaired', 'transport.busy'), wait: id },
  readers: { readers },
  looked: { id, readers },
  connected: { id, session: id, atr: octets(0, MAX_ATR), extended: flag },
  closed: { id },
  failed: { id, code, message: text(MAX_SENTENCE) },
  /** A session that the page did not close is over. */
  ended: { session: id, why: oneOf('removed', 'closed') },
};

type Fields = Readonly<Record<string, Field<unknown>>>;
type Table = Readonly<Record<string, Fields>>;
type Values<F> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };
type Messages<T> = { [K in keyof T]: { readonly type: K } & Values<T[K]> }[keyof T];

export type PageMessage = Messages<typeof PAGE> | ({ readonly type: 'transmit' } & FramedApdu);
export type AgentMessage = Messages<typeof AGENT> | ({ readonly type: 'response' } & FramedApdu);

/** Text, or bytes that hold an APDU: who has them overwrites them. */
export type Frame = string | Uint8Array<ArrayBuffer>;

/** Bytes for `transmit` alone, with a copy of its APDU in them. */
export function encodePage(message: PageMessage): Frame {
  return message.type === 'transmit' ? encodeApdu('command', message) : encode(PAGE, message);
}

/** Undefined for what is no message of a page. An APDU is a view of the frame. */
export function decodePage(frame: string | Uint8Array): PageMessage | undefined {
  if (typeof frame === 'string') return decode(PAGE, frame) as PageMessage | undefined;
  const command = decodeApdu('command', frame);
  return command && { type: 'transmit', ...command };
}

/** Bytes for `response` alone, with a copy of its APDU in them. A sentence that is too long is cut. */
export function encodeAgent(message: AgentMessage): Frame {
  if (message.type === 'response') return encodeApdu('response', message);
  return message.type === 'failed'
    ? encode(AGENT, { ...message, message: message.message.slice(0, MAX_SENTENCE) })
    : encode(AGENT, message);
}

/** Undefined for what is no message of an agent. An APDU is a view of the frame. */
export function decodeAgent(frame: string | Uint8Array): AgentMessage | undefined {
  if (typeof frame === 'string') return decode(AGENT, frame) as AgentMessage | undefined;
  const response = decodeApdu('response', frame);
  return response && { type: 'response', ...response };
}

/** Overwrites a frame that has been sent or is not taken. Text can't be, and holds no APDU. */
export function wipe(frame: string | Uint8Array): void {
  if (typeof frame !== 'string') frame.fill(0);
}

function encode(table: Table, message: PageMessage | AgentMessage): string {
  const json: Record<string, unknown> = { type: message.type };
  for (const [name, field] of Object.entries(table[message.type]!)) {
    json[name] = field.write((message as Readonly<Record<string, unknown>>)[name]);
  }
  return JSON.stringify(json);
}

function decode(table: Table, frame: string): unknown {
  if (frame.length > MAX_FRAME) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(frame);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const { type, ...rest } = json as { type?: unknown };
  if (typeof type !== 'string' || !Object.hasOwn(table, type)) return undefined;
  const values = readFields(table[type]!, rest);
  return values && { type, ...values };
}

/** The values of an object that has exactly these fields. */
function readFields<F extends Fields>(fields: F, json: unknown): Values<F> | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const names = Object.keys(fields);
  if (Object.keys(json).length !== names.length) return undefined;
  const values: Record<string, unknown> = {};
  for (const name of names) {
    if (!Object.hasOwn(json, name)) return undefined;
    const value = fields[name]!.read((json as Record<string, unknown>)[name]);
    if (value === undefined) return undefined;
    values[name] = value;
  }
  return values as Values<F>;
}
