/**
 * A PIV card (NIST SP 800-73-4): the key in slot 9C signs, with the PIN right before each signature;
 * the key in slot 9D agrees on secrets. Also YubiKeys, whose command GET METADATA tells which key a
 * slot holds.
 */
import type { Response } from './apdu.ts';
import { concatBytes, equalBytes, fromHex, toHex } from './bytes.ts';
import type { Card, CardCertificate, KeyAlgorithm, PinForm, PinOptions } from './card.ts';
import { Channel } from './channel.ts';
import { fromDer } from './ecdsa-signature.ts';
import { askTries, refused, verifyPin, type PinEntry } from './pin.ts';
import { fail, ok, type Result } from './result.ts';
import { certificateKey, type CertificateKey } from './spki.ts';
import { decodeOne, decodeTlv, encodeTlv, valueOf } from './tlv.ts';
import type { ApduTransport } from './transport.ts';
import { gunzip } from './gunzip.ts';

/** The application without its version, so that any version answers (part 1, 2.2). */
const AID = fromHex('a0 00 00 03 08 00 00 10 00');

/** Data objects (part 1, table 3). */
const CHUID = fromHex('5f c1 02');
const SIGNATURE_CERTIFICATE = fromHex('5f c1 0a');
const MANAGEMENT_CERTIFICATE = fromHex('5f c1 0b');

/** Keys (part 1, table 4b). */
const SIGNATURE_KEY = 0x9c;
const MANAGEMENT_KEY = 0x9d;

/** Algorithms (SP 800-78-4, table 6-2), with the bytes of one number. */
const CURVES: Partial<Record<KeyAlgorithm, { id: number; size: number }>> = {
  'ecdsa-p256': { id: 0x11, size: 32 },
  'ecdsa-p384': { id: 0x14, size: 48 },
};
const P256 = 0x11;

const VERIFY = { cla: 0, ins: 0x20, p1: 0, p2: 0x80 };
const PIN_LENGTH = 8;
const PIN_FORM: PinForm = { least: 6, most: PIN_LENGTH, digits: true };

const SUCCESS = 0x9000;
const NOT_FOUND = 0x6a82;
/** What GET METADATA says of an empty slot. */
const EMPTY_SLOT = 0x6a88;
/** What GENERAL AUTHENTICATE says of it: SP 800-73-4 has 6A86, others 6A88. */
const NO_KEY = [0x6a86, EMPTY_SLOT];

/** Selects the application: `card.unknown` where the card has none. Never rejects. */
export function selectPiv(transport: ApduTransport): Promise<Result<Card>> {
  // PIV has command and response chaining and no extended lengths (part 2, 2.4).
  const channel = new Channel(transport, false);
  return channel.run(async () => {
    const selected = await channel.send({ cla: 0, ins: 0xa4, p1: 4, p2: 0, data: AID, le: 256 });
    if (!selected.ok) return selected;
    const { status, data } = selected.value;
    // The application property template, without which it is another application of that name.
    if (status !== SUCCESS || data[0] !== 0x61) {
      return fail('card.unknown', 'The card has no PIV application.', { status });
    }
    const serial = await readSerial(channel);
    return serial.ok ? ok(new PivCard(channel, serial.value)) : serial;
  });
}

class PivCard implements Card {
  readonly application = 'piv';
  readonly experimental = false;
  readonly pinForm = PIN_FORM;
  readonly serial: string;
  readonly #channel: Channel;
  readonly #pin: PinEntry;
  #signing: { der: Uint8Array; key: CertificateKey } | undefined;

