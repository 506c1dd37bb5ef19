/**
 * An OpenPGP card in software (functional specification 3.4): signature, decryption and
 * authentication keys, three certificates, PW1 and PW3. It reads and uses; nothing can be written.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type { Command } from '../apdu.ts';
import { concatBytes, equalBytes, fromHex, toHex } from '../bytes.ts';
import type { KeyAlgorithm } from '../card.ts';
import { derivePin, readDerivation } from '../openpgp-kdf.ts';
import { decodeOne, encodeTlv } from '../tlv.ts';
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
  WRONG_LENGTH,
  WRONG_PARAMETERS,
  type Answer,
} from './iso-card.ts';
import type { SimulatedKey } from './simulated-key.ts';

export interface OpenPgpCardOptions {
  readonly signature?: SimulatedKey;
  /** A key that agrees: P-256. */
  readonly decryption?: SimulatedKey;
  readonly authentication?: SimulatedKey;
  /** Of the signature key, DER. */
  readonly certificate?: Uint8Array;
  /** PW1, `123456` by default as the specification has it. */
  readonly pin?: string;
  /** PW3, `12345678` by default. */
  readonly adminPin?: string;
  readonly tries?: number;
  /** Four bytes. */
  readonly serial?: Uint8Array;
  /** Commands of extended length are taken. By default they are. */
  readonly extended?: boolean;
  /** Eight bytes of salt: PINs are sent as iterated and salted hashes (4.3.2). */
  readonly salt?: Uint8Array;
  /** A wrong PIN is answered with 6982, as several cards do, and not with 63Cx. */
  readonly silent?: boolean;
}

const AID = fromHex('d2 76 00 01 24 01');
const ATTRIBUTES: Partial<Record<KeyAlgorithm, string>> = {
  'ecdsa-p256': '2a 86 48 ce 3d 03 01 07',
  'ecdsa-p384': '2b 81 04 00 22',
  ed25519: '2b 06 01 04 01 da 47 0f 01',
};
const RSA_2048 = fromHex('01 08 00 00 20 00');
const DIGEST: Partial<Record<KeyAlgorithm, number>> = { 'ecdsa-p256': 32, 'ecdsa-p384': 48 };
const SIGNATURE_MODE = 0x81;
const OTHER_MODE = 0x82;
const ADMIN = 0x83;
/** SHA-256, 100,000 bytes, as gpg sets it up. */
const DERIVATION = fromHex('81 01 03 82 01 08 83 04 00 01 86 a0');

/** A card with one OpenPGP application. */
export function openPgpCard(options: OpenPgpCardOptions = {}): OpenPgpCard {
  return new OpenPgpCard(options);
}

class OpenPgpCard extends IsoCard {
  readonly #options: OpenPgpCardOptions;
  readonly #pin: SimulatedPin;
  readonly #adminPin: SimulatedPin;
  readonly #aid: Uint8Array;
  #selected = false;
  /** PW1 serves two modes, each verified by itself. */
  readonly #modes = new Set<number>();
  #instance = 0;
  #signatures = 0;

  constructor(options: OpenPgpCardOptions) {
    super(answerToReset(historical(options.extended ?? true)));
    this.#options = options;
    const { pin = '123456', adminPin = '12345678', tries = 3, serial } = options;
    const stored = (text: string) => {
      const derivation = readDerivation(derivationObject(options.salt));
      return derivePin(derivation ?? { steps: undefined }, new TextEncoder().encode(text));
    };
    this.#pin = new SimulatedPin(stored(pin), tries);
    this.#adminPin = new SimulatedPin(stored(adminPin), tries);
    // Version 3.4 and a manufacturer from the range for tests.
    const rest = [fromHex('03 04 ff fe'), serial ?? fromHex('00 00 00 01'), fromHex('00 00')];
    this.#aid = concatBytes(AID, ...rest);
  }

  /** Tries of PW1 that are left, as a test wants to know without asking the card. */
  get triesLeft(): number {
    return this.#pin.left;
  }

  protected forget(): void {
    this.#selected = false;
    this.#modes.clear();
    this.#adminPin.verified = false;
    this.#instance = 0;
  }

