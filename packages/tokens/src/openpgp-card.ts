/**
 * An OpenPGP card (functional specification 3.4): the signature key signs with PW1 in mode 81, the
 * decryption key agrees on secrets with PW1 in mode 82. The signature key's certificate stands in
 * the third instance of data object 7F21.
 */
import { concatBytes, equalBytes, fromHex, toHex } from './bytes.ts';
import type { Card, CardCertificate, KeyAlgorithm, PinForm, PinOptions } from './card.ts';
import { Channel } from './channel.ts';
import { plausible, toDer } from './ecdsa-signature.ts';
import { derivePin, readDerivation, type Derivation } from './openpgp-kdf.ts';
import { refused, verifyPin, type PinEntry } from './pin.ts';
import { fail, ok, type Result } from './result.ts';
import { certificateKey, type CertificateKey } from './spki.ts';
import { decodeOne, decodeTlv, encodeTlv, valueOf, type Tlv } from './tlv.ts';
import type { ApduTransport } from './transport.ts';

/** The application without version, manufacturer and number (4.2.1). */
const AID = fromHex('d2 76 00 01 24 01');

/** Data objects (4.4.1). */
const APPLICATION_DATA = 0x6e;
const PIN_STATUS = 0xc4;
const CERTIFICATE = 0x7f21;
const KEY_DERIVATION = 0xf9;

/** Control reference templates of the keys (7.2.14). */
const SIGNATURE_KEY = fromHex('b6 00');
const DECRYPTION_KEY = fromHex('b8 00');
/** Which of the three certificates is the signature key's: the third (7.2.5). */
const SIGNATURE_INSTANCE = 2;

/** Algorithm attributes without the optional import format (4.4.3.10), in hex. */
const ALGORITHMS: Record<string, KeyAlgorithm> = {
  '132a8648ce3d030107': 'ecdsa-p256',
  '132b81040022': 'ecdsa-p384',
  '162b06010401da470f01': 'ed25519',
  // RFC 8410's identifier, as newer cards write it.
  '162b6570': 'ed25519',
};
const ECDH_P256 = '122a8648ce3d030107';
/** Bytes of the input that each signs, and of a number in the signature. */
const SIZES: Partial<Record<KeyAlgorithm, number>> = { 'ecdsa-p256': 32, 'ecdsa-p384': 48 };

const SUCCESS = 0x9000;
const NO_OBJECT = [0x6a88, 0x6a82];
const WRONG_DATA = 0x6a80;
/** How several cards answer a wrong PIN, without a counter (7.1). */
const WRONG_PIN = [0x6982];

interface Status {
  readonly signature: string;
  readonly decryption: string;
  readonly pinMost: number;
}

/** Selects the application: `card.unknown` where the card has none. Never rejects. */
export function selectOpenPgp(transport: ApduTransport): Promise<Result<Card>> {
  const short = new Channel(transport, false);
  return short.run(async () => {
    const selected = await short.send({ cla: 0, ins: 0xa4, p1: 4, p2: 0, data: AID, le: 256 });
    if (!selected.ok) return selected;
    if (selected.value.status !== SUCCESS) {
      const { status } = selected.value;
      return fail('card.unknown', 'The card has no OpenPGP application.', { status });
    }
    const related = await getData(short, APPLICATION_DATA);
    if (!related.ok) return related;
    const data = related.value && decodeOne(APPLICATION_DATA, related.value);
    if (!data) return fail('card.malformed', 'The card has no application related data.');
    const fields = decodeTlv(data);
    const serial = serialOf(fields);
    const status = statusOf(fields);
    if (!serial || !status) return fail('card.malformed', 'The card does not describe itself.');
    const channel = new Channel(transport, takesExtended(fields));
    const derivation = await getData(channel, KEY_DERIVATION);
    if (!derivation.ok) return derivation;
    const known = readDerivation(derivation.value);
    if (!known) return fail('card.unsupported', 'The card derives PINs in a way of its own.');
    return ok(new OpenPgpCard(channel, serial, status, known));
  });
}

class OpenPgpCard implements Card {
  readonly application = 'openpgp';
  readonly experimental = false;
  readonly serial: string;
  readonly pinForm: PinForm;
  readonly #channel: Channel;
  readonly #status: Status;
  readonly #derivation: Derivation;
  #signing: { der: Uint8Array; key: CertificateKey } | undefined;

