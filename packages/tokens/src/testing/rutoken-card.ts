/**
 * A Рутокен ЭЦП in software, as OpenSC's driver rtecp and profile rutoken_ecp describe it: a file
 * system in the layout of PKCS#15 with one GOST key and its certificate. It reads and signs; nothing
 * can be written. The key is injected, for GOST is not in this package.
 */
import type { Command } from '../apdu.ts';
import { concatBytes, fromHex, toHex } from '../bytes.ts';
import { decodeTlv, encodeTlv, valueOf } from '../tlv.ts';
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

export interface RutokenCardOptions {
  /** Of GOST R 34.10-2012, 256 bits. */
  readonly key?: SimulatedKey;
  /** DER. */
  readonly certificate?: Uint8Array;
  /** `12345678` by default, as the vendor's tokens come. */
  readonly pin?: string;
  readonly tries?: number;
  /** Four bytes. */
  readonly serial?: Uint8Array;
}

/** The vendor's: direct convention, T=0 by default, «Rutoken ECP». */
const ATR = fromHex('3b 8b 01 52 75 74 6f 6b 65 6e 20 45 43 50 a0');
/** User PIN. */
const PIN = 2;
const ID = fromHex('45');
const KEY_REFERENCE = 1;
const DIGEST = 32;

/** Paths from the master file on, in hex. */
const KEY_FILE = '3f001000100060020001';
const CERTIFICATE_FILE = '3f0050003301';
const DIRECTORY = '3f002f00';
const OBJECT_DIRECTORY = '3f0050005031';
const TOKEN_INFO = '3f0050005032';
const AUTHENTICATION = '3f0050006005';
const PRIVATE_KEYS = '3f0050006002';
const CERTIFICATES = '3f0050006004';
const DIRECTORIES = [
  '3f00',
  '3f005000',
  '3f001000',
  '3f0010001000',
  '3f00100010006001',
  '3f00100010006002',
];

/** A token with the user PIN and at most one key. */
export function rutokenCard(options: RutokenCardOptions = {}): RutokenCard {
  return new RutokenCard(options);
}

class RutokenCard extends IsoCard {
  readonly #key: SimulatedKey | undefined;
  readonly #serial: Uint8Array;
  readonly #pin: SimulatedPin;
  /** Contents of files; undefined for a directory or a key, which can't be read. */
  readonly #files: ReadonlyMap<string, Uint8Array | undefined>;
  #path = '3f00';
  #chosen = false;

  constructor(options: RutokenCardOptions) {
    super(ATR);
    const { key, certificate, pin = '12345678', tries = 10 } = options;
    this.#key = key;
    this.#serial = options.serial ?? fromHex('2a bc de f0');
    this.#pin = new SimulatedPin(text(pin), tries);
    this.#files = files(key, certificate, this.#serial);
  }

  /** Tries of the PIN that are left, as a test wants to know without asking the card. */
  get triesLeft(): number {
    return this.#pin.left;
  }

  protected forget(): void {
    this.#path = '3f00';
    this.#chosen = false;
    this.#pin.verified = false;
  }

  protected execute(command: Command): Answer {
    const { cla, ins, p1, p2, data = new Uint8Array(), le = 0 } = command;
    switch ((cla << 8) | ins) {
      case 0x00a4:
        return this.#select(p1, data);
      case 0x00b0:
        return this.#read((p1 << 8) | p2, le);
      case 0x0020:
        return this.#verify(p2, data);
      case 0x8040:
        this.#pin.verified = false;
        return DONE;
      case 0x0022:
        return this.#choose(p1, p2, data);
      case 0x002a:
        return this.#sign((p1 << 8) | p2, data);
      case 0x0084:
        return answer(crypto.getRandomValues(new Uint8Array(Math.min(le, 256))));
      case 0x00ca:
        return p1 === 1 && p2 === 0x81 ? answer(this.#serial) : NO_REFERENCE;
      default:
        return NO_INSTRUCTION;
    }
  }

  #select(p1: number, data: Uint8Array): Answer {
    const name = toHex(data);
    // By path from the master file, or by identifier: the master file, or one in this directory.
    if (p1 !== 0 && p1 !== 8) return p1 === 4 ? NO_FILE : WRONG_PARAMETERS;
    const root = name === '' || name === '3f00';
    const path = p1 === 8 ? `3f00${name}` : root ? '3f00' : `${this.#directory()}${name}`;
    if (!this.#files.has(path)) return NO_FILE;
    this.#path = path;
    return answer(this.#control(path));
  }

  #directory(): string {
    return DIRECTORIES.includes(this.#path) ? this.#path : this.#path.slice(0, -4);
  }

  /** File control information: size, descriptor, identifier, security attributes. */
  #control(path: string): Uint8Array {
    const size = this.#files.get(path)?.length ?? DIGEST;
    const kind = DIRECTORIES.includes(path) ? '38 00' : path === KEY_FILE ? '10 00' : '01 00';
    return encodeTlv(0x6f, [
      encodeTlv(0x80, Uint8Array.of(size >> 8, size & 0xff)),
      encodeTlv(0x82, fromHex(kind)),
      encodeTlv(0x83, fromHex(path.slice(-4))),
      encodeTlv(0x86, fromHex('43 00 02 00 00 00 00 02 00 00 00 00 00 00 00')),
    ]);
  }

  #read(offset: number, le: number): Answer {
    const file = this.#files.get(this.#path);
    if (!file) return { status: 0x6986 };
    if (offset > file.length) return { status: 0x6b00 };
    const piece = file.slice(offset, offset + le);
    return { data: piece, status: piece.length < le && le < 256 ? 0x6282 : 0x9000 };
  }

