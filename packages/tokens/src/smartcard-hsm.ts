/**
 * A SmartCard-HSM of CardContact, which a Nitrokey HSM 2 is too. Its files are found by their
 * identifiers: CCxx is a key, C4xx its PKCS#15 description, CExx its certificate, or the request
 * for one that the card has made with the key. Open description: OpenSC's driver sc-hsm.
 *
 * The signing key is the one with the lowest number that may sign and has an X.509 certificate; the
 * agreeing key the one with the lowest number that may derive, another than the signing key if there
 * is one.
 */
import { fromHex } from './bytes.ts';
import type { Card, CardCertificate, KeyAlgorithm, PinForm, PinOptions } from './card.ts';
import { Channel } from './channel.ts';
import { fromDer } from './ecdsa-signature.ts';
import { askTries, refused, verifyPin, type PinEntry } from './pin.ts';
import { keyUsage, type KeyUsage } from './pkcs15.ts';
import { fail, ok, type Result } from './result.ts';
import { certificateKey, type CertificateKey } from './spki.ts';
import { decodePadded, decodeTlv, valueOf } from './tlv.ts';
import type { ApduTransport } from './transport.ts';

const AID = fromHex('e8 2b 06 01 04 01 81 c3 1f 02 01');
/** The device's own card-verifiable certificate, whose holder is the serial number. */
const DEVICE_CERTIFICATE = 0x2f02;
const KEY = 0xcc;
const DESCRIPTION = 0xc4;
const CERTIFICATE = 0xce;
/** Bytes of the largest file that we read. */
const MOST = 8192;

const ECDSA_RAW = 0x70;
const ECDH = 0x80;
const SIZES: Partial<Record<KeyAlgorithm, number>> = { 'ecdsa-p256': 32, 'ecdsa-p384': 48 };

const VERIFY = { cla: 0, ins: 0x20, p1: 0, p2: 0x81 };
const PIN_FORM: PinForm = { least: 6, most: 15, digits: false };

const SUCCESS = 0x9000;
const END_OF_FILE = 0x6282;
const NOT_FOUND = 0x6a82;
const NO_KEY = [0x6a88, NOT_FOUND];

/** A key as its files describe it. */
interface Key {
  readonly id: number;
  readonly usage: KeyUsage;
  /** Something that begins as an X.509 certificate does. */
  readonly der: Uint8Array | undefined;
  readonly certificate: CertificateKey | undefined;
  /** From the certificate or the request. */
  readonly point: Uint8Array | undefined;
}

/** Selects the application: `card.unknown` where the card has none. Never rejects. */
export function selectSmartcardHsm(transport: ApduTransport): Promise<Result<Card>> {
  // Files are read in pieces and everything else is short.
  const channel = new Channel(transport, false);
  return channel.run(async () => {
    const selected = await channel.send({ cla: 0, ins: 0xa4, p1: 4, p2: 0, data: AID, le: 256 });
    if (!selected.ok) return selected;
    const { status, data } = selected.value;
    if (status !== SUCCESS || !describesItself(data)) {
      return fail('card.unknown', 'The card has no SmartCard-HSM application.', { status });
    }
    const device = await readFile(channel, DEVICE_CERTIFICATE);
    if (!device.ok) return device;
    return ok(new SmartcardHsm(channel, device.value ? serialOf(device.value) : ''));
  });
}

class SmartcardHsm implements Card {
  readonly application = 'smartcard-hsm';
  readonly experimental = false;
  readonly pinForm = PIN_FORM;
  readonly serial: string;
  readonly #channel: Channel;
  readonly #pin: PinEntry;
  #keys: readonly Key[] | undefined;

