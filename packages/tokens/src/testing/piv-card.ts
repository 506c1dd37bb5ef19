/**
 * A PIV card in software (NIST SP 800-73-4 part 2), with the commands of a YubiKey 5 that
 * yubico-piv-tool asks for unless it is told to be plain.
 */
import { type Command } from '../apdu.ts';
import { concatBytes, equalBytes, fromHex, toHex } from '../bytes.ts';
import type { KeyAlgorithm } from '../card.ts';
import { toDer } from '../ecdsa-signature.ts';
import { TokenError } from '../errors.ts';
import { decodeOne, decodeTlv, encodeTlv, valueOf } from '../tlv.ts';
import { answerToReset } from './answer-to-reset.ts';
import {
  answer,
  attempt,
  DONE,
  IsoCard,
  NO_FILE,
  NO_INSTRUCTION,
  NO_REFERENCE,
  NOT_VERIFIED,
  SimulatedPin,
  WRONG_DATA,
  WRONG_PARAMETERS,
  type Answer,
} from './iso-card.ts';
import type { SimulatedKey } from './simulated-key.ts';

/** A key, a certificate, both or none of them. */
export interface SimulatedSlot {
  readonly key?: SimulatedKey;
  /** DER. */
  readonly certificate?: Uint8Array;
  /** The certificate is given compressed with gzip, and marked so. */
  readonly compressed?: boolean;
}

export interface PivCardOptions {
  /** Slot 9A. */
  readonly authentication?: SimulatedSlot;
  /** Slot 9C. */
  readonly signature?: SimulatedSlot;
  /** Slot 9D. */
  readonly management?: SimulatedSlot;
  /** Six to eight digits; `123456` by default, as YubiKeys come. */
  readonly pin?: string;
  /** Eight characters; `12345678` by default. */
  readonly puk?: string;
  readonly tries?: number;
  /** Of the card holder unique identifier, 16 bytes; `undefined` leaves the object out. */
  readonly guid?: Uint8Array | undefined;
  /** As a card of another vendor: without GET METADATA, version and serial number. */
  readonly plain?: boolean;
}

const AID = fromHex('a0 00 00 03 08 00 00 10 00 01 00');
const AUTHENTICATION = 0x9a;
const SIGNATURE = 0x9c;
const MANAGEMENT = 0x9d;
const PIN = 0x80;
const PUK = 0x81;
const ALGORITHM: Partial<Record<KeyAlgorithm, number>> = {
  'ecdsa-p256': 0x11,
  'ecdsa-p384': 0x14,
  ed25519: 0xe0,
};
const DIGEST: Partial<Record<KeyAlgorithm, number>> = { 'ecdsa-p256': 32, 'ecdsa-p384': 48 };
const GUID = fromHex('6b 61 62 69 6e 61 40 00 80 00 00 00 00 00 00 01');
/** Category indicator, capabilities (selection by partial name, chaining), and a name. */
const HISTORICAL = concatBytes(fromHex('80 73 c0 21 80 56'), new TextEncoder().encode('Kabina'));

/** A card with one PIV application. */
export function pivCard(options: PivCardOptions = {}): PivCard {
  return new PivCard(options);
}

class PivCard extends IsoCard {
  readonly #slots: ReadonlyMap<number, SimulatedSlot>;
  readonly #objects: ReadonlyMap<string, Uint8Array>;
  readonly #pin: SimulatedPin;
  readonly #puk: SimulatedPin;
  readonly #plain: boolean;
  #selected = false;
  /** The PIN was the last command but one: 9C asks for that (part 1, table 4b). */
  #justVerified = false;