  #verify(reference: number, data: Uint8Array): Answer {
    if (reference !== PIN) return NO_REFERENCE;
    if (data.length === 0) return this.#pin.state();
    // The token wants the PIN that is verified given up first.
    if (this.#pin.verified) return { status: 0x6f86 };
    const result = this.#pin.verify(data);
    // It doesn't say how many tries are left until it is asked.
    return result === DONE || result.status === 0x6983 ? result : { status: 0x6300 };
  }

  #choose(p1: number, p2: number, data: Uint8Array): Answer {
    if (p1 !== 0x41 || p2 !== 0xb6) return WRONG_PARAMETERS;
    const reference = attempt(() => valueOf(decodeTlv(data), 0x84));
    if (!reference) return WRONG_DATA;
    if (!this.#key || reference[0] !== KEY_REFERENCE) return NO_REFERENCE;
    this.#chosen = true;
    return DONE;
  }

  #sign(operation: number, input: Uint8Array): Answer {
    if (operation !== 0x9e9a) return WRONG_PARAMETERS;
    if (!this.#key || !this.#chosen) return NO_REFERENCE;
    if (!this.#pin.verified) return NOT_VERIFIED;
    if (input.length !== DIGEST) return WRONG_LENGTH;
    return answer(this.#key.sign(input).toReversed());
  }
}

export type { RutokenCard };

function files(
  key: SimulatedKey | undefined,
  certificate: Uint8Array | undefined,
  serial: Uint8Array,
): Map<string, Uint8Array | undefined> {
  const all = new Map<string, Uint8Array | undefined>();
  for (const directory of DIRECTORIES) all.set(directory, undefined);
  // Files have a fixed size and end in zeros.
  const add = (path: string, contents: Uint8Array, size: number) => {
    all.set(path, concatBytes(contents, new Uint8Array(size - contents.length)));
  };
  const directories = [
    [0xa0, PRIVATE_KEYS],
    [0xa4, CERTIFICATES],
    [0xa8, AUTHENTICATION],
  ] as const;
  const objects = directories.map(([kind, path]) => encodeTlv(kind, pathOf(path)));
  add(DIRECTORY, application(), 128);
  add(OBJECT_DIRECTORY, concatBytes(...objects), 128);
  add(TOKEN_INFO, tokenInfo(serial), 128);
  add(AUTHENTICATION, userPin(), 256);
  add(PRIVATE_KEYS, key ? privateKey() : new Uint8Array(), 512);
  add(CERTIFICATES, certificate ? certificateEntry() : new Uint8Array(), 512);
  if (key) all.set(KEY_FILE, undefined);
  if (certificate) add(CERTIFICATE_FILE, certificate, certificate.length);
  return all;
}

/** Where PKCS#15 is on the token (ISO/IEC 7816-15, 6.4): OpenSC looks nowhere else for 5000. */
function application(): Uint8Array {
  return encodeTlv(0x61, [
    encodeTlv(0x4f, fromHex('a0 00 00 00 63 50 4b 43 53 2d 31 35')),
    encodeTlv(0x50, text('Simulated token')),
    encodeTlv(0x51, fromHex('3f 00 50 00')),
  ]);
}

function tokenInfo(serial: Uint8Array): Uint8Array {
  return encodeTlv(0x30, [
    encodeTlv(0x02, Uint8Array.of(0)),
    encodeTlv(0x04, serial),
    encodeTlv(0x0c, text('Aktiv Co.')),
    encodeTlv(0x80, text('Simulated token')),
    encodeTlv(0x03, fromHex('04 10')),
  ]);
}

/** Local, initialized, case-sensitive; ASCII; 6 to 32 characters; reference 2. */
function userPin(): Uint8Array {
  const attributes = fromHex('03 02 03 c8 0a 01 01 02 01 06 02 01 20 02 01 20 80 01 02 04 01 00');
  return encodeTlv(0x30, [
    encodeTlv(0x30, [encodeTlv(0x0c, text('User PIN')), fromHex('03 02 06 c0')]),
    encodeTlv(0x30, encodeTlv(0x04, Uint8Array.of(PIN))),
    encodeTlv(0xa1, encodeTlv(0x30, [attributes, pathOf('3f00')])),
  ]);
}

function privateKey(): Uint8Array {
  // Private; verified by the PIN of the same number. Usage: sign. Parameters by number.
  const common = [encodeTlv(0x0c, text('GOST key')), fromHex('03 02 07 80 04 01 02')];
  const attributes = concatBytes(fromHex('03 02 05 20 02 01'), Uint8Array.of(KEY_REFERENCE));
  return encodeTlv(0xa4, [
    encodeTlv(0x30, common),
    encodeTlv(0x30, [encodeTlv(0x04, ID), attributes]),
    encodeTlv(0xa1, encodeTlv(0x30, [pathOf(KEY_FILE), fromHex('02 01 01')])),
  ]);
}

function certificateEntry(): Uint8Array {
  return encodeTlv(0x30, [
    encodeTlv(0x30, encodeTlv(0x0c, text('Certificate'))),
    encodeTlv(0x30, encodeTlv(0x04, ID)),
    encodeTlv(0xa1, encodeTlv(0x30, pathOf(CERTIFICATE_FILE))),
  ]);
}

function pathOf(path: string): Uint8Array {
  return encodeTlv(0x30, encodeTlv(0x04, fromHex(path)));
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