  constructor(channel: Channel, serial: string) {
    this.serial = serial;
    this.#channel = channel;
    this.#pin = {
      form: PIN_FORM,
      verify: VERIFY,
      tries: () => askTries(channel, VERIFY),
      encode: (pin) => Uint8Array.from(pin),
      wrong: [],
    };
  }

  certificate(): Promise<Result<CardCertificate>> {
    return this.#channel.run(async () => {
      const signing = await this.#findSigning();
      if (!signing.ok) return signing;
      const { der, algorithm } = signing.value;
      return ok({ der: der.slice(), algorithm });
    });
  }

  triesLeft(): Promise<Result<number | undefined>> {
    return this.#channel.run(this.#pin.tries);
  }

  sign(input: Uint8Array, pin: Uint8Array, options?: PinOptions): Promise<Result<Uint8Array>> {
    return this.#channel.run(async () => {
      const signing = await this.#findSigning();
      if (!signing.ok) return signing;
      const { id, size } = signing.value;
      if (input.length !== size) {
        return fail('card.unsupported', 'The key does not sign an input of this length.');
      }
      const verified = await verifyPin(this.#channel, this.#pin, pin, options);
      if (!verified.ok) return verified;
      const command = { cla: 0x80, ins: 0x68, p1: id, p2: ECDSA_RAW, data: input, le: 256 };
      const answer = await this.#channel.send(command);
      if (!answer.ok) return answer;
      const { status, data } = answer.value;
      if (NO_KEY.includes(status)) return fail('card.no-key', 'The key is gone.', { status });
      if (status !== SUCCESS) return refused('SIGN', status);
      return fromDer(data, size)
        ? ok(data.slice())
        : fail('card.malformed', 'The card has answered something else than a signature.');
    });
  }

  agreementKey(): Promise<Result<Uint8Array>> {
    return this.#channel.run(async () => {
      const key = await this.#findAgreeing();
      return key.ok ? ok(key.value.point.slice()) : key;
    });
  }

  agree(point: Uint8Array, pin: Uint8Array, options?: PinOptions): Promise<Result<Uint8Array>> {
    return this.#channel.run(async () => {
      if (point.length !== 65 || point[0] !== 0x04) {
        return fail('card.unsupported', 'This is no uncompressed point of P-256.');
      }
      const key = await this.#findAgreeing();
      if (!key.ok) return key;
      const verified = await verifyPin(this.#channel, this.#pin, pin, options);
      if (!verified.ok) return verified;
      const { id } = key.value;
      const command = { cla: 0x80, ins: 0x62, p1: id, p2: ECDH, data: point, le: 256 };
      const answer = await this.#channel.send(command);
      if (!answer.ok) return answer;
      const { status, data } = answer.value;
      if (NO_KEY.includes(status)) return fail('card.no-key', 'The key is gone.', { status });
      if (status !== SUCCESS) return refused('ECDH', status);
      try {
        // The whole point, of which x is the secret.
        return data.length === 65 && data[0] === 0x04
          ? ok(data.slice(1, 33))
          : fail('card.malformed', 'The card has answered something else than a secret.');
      } finally {
        data.fill(0);
      }
    });
  }

  async #findSigning(): Promise<
    Result<{ id: number; der: Uint8Array; algorithm: KeyAlgorithm; size: number }>
  > {
    const keys = await this.#readKeys();
    if (!keys.ok) return keys;
    for (const { id, usage, der, certificate } of keys.value) {
      const size = certificate && SIZES[certificate.algorithm];
      if (der && certificate && size && usage.sign !== false) {
        return ok({ id, der, algorithm: certificate.algorithm, size });
      }
    }
    return keys.value.some(({ der }) => der)
      ? fail('card.certificate', 'No certificate is of a key that may sign.')
      : fail('card.no-certificate', 'No key has a certificate.');
  }

  async #findAgreeing(): Promise<Result<{ id: number; point: Uint8Array }>> {
    const keys = await this.#readKeys();
    if (!keys.ok) return keys;
    const signing = await this.#findSigning();
    const own = signing.ok ? signing.value.id : undefined;
    const able = keys.value.filter(
      ({ id, usage, point }) =>
        point?.length === 65 && (usage.derive === true || (usage.derive !== false && id !== own)),
    );
    const key = able.find(({ id }) => id !== own) ?? able[0];
    return key?.point
      ? ok({ id: key.id, point: key.point })
      : fail('card.no-key', 'No key of P-256 may agree on secrets.');
  }

  async #readKeys(): Promise<Result<readonly Key[]>> {
    if (this.#keys) return ok(this.#keys);
    // ENUMERATE OBJECTS: the identifiers of all files, two bytes each
    const list = await this.#channel.send({ cla: 0x80, ins: 0x58, p1: 0, p2: 0, le: 256 });
    if (!list.ok) return list;
    const { status, data } = list.value;
    if (status !== SUCCESS) return refused('ENUMERATE OBJECTS', status);
    const ids = new Set<number>();
    for (let at = 0; at + 1 < data.length; at += 2) {
      // CC00 is the device's own key.
      if (data[at] === KEY && data[at + 1] !== 0) ids.add(data[at + 1]!);
    }
    const keys: Key[] = [];
    for (const id of [...ids].sort((a, b) => a - b)) {
      const key = await readKey(this.#channel, id);
      if (!key.ok) return key;
      keys.push(key.value);
    }
    this.#keys = keys;
    return ok(keys);
  }
}