  constructor(options: PivCardOptions) {
    super(answerToReset(HISTORICAL));
    const { pin = '123456', puk = '12345678', tries = 3, plain = false } = options;
    this.#pin = new SimulatedPin(padded(pin), tries);
    this.#puk = new SimulatedPin(padded(puk), tries);
    this.#plain = plain;
    const { authentication = {}, signature = {}, management = {} } = options;
    this.#slots = new Map([
      [AUTHENTICATION, authentication],
      [SIGNATURE, signature],
      [MANAGEMENT, management],
    ]);
    const guid = 'guid' in options ? options.guid : GUID;
    this.#objects = objects(this.#slots, guid);
  }

  /** Tries of the PIN that are left, as a test wants to know without asking the card. */
  get triesLeft(): number {
    return this.#pin.left;
  }

  protected forget(): void {
    this.#selected = false;
    this.#pin.verified = false;
    this.#justVerified = false;
  }

  protected execute(command: Command): Answer {
    const justVerified = this.#justVerified;
    this.#justVerified = false;
    if (command.ins === 0xa4) return this.#select(command);
    if (!this.#selected) return NO_INSTRUCTION;
    switch (command.ins) {
      case 0xcb:
        return this.#getData(command);
      case 0x20:
        return this.#verify(command);
      case 0x24:
        return this.#change(command);
      case 0x2c:
        return this.#unblock(command);
      case 0x87:
        return this.#authenticate(command, justVerified);
      default:
        return this.#plain ? NO_INSTRUCTION : this.#vendor(command);
    }
  }

  #select({ p1, data = new Uint8Array() }: Command): Answer {
    const known = data.length >= 5 && equalBytes(data, AID.subarray(0, data.length));
    if (p1 !== 4 || !known) return NO_FILE;
    this.forget();
    this.#selected = true;
    const authority = encodeTlv(0x79, encodeTlv(0x4f, AID.subarray(0, 5)));
    return answer(encodeTlv(0x61, [encodeTlv(0x4f, AID.subarray(5)), authority]));
  }

  #getData({ p1, p2, data = new Uint8Array() }: Command): Answer {
    if (p1 !== 0x3f || p2 !== 0xff) return WRONG_PARAMETERS;
    const tag = attempt(() => decodeOne(0x5c, data));
    if (!tag) return WRONG_DATA;
    // Printed information is read with the PIN alone (part 1, 3.1.5).
    if (toHex(tag) === '5fc109' && !this.#pin.verified) return NOT_VERIFIED;
    const object = this.#objects.get(toHex(tag));
    return object ? answer(object) : NO_FILE;
  }

  #verify({ p1, p2, data = new Uint8Array() }: Command): Answer {
    if (p2 !== PIN) return NO_REFERENCE;
    if (p1 === 0xff && data.length === 0) {
      this.#pin.verified = false;
      return DONE;
    }
    if (p1 !== 0) return WRONG_PARAMETERS;
    if (data.length === 0) return this.#pin.state();
    if (!wellFormed(data)) return WRONG_DATA;
    const result = this.#pin.verify(data);
    this.#justVerified = this.#pin.verified;
    return result;
  }

  /** CHANGE REFERENCE DATA: the old one and the new one. */
  #change({ p2, data = new Uint8Array() }: Command): Answer {
    const secret = p2 === PIN ? this.#pin : p2 === PUK ? this.#puk : undefined;
    return secret ? replace(secret, secret, data) : NO_REFERENCE;
  }

  /** RESET RETRY COUNTER: the PUK and the new PIN. */
  #unblock({ p2, data = new Uint8Array() }: Command): Answer {
    return p2 === PIN ? replace(this.#puk, this.#pin, data) : NO_REFERENCE;
  }

  #authenticate({ p1, p2, data = new Uint8Array() }: Command, justVerified: boolean): Answer {
    const key = this.#slots.get(p2)?.key;
    if (!key || ALGORITHM[key.algorithm] !== p1) return WRONG_PARAMETERS;
    if (!(p2 === SIGNATURE ? justVerified : this.#pin.verified)) return NOT_VERIFIED;
    const fields = attempt(() => decodeTlv(decodeOne(0x7c, data)));
    if (!fields || !valueOf(fields, 0x82)) return WRONG_DATA;
    const challenge = valueOf(fields, 0x81);
    const point = valueOf(fields, 0x85);
    if (challenge) return signed(key, challenge);
    return point && key.agree ? agreed(key.agree, point, key.publicKey.length) : WRONG_DATA;
  }

  #vendor({ ins, p2 }: Command): Answer {
    if (ins === 0xfd) return answer(Uint8Array.of(5, 4, 3));
    if (ins === 0xf8) return answer(fromHex('01 31 2d 00'));
    if (ins !== 0xf7) return NO_INSTRUCTION;
    if (p2 === PIN || p2 === PUK) {
      const { left } = p2 === PIN ? this.#pin : this.#puk;
      return answer(concatBytes(fromHex('01 01 ff 05 01 00 06 02 03'), Uint8Array.of(left)));
    }
    const key = this.#slots.get(p2)?.key;
    if (!key) return NO_REFERENCE;
    return answer(
      concatBytes(
        encodeTlv(0x01, Uint8Array.of(ALGORITHM[key.algorithm] ?? 0)),
        encodeTlv(0x02, Uint8Array.of(p2 === SIGNATURE ? 3 : 2, 1)),
        encodeTlv(0x03, Uint8Array.of(1)),
        encodeTlv(0x04, encodeTlv(0x86, key.publicKey)),
      ),
    );
  }
}

