/**
 * A SmartCard-HSM in software, as OpenSC's driver sc-hsm describes it: two keys with their files, the
 * device certificate, and the user PIN. It reads and uses; nothing can be written.
 */
import { EXTENDED_LE, type Command } from '../apdu.ts';
import { concatBytes, equalBytes, fromHex } from '../bytes.ts';
import type { KeyAlgorithm } from '../card.ts';
import { toDer } from '../ecdsa-signature.ts';
import { decodeTlv, encodeTlv, valueOf } from '../tlv.ts';
import { answerToReset } from './answer-to-reset.ts';
import {
  answer,
  attempt,
  IsoCard,
  NO_FILE,
  NO_INSTRUCTION,
  NO_REFERENCE,
  NOT_VERIFIED,
  SimulatedPin,
  WRONG_DATA,
  WRONG_LENGTH,
  WRONG_PARAMETERS,
  type Answer,
} from './iso-card.ts';
import type { SimulatedKey } from './simulated-key.ts';

export interface SimulatedHsmKey {
  /** Of P-256 or P-384. */
  readonly key: SimulatedKey;
  /** DER. Where there is none, the file holds a card-verifiable request with the public key. */
  readonly certificate?: Uint8Array;
}

export interface SmartcardHsmOptions {
  /** Key 1, which may sign. */
  readonly signature?: SimulatedHsmKey;
  /** Key 2, which may derive. */
  readonly agreement?: SimulatedHsmKey;
  /** Six to fifteen characters; `648219` by default, as the vendor's examples have it. */
  readonly pin?: string;
  readonly tries?: number;
  /** Up to eleven characters of ASCII. */
  readonly serial?: string;
}

const AID = fromHex('e8 2b 06 01 04 01 81 c3 1f 02 01');
/** The historical bytes of the vendor's card. */
const HISTORICAL = fromHex('80 31 81 54 48 53 4d 31 73 80 21 40 81 07');
const USER_PIN = 0x81;
const OFFICER_PIN = 0x88;
const ECDSA_RAW = 0x70;
const ECDH = 0x80;
const CURVES: Partial<Record<KeyAlgorithm, { size: number; bits: string }>> = {
  'ecdsa-p256': { size: 32, bits: '02 02 01 00' },
  'ecdsa-p384': { size: 48, bits: '02 02 01 80' },
};
/** Usage in PKCS#15: sign, derive. */
const SIGN = fromHex('05 20');
const DERIVE = fromHex('07 00 80');

/** A card with one SmartCard-HSM application. */
export function smartcardHsmCard(options: SmartcardHsmOptions = {}): SmartcardHsmCard {
  return new SmartcardHsmCard(options);
}

class SmartcardHsmCard extends IsoCard {
  readonly #keys = new Map<number, SimulatedKey>();
  readonly #files = new Map<number, Uint8Array>();
  readonly #pin: SimulatedPin;
  #selected = false;
  #file: number | undefined;

  constructor(options: SmartcardHsmOptions) {
    super(answerToReset(HISTORICAL));
    const { signature, agreement, pin = '648219', tries = 3, serial = 'SIMU0000001' } = options;
    this.#pin = new SimulatedPin(text(pin), tries);
    this.#files.set(0x2f02, deviceCertificate(serial));
    if (signature) this.#add(1, 'Signature', SIGN, signature);
    if (agreement) this.#add(2, 'Agreement', DERIVE, agreement);
  }

  /** Tries of the PIN that are left, as a test wants to know without asking the card. */
  get triesLeft(): number {
    return this.#pin.left;
  }

  protected forget(): void {
    this.#selected = false;
    this.#file = undefined;
    this.#pin.verified = false;
  }

  protected execute(command: Command): Answer {
    if (command.ins === 0xa4 && command.p1 === 4) return this.#selectApplication(command);
    if (!this.#selected) return NO_INSTRUCTION;
    const { cla, ins, p1, p2, data = new Uint8Array(), le = 0 } = command;
    switch ((cla << 8) | ins) {
      case 0x00a4:
        return this.#selectFile(p1, data);
      case 0x00b1:
        return this.#read((p1 << 8) | p2, data, le);
      case 0x0020:
        return this.#verify(p2, data);
      case 0x0084:
        return answer(crypto.getRandomValues(new Uint8Array(Math.min(le, 1024))));
      case 0x8058:
        return answer(this.#list());
      case 0x8068:
        return this.#sign(p1, p2, data);
      case 0x8062:
        return this.#agree(p1, p2, data);
      default:
        return NO_INSTRUCTION;
    }
  }

  #add(id: number, label: string, usage: Uint8Array, { key, certificate }: SimulatedHsmKey): void {
    this.#keys.set(id, key);
    this.#files.set(0xc400 | id, description(id, label, usage, key));
    this.#files.set(0xce00 | id, certificate ?? request(key));
  }

  #selectApplication({ data = new Uint8Array() }: Command): Answer {
    if (!equalBytes(data, AID)) return NO_FILE;
    this.forget();
    this.#selected = true;
    // File control parameters; the proprietary ones end in the version, 3.5.
    return answer(encodeTlv(0x6f, fromHex('82 01 78 85 05 00 00 00 03 05')));
  }

