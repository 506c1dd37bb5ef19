/**
 * The little of PKCS#15 (ISO/IEC 7816-15) that tells which file is a key and which its certificate:
 * the directory of objects, private keys and certificates.
 */
import { equalBytes } from './bytes.ts';
import { decodeOne, decodePadded, decodeTlv, valueOf, type Tlv } from './tlv.ts';

/** What a key is for; undefined where its description doesn't say. */
export interface KeyUsage {
  readonly sign?: boolean;
  readonly derive?: boolean;
}

/** A private key in its directory. */
export interface PrivateKeyEntry {
  /** Ties the key to its certificate. */
  readonly id: Uint8Array;
  readonly usage: KeyUsage;
  /** For the security environment; the last byte of the path where the entry has none. */
  readonly reference: number;
  /** File identifiers from the master file on, two bytes each. */
  readonly path: Uint8Array;
}

/** A certificate in its directory. */
export interface CertificateEntry {
  readonly id: Uint8Array;
  readonly path: Uint8Array;
}

const SEQUENCE = 0x30;
const OCTET_STRING = 0x04;
const BIT_STRING = 0x03;
const INTEGER = 0x02;
/** The attributes of the object's own type. */
const TYPE_ATTRIBUTES = 0xa1;
/** OpenSC's tag for a private key of GOST R 34.10 in its directory. */
const GOST_KEY = 0xa4;

/** Bits of the usage, counted from the first (ISO/IEC 7816-15, 8.5.2). */
const SIGN = 2;
const DERIVE = 8;
const NON_REPUDIATION = 9;

/** Usage of the one private key that the file describes. @throws TokenError `tlv.malformed` */
export function keyUsage(file: Uint8Array): KeyUsage {
  const [entry] = decodePadded(file);
  return entry ? usageOf(attributes(entry).common) : {};
}

/**
 * Paths of the directories of one kind, as the object directory names them.
 *
 * @param kind 0xa0 for private keys, 0xa4 for certificates
 * @throws TokenError `tlv.malformed`
 */
export function directoryPaths(file: Uint8Array, kind: number): Uint8Array[] {
  return decodePadded(file)
    .filter((entry) => entry.tag === kind)
    .map((entry) => pathOf(decodeOne(SEQUENCE, entry.value)))
    .filter((path) => path !== undefined);
}

/** The GOST keys of a directory of private keys. @throws TokenError `tlv.malformed` */
export function gostKeys(file: Uint8Array): PrivateKeyEntry[] {
  const keys: PrivateKeyEntry[] = [];
  for (const entry of decodePadded(file)) {
    if (entry.tag !== GOST_KEY) continue;
    const { common, path } = attributes(entry);
    const id = valueOf(common, OCTET_STRING);
    if (!id || !path) continue;
    const reference = valueOf(common, INTEGER)?.at(-1) ?? path.at(-1) ?? 0;
    keys.push({ id, usage: usageOf(common), reference, path });
  }
  return keys;
}

/** The X.509 certificates of a directory of certificates. @throws TokenError `tlv.malformed` */
export function certificates(file: Uint8Array): CertificateEntry[] {
  const found: CertificateEntry[] = [];
  for (const entry of decodePadded(file)) {
    if (entry.tag !== SEQUENCE) continue;
    const { common, path } = attributes(entry);
    const id = valueOf(common, OCTET_STRING);
    if (id && path) found.push({ id, path });
  }
  return found;
}

/** Whether two entries are of one key. */
export function samePair(key: PrivateKeyEntry, certificate: CertificateEntry): boolean {
  return equalBytes(key.id, certificate.id);
}

/** The attributes of the object's class, and the path among those of its type (8.2). */
function attributes(entry: Tlv): { common: Tlv[]; path: Uint8Array | undefined } {
  const [, classAttributes, ...rest] = decodeTlv(entry.value);
  const common = classAttributes?.tag === SEQUENCE ? decodeTlv(classAttributes.value) : [];
  const own = valueOf(rest, TYPE_ATTRIBUTES);
  const [value] = own ? decodeTlv(decodeOne(SEQUENCE, own)) : [];
  return { common, path: value?.tag === SEQUENCE ? pathOf(value.value) : undefined };
}

function pathOf(path: Uint8Array): Uint8Array | undefined {
  const bytes = valueOf(decodeTlv(path), OCTET_STRING);
  return bytes && bytes.length > 0 && bytes.length % 2 === 0 ? bytes : undefined;
}

function usageOf(common: readonly Tlv[]): KeyUsage {
  const bits = valueOf(common, BIT_STRING);
  if (!bits) return {};
  const has = (bit: number) => ((bits[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0;
  return { sign: has(SIGN) || has(NON_REPUDIATION), derive: has(DERIVE) };
}