export type { PivCard };

function objects(
  slots: ReadonlyMap<number, SimulatedSlot>,
  guid: Uint8Array | undefined,
): Map<string, Uint8Array> {
  const discovery = [encodeTlv(0x4f, AID), encodeTlv(0x5f2f, Uint8Array.of(0x40, 0))];
  const all = new Map([['7e', encodeTlv(0x7e, discovery)]]);
  const add = (tag: string, ...contents: Uint8Array[]) => {
    all.set(tag, encodeTlv(0x53, contents));
  };
  const empty = new Uint8Array();
  if (guid) {
    const expires = new TextEncoder().encode('20491231');
    const number = fromHex(
      'd4 e7 39 da 73 9c ed 39 ce 73 9d 83 68 58 21 08 42 10 84 21 c8 42 10 c3 eb',
    );
    const chuid = [encodeTlv(0x30, number), encodeTlv(0x34, guid), encodeTlv(0x35, expires)];
    add('5fc102', ...chuid, encodeTlv(0x3e, empty), encodeTlv(0xfe, empty));
  }
  // Card capability container: identifier, versions of the grammar, PKCS#15 absent, and empty rests.
  const identifier = fromHex('a0 00 00 01 16 ff 02 6b 61 62 69 6e 61 00 00 00 00 00 00 00 01');
  add(
    '5fc107',
    encodeTlv(0xf0, identifier),
    encodeTlv(0xf1, Uint8Array.of(0x21)),
    encodeTlv(0xf2, Uint8Array.of(0x21)),
    encodeTlv(0xf3, empty),
    encodeTlv(0xf4, Uint8Array.of(0)),
    encodeTlv(0xf5, Uint8Array.of(0x10)),
    ...[0xf6, 0xf7, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe].map((tag) => encodeTlv(tag, empty)),
  );
  add('5fc109', encodeTlv(0x01, new TextEncoder().encode('SIMULATED')), encodeTlv(0xfe, empty));
  const places = [
    [AUTHENTICATION, '5fc105'],
    [SIGNATURE, '5fc10a'],
    [MANAGEMENT, '5fc10b'],
  ] as const;
  for (const [slot, tag] of places) {
    const { certificate, compressed = false } = slots.get(slot) ?? {};
    if (!certificate) continue;
    const info = encodeTlv(0x71, Uint8Array.of(compressed ? 1 : 0));
    add(tag, encodeTlv(0x70, certificate), info, encodeTlv(0xfe, empty));
  }
  return all;
}

function signed(key: SimulatedKey, input: Uint8Array): Answer {
  const size = DIGEST[key.algorithm];
  // A digest may be shorter than the curve's numbers and never longer (FIPS 186-5, 6.4.1).
  if (size !== undefined && (input.length === 0 || input.length > size)) return WRONG_DATA;
  const raw = key.sign(input);
  return answer(encodeTlv(0x7c, encodeTlv(0x82, size === undefined ? raw : toDer(raw))));
}

function agreed(
  agree: NonNullable<SimulatedKey['agree']>,
  point: Uint8Array,
  length: number,
): Answer {
  if (point.length !== length || point[0] !== 4) return WRONG_DATA;
  const secret = attempt(() => agree(point));
  return secret ? answer(encodeTlv(0x7c, encodeTlv(0x82, secret))) : WRONG_DATA;
}

/** Checks the first eight bytes and sets the last eight. */
function replace(checked: SimulatedPin, changed: SimulatedPin, data: Uint8Array): Answer {
  const fresh = data.subarray(8);
  if (data.length !== 16 || !wellFormed(fresh)) return WRONG_DATA;
  const result = checked.verify(data.subarray(0, 8));
  checked.verified = false;
  if (result === DONE) changed.set(fresh);
  return result;
}

function wellFormed(pin: Uint8Array): boolean {
  const end = pin.indexOf(0xff);
  const length = end < 0 ? pin.length : end;
  return pin.length === 8 && length >= 6 && pin.subarray(length).every((byte) => byte === 0xff);
}

function padded(pin: string): Uint8Array {
  const bytes = new Uint8Array(8).fill(0xff);
  if (pin.length > 8) throw new TokenError('simulated.options', 'The PIN is longer than PIV’s.');
  bytes.set(new TextEncoder().encode(pin));
  return bytes;
}