  #selectFile(p1: number, data: Uint8Array): Answer {
    if (p1 !== 0 || data.length !== 2) return WRONG_PARAMETERS;
    const id = (data[0]! << 8) | data[1]!;
    const file = this.#files.get(id);
    if (!file) return NO_FILE;
    this.#file = id;
    const size = Uint8Array.of(file.length >> 8, file.length & 0xff);
    const control = [encodeTlv(0x80, size), fromHex('82 01 01'), encodeTlv(0x83, data)];
    return answer(encodeTlv(0x6f, control));
  }

  /** READ BINARY with an offset in a data object (ISO/IEC 7816-4, 11.3.2). */
  #read(id: number, data: Uint8Array, le: number): Answer {
    const file = this.#files.get(id || (this.#file ?? 0));
    if (!file) return NO_FILE;
    const offset = attempt(() => valueOf(decodeTlv(data), 0x54));
    if (offset?.length !== 2) return WRONG_DATA;
    const at = (offset[0]! << 8) | offset[1]!;
    // Le of zeros asks for what there is.
    const piece = file.slice(at, at + le);
    const all = le === 256 || le === EXTENDED_LE;
    return {
      data: piece,
      status: piece.length === le || (all && piece.length > 0) ? 0x9000 : 0x6282,
    };
  }

  #verify(reference: number, data: Uint8Array): Answer {
    // The officer's PIN is asked about and never used here.
    if (reference === OFFICER_PIN && data.length === 0) return { status: 0x63cf };
    if (reference !== USER_PIN) return NO_REFERENCE;
    return data.length > 0 ? this.#pin.verify(data) : this.#pin.state();
  }

  #list(): Uint8Array {
    const files = [...this.#files.keys()].filter((id) => id > 0xc000);
    const all = [0xcc00, ...[...this.#keys.keys()].map((id) => 0xcc00 | id), ...files];
    return Uint8Array.from(all.flatMap((id) => [id >> 8, id & 0xff]));
  }

  #sign(id: number, algorithm: number, input: Uint8Array): Answer {
    const key = this.#keys.get(id);
    if (!key) return NO_REFERENCE;
    if (!this.#pin.verified) return NOT_VERIFIED;
    if (algorithm !== ECDSA_RAW) return WRONG_PARAMETERS;
    const most = CURVES[key.algorithm]?.size ?? 0;
    // A digest may be shorter than the curve's numbers and never longer (FIPS 186-5, 6.4.1).
    if (input.length === 0 || input.length > most) return WRONG_LENGTH;
    return answer(toDer(key.sign(input)));
  }

  #agree(id: number, algorithm: number, point: Uint8Array): Answer {
    const key = this.#keys.get(id);
    if (!key?.agree) return NO_REFERENCE;
    if (!this.#pin.verified) return NOT_VERIFIED;
    if (algorithm !== ECDH) return WRONG_PARAMETERS;
    const { agree } = key;
    const x = point.length === key.publicKey.length ? attempt(() => agree(point)) : undefined;
    // The card answers the whole point; y is of no use to anybody, so that the simulation has none.
    return x ? answer(concatBytes(Uint8Array.of(4), x, new Uint8Array(x.length))) : WRONG_DATA;
  }
}

export type { SmartcardHsmCard };

/** A private key of an elliptic curve in PKCS#15 (ISO/IEC 7816-15, 8.4). */
function description(id: number, label: string, usage: Uint8Array, key: SimulatedKey): Uint8Array {
  const path = encodeTlv(0x30, encodeTlv(0x04, new Uint8Array()));
  const bits = fromHex(CURVES[key.algorithm]?.bits ?? '');
  return encodeTlv(0xa0, [
    encodeTlv(0x30, encodeTlv(0x0c, text(label))),
    encodeTlv(0x30, [encodeTlv(0x04, Uint8Array.of(id)), encodeTlv(0x03, usage)]),
    encodeTlv(0xa1, encodeTlv(0x30, [path, bits])),
  ]);
}

/** An authenticated request for a card-verifiable certificate (BSI TR-03110 part 3, C.2). */
function request(key: SimulatedKey): Uint8Array {
  const outer = [encodeTlv(0x42, text('SIMUCA00001')), encodeTlv(0x5f37, new Uint8Array(64))];
  return encodeTlv(0x67, [verifiable('SIMUKEY00001', key.publicKey), ...outer]);
}

function deviceCertificate(serial: string): Uint8Array {
  // A point that nobody holds the key of: OpenSC reads the name and verifies nothing.
  return verifiable(`${serial}00001`, concatBytes(Uint8Array.of(4), new Uint8Array(64).fill(1)));
}

/** A card-verifiable certificate (BSI TR-03110 part 3, C.1) with a signature of zeros. */
function verifiable(holder: string, point: Uint8Array): Uint8Array {
  const algorithm = fromHex('06 0a 04 00 7f 00 07 02 02 02 02 03');
  const body = [
    encodeTlv(0x5f29, Uint8Array.of(0)),
    encodeTlv(0x42, text('SIMUCA00001')),
    encodeTlv(0x7f49, [algorithm, encodeTlv(0x86, point)]),
    encodeTlv(0x5f20, text(holder)),
  ];
  return encodeTlv(0x7f21, [encodeTlv(0x7f4e, body), encodeTlv(0x5f37, new Uint8Array(64))]);
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