  protected execute(command: Command): Answer {
    if (command.ins === 0xa4) return this.#select(command);
    if (!this.#selected) return NO_INSTRUCTION;
    const { p1, p2, data = new Uint8Array(), le = 0 } = command;
    switch (command.ins) {
      case 0xca:
        return this.#getData((p1 << 8) | p2);
      case 0xa5:
        return this.#selectData(p1, p2, data);
      case 0x20:
        return this.#verify(p1, p2, data);
      case 0x47:
        return p1 === 0x81 && p2 === 0 ? this.#publicKey(data) : NOT_VERIFIED;
      case 0x2a:
        return this.#operate((p1 << 8) | p2, data);
      case 0x88:
        return this.#authenticate(data);
      case 0x84:
        return answer(crypto.getRandomValues(new Uint8Array(Math.min(le, 255))));
      case 0xda:
      case 0xdb:
        return NOT_VERIFIED;
      default:
        return NO_INSTRUCTION;
    }
  }

  #select({ p1, data = new Uint8Array() }: Command): Answer {
    const known = data.length >= 6 && equalBytes(data, this.#aid.subarray(0, data.length));
    if (p1 !== 4 || !known) return NO_FILE;
    this.forget();
    this.#selected = true;
    return DONE;
  }

  #getData(tag: number): Answer {
    const { certificate, salt } = this.#options;
    switch (tag) {
      case 0x4f:
        return answer(this.#aid);
      case 0x5f52:
        return answer(historical(this.#options.extended ?? true));
      case 0x5e:
      case 0x5f50:
        return answer(new Uint8Array());
      case 0x65:
        return answer(encodeTlv(0x65, cardholder()));
      case 0x6e:
        return answer(encodeTlv(0x6e, this.#applicationData()));
      case 0x7a:
        return answer(encodeTlv(0x7a, encodeTlv(0x93, this.#counter())));
      case 0x7f21:
        return answer((this.#instance === 2 && certificate) || new Uint8Array());
      case 0xf9:
        return salt ? answer(encodeTlv(0xf9, derivationObject(salt)!)) : NO_REFERENCE;
      default: {
        const part = this.#discretionary().get(tag);
        return part ? answer(part) : NO_REFERENCE;
      }
    }
  }

  /** Application related data (4.4.3.1). */
  #applicationData(): Uint8Array[] {
    const parts = [...this.#discretionary()].map(([tag, value]) => encodeTlv(tag, value));
    return [
      encodeTlv(0x4f, this.#aid),
      encodeTlv(0x5f52, historical(this.#options.extended ?? true)),
      // Extended length information: the most bytes of a command and of a response.
      encodeTlv(0x7f66, fromHex('02 02 08 00 02 02 08 00')),
      encodeTlv(0x73, parts),
    ];
  }

  /** Discretionary data objects (4.4.3.7 to 4.4.3.12). */
  #discretionary(): Map<number, Uint8Array> {
    const { signature, decryption, authentication, salt } = this.#options;
    const keys = [signature, decryption, authentication];
    const perKey = (value: (key: SimulatedKey) => Uint8Array, size: number) =>
      concatBytes(...keys.map((key) => (key ? value(key) : new Uint8Array(size))));
    const { left } = this.#pin;
    const status = [0, 127, 127, 127, left, 0, this.#adminPin.left];
    const capabilities = concatBytes(
      // GET CHALLENGE, and perhaps key derivation; up to 255 bytes of challenge, 2,048 of certificate
      Uint8Array.of(0x40 | (salt ? 1 : 0)),
      fromHex('00 00 ff 08 00 00 ff 00 00'),
    );
    return new Map([
      [0xc0, capabilities],
      [0xc1, attributes(signature, 0x13)],
      [0xc2, attributes(decryption, 0x12)],
      [0xc3, attributes(authentication, 0x13)],
      [0xc4, Uint8Array.from(status)],
      // No OpenPGP fingerprints, for no OpenPGP packets were made; but different for each key.
      [0xc5, perKey((key) => sha256(key.publicKey).slice(0, 20), 20)],
      [0xc6, new Uint8Array(60)],
      [0xcd, perKey(() => fromHex('5e 0b e1 00'), 4)],
      [0xde, Uint8Array.from(keys.flatMap((key, i) => [i + 1, key ? 2 : 0]))],
    ]);
  }

  #selectData(p1: number, p2: number, data: Uint8Array): Answer {
    const tag = attempt(() => decodeOne(0x5c, decodeOne(0x60, data)));
    if (!tag) return WRONG_DATA;
    if (toHex(tag) !== '7f21' || p2 !== 4) return NO_REFERENCE;
    if (p1 > 2) return WRONG_PARAMETERS;
    this.#instance = p1;
    return DONE;
  }

  #verify(p1: number, mode: number, data: Uint8Array): Answer {
    if (mode === ADMIN)
      return data.length > 0 ? this.#adminPin.verify(data) : this.#adminPin.state();
    if (mode !== SIGNATURE_MODE && mode !== OTHER_MODE) return NO_REFERENCE;
    if (p1 === 0xff) {
      this.#modes.delete(mode);
      return DONE;
    }
    this.#pin.verified = this.#modes.has(mode);
    if (data.length === 0) return this.#pin.state();
    this.#modes.delete(mode);
    const result = this.#pin.verify(data);
    if (result === DONE) this.#modes.add(mode);
    const wrong = result !== DONE && result.status !== 0x6983;
    return wrong && this.#options.silent ? NOT_VERIFIED : result;
  }

  #publicKey(data: Uint8Array): Answer {
    const { signature, decryption, authentication } = this.#options;
    const key = { b6: signature, b8: decryption, a4: authentication }[toHex(data.subarray(0, 1))];
    return key ? answer(encodeTlv(0x7f49, encodeTlv(0x86, key.publicKey))) : NO_REFERENCE;
  }

  #operate(operation: number, data: Uint8Array): Answer {
    const { signature, decryption } = this.#options;
    if (operation === 0x9e9a) {
      // The first PW status byte is 0: PW1 is good for one signature.
      if (!this.#modes.delete(SIGNATURE_MODE)) return NOT_VERIFIED;
      const result = signature ? signed(signature, data) : NO_REFERENCE;
      if (result.status === 0x9000) this.#signatures += 1;
      return result;
    }
    if (operation !== 0x8086) return WRONG_PARAMETERS;
    if (!this.#modes.has(OTHER_MODE)) return NOT_VERIFIED;
    const agree = decryption?.agree;
    const point = attempt(() => decodeOne(0x86, decodeOne(0x7f49, decodeOne(0xa6, data))));
    if (!agree) return NO_REFERENCE;
    const secret = point?.length === 65 ? attempt(() => agree(point)) : undefined;
    return secret ? answer(secret) : WRONG_DATA;
  }

  #authenticate(data: Uint8Array): Answer {
    const { authentication } = this.#options;
    if (!authentication) return NO_REFERENCE;
    return this.#modes.has(OTHER_MODE) ? signed(authentication, data) : NOT_VERIFIED;
  }

  #counter(): Uint8Array {
    const count = this.#signatures;
    return Uint8Array.of(count >> 16, (count >> 8) & 0xff, count & 0xff);
  }
}

export type { OpenPgpCard };

/** Category 00, card service data, capabilities with chaining, life cycle (6.2). */
function historical(extended: boolean): Uint8Array {
  return fromHex(`00 31 c5 73 c0 01 ${extended ? 'c0' : '80'} 05 90 00`);
}

function cardholder(): Uint8Array[] {
  const text = (value: string) => new TextEncoder().encode(value);
  return [
    encodeTlv(0x5b, text('Card<<Simulated')),
    encodeTlv(0x5f2d, text('en')),
    encodeTlv(0x5f35, text('9')),
  ];
}

/** The same salt for PW1 and PW3 will do for a simulation. */
function derivationObject(salt: Uint8Array | undefined): Uint8Array | undefined {
  return salt && concatBytes(DERIVATION, encodeTlv(0x84, salt), encodeTlv(0x86, salt));
}

function attributes(key: SimulatedKey | undefined, algorithm: number): Uint8Array {
  const curve = key && ATTRIBUTES[key.algorithm];
  if (!curve) return RSA_2048;
  const id = key.algorithm === 'ed25519' ? 0x16 : algorithm;
  return concatBytes(Uint8Array.of(id), fromHex(curve));
}

function signed(key: SimulatedKey, input: Uint8Array): Answer {
  const size = DIGEST[key.algorithm];
  // A digest may be shorter than the curve's numbers and never longer (FIPS 186-5, 6.4.1).
  if (size !== undefined && (input.length === 0 || input.length > size)) return WRONG_LENGTH;
  return answer(key.sign(input));
}
