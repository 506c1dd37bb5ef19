/**
 * Рутокен ЭЦП with a key of GOST R 34.10-2012, 256 bits, in the PKCS#15 layout that OpenSC puts on
 * it (driver rtecp and profile rutoken_ecp, the only open description). Experimental: it has been
 * tried with OpenSC against a simulated card, and with no token of the vendor.
 *
 * The card takes and gives numbers little-endian. Streebog's octets are that already (RFC 6986); the
 * signature, r ‖ s from the lowest byte on, is turned around to be s ‖ r from the highest (RFC 9215).
 */
import { concatBytes, fromHex, toHex } from './bytes.ts';
import type { Card, CardCertificate, PinForm, PinOptions } from './card.ts';
import { Channel } from './channel.ts';
import { plausible } from './ecdsa-signature.ts';
import { askTries, refused, verifyPin, type PinEntry } from './pin.ts';
import {
  certificates,
  directoryPaths,
  gostKeys,
  samePair,
  type PrivateKeyEntry,
} from './pkcs15.ts';
import { fail, ok, type Result } from './result.ts';
import { certificateKey } from './spki.ts';
import { decodeOne, decodePadded, decodeTlv, valueOf } from './tlv.ts';
import type { ApduTransport } from './transport.ts';

const MASTER_FILE = fromHex('3f 00');
const APPLICATION = fromHex('50 00');
/** The object directory within the application. */
const OBJECTS = fromHex('50 31');
const PRIVATE_KEYS = 0xa0;
const CERTIFICATES = 0xa4;
/** Of the file's security attributes, which no other card has in such number. */
const SECURITY_ATTRIBUTES = 15;
/** Bytes of the largest file that we read, and of one READ BINARY. */
const MOST = 16_384;
const PIECE = 240;

const VERIFY = { cla: 0, ins: 0x20, p1: 0, p2: 2 };
const PIN_FORM: PinForm = { least: 6, most: 32, digits: false };
const DIGEST = 32;

const SUCCESS = 0x9000;
const END_OF_FILE = 0x6282;
const NOT_FOUND = 0x6a82;
const NO_KEY = [NOT_FOUND, 0x6a88];
/** The PIN is wrong; how many tries are left is asked for. */
const WRONG_PIN = [0x6300];

interface Signing {
  readonly der: Uint8Array;
  readonly key: PrivateKeyEntry;
}

/** Finds the token's file system: `card.unknown` where the card has another. Never rejects. */
export function selectRutoken(transport: ApduTransport): Promise<Result<Card>> {
  const channel = new Channel(transport, false);
  return channel.run(async () => {
    const root = await select(channel, MASTER_FILE);
    if (!root.ok) return root;
    const attributes = root.value && valueOf(root.value, 0x86);
    if (attributes?.length !== SECURITY_ATTRIBUTES) {
      return fail('card.unknown', 'The card has no file system of a Rutoken.');
    }
    const answer = await channel.send({ cla: 0, ins: 0xca, p1: 1, p2: 0x81, le: 256 });
    if (!answer.ok) return answer;
    const { status, data } = answer.value;
    if (status !== SUCCESS || data.length === 0) {
      return fail('card.unknown', 'The card has no serial number of a Rutoken.', { status });
    }
    return ok(new Rutoken(channel, toHex(data)));
  });
}

class Rutoken implements Card {
  readonly application = 'rutoken';
  readonly experimental = true;
  readonly pinForm = PIN_FORM;
  readonly serial: string;
  readonly #channel: Channel;
  readonly #pin: PinEntry;
  #signing: Signing | undefined;