  constructor(channel: Channel, serial: string, status: Status, derivation: Derivation) {
    this.serial = serial;
    this.pinForm = { least: 6, most: status.pinMost, digits: false };
    this.#channel = channel;
    this.#status = status;
    this.#derivation = derivation;
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
    return this.#channel.run(() => this.#readTries());
  }

  sign(input: Uint8Array, pin: Uint8Array, options?: PinOptions): Promise<Result<Uint8Array>> {
    return this.#channel.run(async () => {
      const signing = await this.#readSigning();
      if (!signing.ok) return signing;
      const { algorithm, publicKey } = signing.value.key;
      const size = SIZES[algorithm];
      if (size !== undefined && input.length !== size) {
        return fail('card.unsupported', 'The key does not sign an input of this length.');
      }
      const key = await readPublicKey(this.#channel, SIGNATURE_KEY);
      if (!key.ok) return key;
      if (ALGORITHMS[this.#status.signature] !== algorithm || !equalBytes(key.value, publicKey)) {
        return fail('card.no-key', 'The signature key is not the certificate’s.');
      }
      const verified = await this.#verify(0x81, pin, options);
      if (!verified.ok) return verified;
      const command = { cla: 0, ins: 0x2a, p1: 0x9e, p2: 0x9a, data: input, le: 256 };
      const answer = await this.#channel.send(command);
      if (!answer.ok) return answer;
      const { status, data } = answer.value;
      if (status !== SUCCESS) return refused('COMPUTE DIGITAL SIGNATURE', status);
      if (!plausible(data, size ?? 32)) {
        return fail('card.malformed', 'The card has answered something else than a signature.');
      }
      return ok(size === undefined ? data.slice() : toDer(data));
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
      const verified = await this.#verify(0x82, pin, options);
      if (!verified.ok) return verified;
      // 7.2.11: cipher, public key, external public key
      const data = encodeTlv(0xa6, encodeTlv(0x7f49, encodeTlv(0x86, point)));
      const command = { cla: 0, ins: 0x2a, p1: 0x80, p2: 0x86, data, le: 256 };
      const answer = await this.#channel.send(command);
      if (!answer.ok) return answer;
      const { status, data: product } = answer.value;
      if (status !== SUCCESS) return refused('DECIPHER', status);
      try {
        const x = xOf(product);
        return x
          ? ok(x)
          : fail('card.malformed', 'The card has answered something else than a secret.');
      } finally {
        product.fill(0);
      }
    });
  }