async function readKey(channel: Channel, id: number): Promise<Result<Key>> {
  const description = await readFile(channel, (DESCRIPTION << 8) | id);
  if (!description.ok) return description;
  const usage = description.value ? keyUsage(description.value) : {};
  const stored = await readFile(channel, (CERTIFICATE << 8) | id);
  if (!stored.ok) return stored;
  const der = stored.value?.[0] === 0x30 ? stored.value : undefined;
  const certificate = der && certificateKey(der);
  const point = certificate?.publicKey ?? (stored.value && requestedPoint(stored.value));
  return ok({ id, usage, der, certificate, point });
}

/** SELECT and READ BINARY: the file's bytes; undefined where it is not there or empty. */
async function readFile(channel: Channel, file: number): Promise<Result<Uint8Array | undefined>> {
  const name = Uint8Array.of(file >> 8, file & 0xff);
  const selected = await channel.send({ cla: 0, ins: 0xa4, p1: 0, p2: 0, data: name, le: 256 });
  if (!selected.ok) return selected;
  if (selected.value.status === NOT_FOUND) return ok(undefined);
  if (selected.value.status !== SUCCESS) return refused('SELECT', selected.value.status);
  const contents = new Uint8Array(MOST);
  let at = 0;
  for (;;) {
    const data = Uint8Array.of(0x54, 2, at >> 8, at & 0xff);
    const answer = await channel.send({ cla: 0, ins: 0xb1, p1: 0, p2: 0, data, le: 256 });
    if (!answer.ok) return answer;
    const { status, data: piece } = answer.value;
    if (status !== SUCCESS && status !== END_OF_FILE) return refused('READ BINARY', status);
    if (at + piece.length > MOST) return fail('card.malformed', 'A file is too long.');
    contents.set(piece, at);
    at += piece.length;
    if (status === END_OF_FILE || piece.length < 256) {
      return ok(at > 0 ? contents.slice(0, at) : undefined);
    }
  }
}

/** File control information with a version in it: cards that answer any name have none. */
function describesItself(answer: Uint8Array): boolean {
  const [template] = decodeTlv(answer);
  if (template?.tag !== 0x6f) return false;
  return (valueOf(decodeTlv(template.value), 0x85)?.length ?? 0) >= 2;
}

/** Certificate holder of the device certificate, without the five digits of its sequence. */
function serialOf(file: Uint8Array): string {
  const [certificate] = decodePadded(file);
  if (certificate?.tag !== 0x7f21) return '';
  const body = valueOf(decodeTlv(certificate.value), 0x7f4e);
  const holder = body && valueOf(decodeTlv(body), 0x5f20);
  return holder && holder.length > 5 ? new TextDecoder('latin1').decode(holder.slice(0, -5)) : '';
}

/** The public point in an authenticated request for a certificate (BSI TR-03110 part 3, C.2). */
function requestedPoint(file: Uint8Array): Uint8Array | undefined {
  const [object] = decodePadded(file);
  if (object?.tag !== 0x67) return undefined;
  const certificate = valueOf(decodeTlv(object.value), 0x7f21);
  const body = certificate && valueOf(decodeTlv(certificate), 0x7f4e);
  const key = body && valueOf(decodeTlv(body), 0x7f49);
  return key && valueOf(decodeTlv(key), 0x86);
}