  constructor(channel: Channel, serial: string) {
    this.serial = serial;
    this.#channel = channel;
    this.#pin = {
      form: PIN_FORM,
      verify: VERIFY,
      tries: () => readTries(channel),
      encode: (pin) => Uint8Array.from(pin),
      wrong: WRONG_PIN,
    };
  }

  certificate(): Promise<Result<CardCertificate>> {
    return this.#channel.run(async () => {
      const signing = await this.#findSigning();
      if (!signing.ok) return signing;
      return ok({ der: signing.value.der.slice(), algorithm: 'gost3410-2012-256' });
    });
  }

  triesLeft(): Promise<Result<number | undefined>> {
    return this.#channel.run(this.#pin.tries);
  }

  sign(input: Uint8Array, pin: Uint8Array, options?: PinOptions): Promise<Result<Uint8Array>> {
    return this.#channel.run(async () => {
      if (input.length !== DIGEST) {
        return fail('card.unsupported', 'The key does not sign an input of this length.');
      }
      const signing = await this.#findSigning();
      if (!signing.ok) return signing;
      const { reference, path } = signing.value.key;
      const file = await select(this.#channel, path);
      if (!file.ok) return file;
      if (!file.value) return fail('card.no-key', 'The key’s file is not there.');
      const verified = await verifyPin(this.#channel, this.#pin, pin, options);
      if (!verified.ok) return verified;
      // MANAGE SECURITY ENVIRONMENT: the key for signatures
      const key = Uint8Array.of(0x84, 1, reference);
      const chosen = await this.#channel.send({ cla: 0, ins: 0x22, p1: 0x41, p2: 0xb6, data: key });
      if (!chosen.ok) return chosen;
      const { status: choice } = chosen.value;
      if (NO_KEY.includes(choice)) {
        return fail('card.no-key', 'The key is not there.', { status: choice });
      }
      if (choice !== SUCCESS) return refused('MANAGE SECURITY ENVIRONMENT', choice);
      const command = { cla: 0, ins: 0x2a, p1: 0x9e, p2: 0x9a, data: input, le: 2 * DIGEST };
      const answer = await this.#channel.send(command);
      if (!answer.ok) return answer;
      const { status, data } = answer.value;
      if (NO_KEY.includes(status)) return fail('card.no-key', 'The key is not there.', { status });
      if (status !== SUCCESS) return refused('COMPUTE DIGITAL SIGNATURE', status);
      return plausible(data, DIGEST)
        ? ok(data.toReversed())
        : fail('card.malformed', 'The card has answered something else than a signature.');
    });
  }

  agreementKey(): Promise<Result<Uint8Array>> {
    return Promise.resolve(noAgreement());
  }

  agree(): Promise<Result<Uint8Array>> {
    return Promise.resolve(noAgreement());
  }

  /** The first GOST key that may sign and has a certificate of the same identifier. */
  async #findSigning(): Promise<Result<Signing>> {
    if (this.#signing) return ok(this.#signing);
    const objects = await readFile(this.#channel, concatBytes(MASTER_FILE, APPLICATION, OBJECTS));
    if (!objects.ok) return objects;
    const keys = await this.#readDirectories(objects.value, PRIVATE_KEYS, gostKeys);
    if (!keys.ok) return keys;
    const stored = await this.#readDirectories(objects.value, CERTIFICATES, certificates);
    if (!stored.ok) return stored;
    if (stored.value.length === 0) return fail('card.no-certificate', 'There is no certificate.');
    let some = false;
    for (const key of keys.value.filter(({ usage }) => usage.sign !== false)) {
      const entry = stored.value.find((certificate) => samePair(key, certificate));
      if (!entry) continue;
      some = true;
      const file = await readFile(this.#channel, absolute(entry.path));
      if (!file.ok) return file;
      const der = file.value && firstObject(file.value);
      if (der && certificateKey(der)?.algorithm === 'gost3410-2012-256') {
        this.#signing = { der, key: { ...key, path: absolute(key.path) } };
        return ok(this.#signing);
      }
    }
    return some
      ? fail('card.certificate', 'The key’s certificate is none, or of another kind of key.')
      : fail('card.no-key', 'No certificate has its private key on the card.');
  }

  async #readDirectories<T>(
    objects: Uint8Array | undefined,
    kind: number,
    read: (file: Uint8Array) => T[],
  ): Promise<Result<T[]>> {
    const entries: T[] = [];
    for (const path of objects ? directoryPaths(objects, kind) : []) {
      const file = await readFile(this.#channel, absolute(path));
      if (!file.ok) return file;
      if (file.value) entries.push(...read(file.value));
    }
    return ok(entries);
  }
}

function noAgreement(): Result<Uint8Array> {
  return fail('card.unsupported', 'The token’s keys do not agree on secrets of P-256.');
}

/** The token refuses a VERIFY while a PIN is verified, so that one is given up first. */
async function readTries(channel: Channel): Promise<Result<number | undefined>> {
  const out = await channel.send({ cla: 0x80, ins: 0x40, p1: 0, p2: 0 });
  return out.ok ? askTries(channel, VERIFY) : out;
}

/** From the master file on; directories name files from their application's on, too. */
function absolute(path: Uint8Array): Uint8Array {
  const whole = path[0] === MASTER_FILE[0] && path[1] === MASTER_FILE[1];
  return whole ? path : concatBytes(MASTER_FILE, APPLICATION, path);
}

/**
 * SELECT by path (ISO/IEC 7816-4, 11.2.2): what the file's control information says, or undefined
 * where there is no such file.
 */
async function select(
  channel: Channel,
  path: Uint8Array,
): Promise<Result<ReturnType<typeof decodeTlv> | undefined>> {
  const root = path.length === MASTER_FILE.length;
  const data = root ? path : path.subarray(MASTER_FILE.length);
  const answer = await channel.send({ cla: 0, ins: 0xa4, p1: root ? 0 : 8, p2: 0, data, le: 256 });
  if (!answer.ok) return answer;
  if (answer.value.status !== SUCCESS) return ok(undefined);
  return ok(decodeTlv(decodeOne(0x6f, answer.value.data)));
}

async function readFile(
  channel: Channel,
  path: Uint8Array,
): Promise<Result<Uint8Array | undefined>> {
  const file = await select(channel, path);
  if (!file.ok) return file;
  if (!file.value) return ok(undefined);
  const size = valueOf(file.value, 0x80)?.reduce((sum, byte) => sum * 256 + byte, 0) ?? 0;
  if (size > MOST) return fail('card.malformed', 'A file is too long.');
  const contents = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const le = Math.min(size - at, PIECE);
    const answer = await channel.send({ cla: 0, ins: 0xb0, p1: at >> 8, p2: at & 0xff, le });
    if (!answer.ok) return answer;
    const { status, data } = answer.value;
    if (status !== SUCCESS && status !== END_OF_FILE) return refused('READ BINARY', status);
    if (data.length > le) return fail('card.malformed', 'The card has answered too much.');
    contents.set(data, at);
    at += data.length;
    if (data.length < le) break;
  }
  return ok(at > 0 ? contents.subarray(0, at) : undefined);
}

/** A file of fixed size holds the certificate and perhaps padding. */
function firstObject(file: Uint8Array): Uint8Array | undefined {
  const [first] = decodePadded(file);
  if (!first) return undefined;
  return file.slice(0, first.value.byteOffset - file.byteOffset + first.value.length);
}