  #verify(mode: number, pin: Uint8Array, options?: PinOptions): Promise<Result<void>> {
    const entry: PinEntry = {
      form: this.pinForm,
      verify: { cla: 0, ins: 0x20, p1: 0, p2: mode },
      tries: () => this.#readTries(),
      encode: (bytes) => derivePin(this.#derivation, bytes),
      wrong: WRONG_PIN,
    };
    return verifyPin(this.#channel, entry, pin, options);
  }

  /** From the PW status bytes (4.4.3.12): the fifth counts PW1. */
  async #readTries(): Promise<Result<number | undefined>> {
    const status = await getData(this.#channel, PIN_STATUS);
    if (!status.ok) return status;
    const tries = status.value?.length === 7 ? status.value[4] : undefined;
    return tries === undefined
      ? fail('card.malformed', 'The card does not tell the state of its PINs.')
      : ok(tries);
  }

  async #readSigning(): Promise<Result<{ der: Uint8Array; key: CertificateKey }>> {
    if (this.#signing) return ok(this.#signing);
    const chosen = await selectCertificate(this.#channel);
    if (!chosen.ok) return chosen;
    const der = await getData(this.#channel, CERTIFICATE);
    if (!der.ok) return der;
    if (!der.value) return fail('card.no-certificate', 'The signature key has no certificate.');
    const key = certificateKey(der.value);
    if (!key || !Object.values(ALGORITHMS).includes(key.algorithm)) {
      return fail('card.certificate', 'What stands there is no certificate, or of another key.');
    }
    this.#signing = { der: der.value, key };
    return ok(this.#signing);
  }

  async #readAgreementKey(): Promise<Result<Uint8Array>> {
    const point = await readPublicKey(this.#channel, DECRYPTION_KEY);
    if (!point.ok) return point;
    return this.#status.decryption === ECDH_P256 && point.value.length === 65
      ? point
      : fail('card.unsupported', 'The decryption key is not of P-256.');
  }
}

/** GET DATA (7.2.6): the object's bytes; undefined where the card has none or an empty one. */
async function getData(channel: Channel, tag: number): Promise<Result<Uint8Array | undefined>> {
  const le = channel.extended ? 2048 : 256;
  const answer = await channel.send({ cla: 0, ins: 0xca, p1: tag >> 8, p2: tag & 0xff, le });
  if (!answer.ok) return answer;
  const { status, data } = answer.value;
  if (NO_OBJECT.includes(status)) return ok(undefined);
  if (status !== SUCCESS) return refused('GET DATA', status);
  return ok(data.length > 0 ? data : undefined);
}

/**
 * SELECT DATA (7.2.5) for the signature key's certificate. A card before version 3 has one
 * certificate and no such command; whether it is the signature key's is seen from its key.
 */
async function selectCertificate(channel: Channel): Promise<Result<void>> {
  const path = encodeTlv(0x60, encodeTlv(0x5c, Uint8Array.of(0x7f, 0x21)));
  const select = { cla: 0, ins: 0xa5, p1: SIGNATURE_INSTANCE, p2: 4 };
  let answer = await channel.send({ ...select, data: path });
  if (answer.ok && answer.value.status === WRONG_DATA) {
    // YubiKeys before 5.4.4 want the length once more.
    const data = concatBytes(Uint8Array.of(path.length), path);
    answer = await channel.send({ ...select, data });
  }
  return answer.ok ? ok(undefined) : answer;
}

/** GENERATE ASYMMETRIC KEY PAIR (7.2.14) in the mode that only reads the public key. */
async function readPublicKey(channel: Channel, key: Uint8Array): Promise<Result<Uint8Array>> {
  const command = { cla: 0, ins: 0x47, p1: 0x81, p2: 0, data: key, le: 256 };
  const answer = await channel.send(command);
  if (!answer.ok) return answer;
  const { status, data } = answer.value;
  if (NO_OBJECT.includes(status)) {
    return fail('card.no-key', 'The card has no such key.', { status });
  }
  if (status !== SUCCESS) return refused('reading the public key', status);
  const point = valueOf(decodeTlv(decodeOne(0x7f49, data)), 0x86);
  return point
    ? ok(point.slice())
    : fail('card.unsupported', 'The key is not on an elliptic curve.');
}

/** Manufacturer and serial number, as the application identifier has them (4.2.1). */
function serialOf(fields: readonly Tlv[]): string | undefined {
  const aid = valueOf(fields, 0x4f);
  return aid?.length === 16 ? toHex(aid.subarray(8, 14)) : undefined;
}

function statusOf(fields: readonly Tlv[]): Status | undefined {
  const inner = valueOf(fields, 0x73);
  const discretionary = inner ? decodeTlv(inner) : fields;
  const pins = valueOf(discretionary, PIN_STATUS);
  const signature = valueOf(discretionary, 0xc1);
  const decryption = valueOf(discretionary, 0xc2);
  if (pins?.length !== 7 || !signature || !decryption) return undefined;
  // Bit 8 chooses PIN block format 2, which nobody uses.
  const pinMost = pins[1]! & 0x7f;
  return { pinMost, signature: attributes(signature), decryption: attributes(decryption) };
}

/** In hex, without the import format that may follow. */
function attributes(bytes: Uint8Array): string {
  return toHex(bytes.at(-1) === 0xff || bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes);
}

/** The third capability byte in the historical bytes (6.2): extended Lc and Le. */
function takesExtended(fields: readonly Tlv[]): boolean {
  const historical = valueOf(fields, 0x5f52);
  if (historical?.[0] !== 0) return false;
  for (let at = 1; at < historical.length;) {
    const header = historical[at]!;
    const length = header & 0x0f;
    if (header === 0x73) return ((historical[at + 3] ?? 0) & 0x40) !== 0;
    at += 1 + length;
  }
  return false;
}

/** A new array with x, which some cards answer alone and others in the whole point. */
function xOf(product: Uint8Array): Uint8Array | undefined {
  if (product.length === 32) return product.slice();
  return product.length === 65 && product[0] === 0x04 ? product.slice(1, 33) : undefined;
}