  constructor(channel: Channel, serial: string) {
    this.serial = serial;
    this.#channel = channel;
    this.#pin = {
      form: PIN_FORM,
      verify: VERIFY,
      tries: () => askTries(channel, VERIFY),
      encode: (pin) => {
        const padded = new Uint8Array(PIN_LENGTH).fill(0xff);
        padded.set(pin);
        return padded;
      },
      wrong: [],
    };
  }

  certificate(): Promise<Result<CardCertificate>> {
    return this.#channel.run(async () => {
      const signing = await this.#readSigning();
      if (!signing.ok) return signing;
      const { der, key } = signing.value;
      return ok({ der: der.slice(), algorithm: key.algorithm });
    });
  }

  triesLeft(): Promise<Result<number | undefined>> {
    return this.#channel.run(this.#pin.tries);
  }

  sign(input: Uint8Array, pin: Uint8Array, options?: PinOptions): Promise<Result<Uint8Array>> {
    return this.#channel.run(async () => {
      const signing = await this.#readSigning();
      if (!signing.ok) return signing;
      const { key } = signing.value;
      const curve = CURVES[key.algorithm];
      if (!curve || input.length !== curve.size) {
        return fail('card.unsupported', 'The key does not sign an input of this length.');
      }
      const slot = await readSlotKey(this.#channel, SIGNATURE_KEY);
      if (!slot.ok) return slot;
      if (slot.value && !equalBytes(slot.value, key.publicKey)) {
        return fail('card.no-key', 'The key in slot 9C is not the certificate’s.');
      }
      const verified = await verifyPin(this.#channel, this.#pin, pin, options);
      if (!verified.ok) return verified;
      const challenge = encodeTlv(0x81, input);
      const answer = await authenticate(this.#channel, curve.id, SIGNATURE_KEY, challenge);
      if (!answer.ok) return answer;
      return fromDer(answer.value, curve.size)
        ? answer
        : fail('card.malformed', 'The card has answered something else than a signature.');
    });
  }

  agreementKey(): Promise<Result<Uint8Array>> {
    return this.#channel.run(() => this.#readAgreementKey());
  }

  agree(point: Uint8Array, pin: Uint8Array, options?: PinOptions): Promise<Result<Uint8Array>> {
    return this.#channel.run(async () => {
      if (point.length !== 65 || point[0] !== 0x04) {
        return fail('card.unsupported', 'This is no uncompressed point of P-256.');
      }
      const key = await this.#readAgreementKey();
      if (!key.ok) return key;
      const verified = await verifyPin(this.#channel, this.#pin, pin, options);
      if (!verified.ok) return verified;
      const challenge = encodeTlv(0x85, point);
      const answer = await authenticate(this.#channel, P256, MANAGEMENT_KEY, challenge);
      if (!answer.ok || answer.value.length === 32) return answer;
      answer.value.fill(0);
      return fail('card.malformed', 'The card has answered something else than a secret.');
    });
  }

  async #readSigning(): Promise<Result<{ der: Uint8Array; key: CertificateKey }>> {
    if (this.#signing) return ok(this.#signing);
    const read = await readCertificate(this.#channel, SIGNATURE_CERTIFICATE);
    if (read.ok) this.#signing = read.value;
    return read;
  }

  /** From the slot itself where the card tells, otherwise from the slot's certificate. */
  async #readAgreementKey(): Promise<Result<Uint8Array>> {
    const slot = await readSlotKey(this.#channel, MANAGEMENT_KEY);
    if (!slot.ok) return slot;
    let point = slot.value;
    if (!point) {
      const read = await readCertificate(this.#channel, MANAGEMENT_CERTIFICATE);
      if (!read.ok && read.problem.code === 'card.no-certificate') {
        return fail('card.no-key', 'Slot 9D has neither a certificate nor metadata.');
      }
      if (!read.ok) return read;
      point = read.value.key.publicKey;
    }
    return point.length === 65
      ? ok(point.slice())
      : fail('card.unsupported', 'The key in slot 9D is not of P-256.');
  }
}

/** GET DATA (part 2, 3.1.2): the object's contents, or undefined where the card has none. */
async function getData(
  channel: Channel,
  object: Uint8Array,
): Promise<Result<Uint8Array | undefined>> {
  const data = encodeTlv(0x5c, object);
  const answer = await channel.send({ cla: 0, ins: 0xcb, p1: 0x3f, p2: 0xff, data, le: 256 });
  if (!answer.ok) return answer;
  const { status } = answer.value;
  if (status === NOT_FOUND) return ok(undefined);
  if (status !== SUCCESS) return refused('GET DATA', status);
  const contents = decodeOne(0x53, answer.value.data);
  return ok(contents.length > 0 ? contents : undefined);
}

/** The certificate with its key (part 1, appendix A, tables 10 and 15). */
async function readCertificate(
  channel: Channel,
  object: Uint8Array,
): Promise<Result<{ der: Uint8Array; key: CertificateKey }>> {
  const contents = await getData(channel, object);
  if (!contents.ok) return contents;
  const none = fail('card.no-certificate', 'The slot has no certificate.');
  if (!contents.value) return none;
  const fields = decodeTlv(contents.value);
  const stored = valueOf(fields, 0x70);
  if (!stored || stored.length === 0) return none;
  // CertInfo: bit 1 says that the certificate is compressed with gzip.
  const packed = ((valueOf(fields, 0x71)?.[0] ?? 0) & 0x01) !== 0;
  const der = packed ? await gunzip(stored) : stored;
  const key = der && certificateKey(der);
  return der && key
    ? ok({ der, key })
    : fail('card.certificate', 'The slot’s certificate is none, or its key is of another kind.');
}

/**
 * The public point that a slot holds, by GET METADATA of YubiKey 5.3 and newer; undefined where the
 * card has no such command.
 */
async function readSlotKey(
  channel: Channel,
  slot: number,
): Promise<Result<Uint8Array | undefined>> {
  const answer = await channel.send({ cla: 0, ins: 0xf7, p1: 0, p2: slot, le: 256 });
  if (!answer.ok) return answer;
  const { status, data } = answer.value;
  if (status === EMPTY_SLOT) return fail('card.no-key', 'The slot has no key.', { status });
  if (status !== SUCCESS) return ok(undefined);
  const key = valueOf(decodeTlv(data), 0x04);
  const point = key && valueOf(decodeTlv(key), 0x86);
  return point
    ? ok(point.slice())
    : fail('card.unsupported', 'The slot’s key is not on an elliptic curve.');
}

/** GENERAL AUTHENTICATE (part 2, 3.2.4): the response to one challenge. */
async function authenticate(
  channel: Channel,
  algorithm: number,
  key: number,
  challenge: Uint8Array,
): Promise<Result<Uint8Array>> {
  const data = encodeTlv(0x7c, concatBytes(encodeTlv(0x82, new Uint8Array()), challenge));
  const answer = await channel.send({ cla: 0, ins: 0x87, p1: algorithm, p2: key, data, le: 256 });
  return answer.ok ? responseOf(answer.value) : answer;
}

function responseOf({ status, data }: Response): Result<Uint8Array> {
  if (NO_KEY.includes(status)) return fail('card.no-key', 'The slot has no key.', { status });
  if (status !== SUCCESS) return refused('GENERAL AUTHENTICATE', status);
  try {
    const response = decodeOne(0x82, decodeOne(0x7c, data));
    return ok(response.slice());
  } finally {
    data.fill(0);
  }
}

/** The card's GUID in the CHUID (part 1, 3.4.1); a YubiKey without one has a number of its own. */
async function readSerial(channel: Channel): Promise<Result<string>> {
  const chuid = await getData(channel, CHUID);
  if (!chuid.ok) return chuid;
  const guid = chuid.value && valueOf(decodeTlv(chuid.value), 0x34);
  if (guid && guid.length === 16 && guid.some((byte) => byte !== 0)) return ok(toHex(guid));
  const answer = await channel.send({ cla: 0, ins: 0xf8, p1: 0, p2: 0, le: 256 });
  if (!answer.ok) return answer;
  const { status, data } = answer.value;
  if (status !== SUCCESS || data.length !== 4) return ok('');
  return ok(data.reduce((number, byte) => number * 256 + byte, 0).toString());
}
