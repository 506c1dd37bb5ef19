/**
 * The machine's own key: signs as `kiosk/ID` or `station/ID`, and nothing but what such a one has to
 * sign. The pages on this machine ask for signatures; the key never leaves the agent.
 */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { bytesToHex, hexToBytes, randomBytes } from '@kabina/crypto/bytes';
import { publicKey, sign } from '@kabina/crypto/ed25519';

/** A voter's kiosk, or the machine of a station's registration desk. */
export type MachineRole = 'kiosk' | 'desk';

export interface MachineKey {
  readonly role: MachineRole;
  /** Of the kiosk, or of the station, in the manifest. */
  readonly id: string;
  /** Ed25519, 32 bytes. Secret. */
  readonly seed: Uint8Array;
}

const SEED_LENGTH = 32;
/** A delivery request with all its cards (`MAX_DELIVERY_BYTES`), and its frame. */
export const MAX_INPUT = (4 << 20) + 64;

/** `kiosk/K1`, `station/101`: allowed signers in `@kabina/election/entries`. */
const ENTRIES: Readonly<Record<MachineRole, readonly string[]>> = {
  kiosk: ['delivered', 'held', 'cancelled'],
  desk: ['spoiled', 'held', 'marked'],
};

/** Fields of a whole frame (`frame` of `@kabina/crypto/bytes`), or undefined if these bytes are none. */
export function fieldsOf(input: Uint8Array): Uint8Array[] | undefined {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const fields: Uint8Array[] = [];
  let at = 0;
  while (at < input.length) {
    if (input.length - at < 4) return undefined;
    const length = view.getUint32(at);
    at += 4;
    if (length > input.length - at) return undefined;
    fields.push(input.subarray(at, at + length));
    at += length;
  }
  return fields;
}

/** Whether a machine of this role may sign the input: a framed entry, delivery request or promise. */
export function maySign(role: MachineRole, input: Uint8Array): boolean {
  const fields = fieldsOf(input);
  if (fields === undefined) return false;
  const [domain, ...rest] = fields.map((field) => Buffer.from(field).toString('latin1'));
  switch (domain) {
    case 'kabina/v1/entry':
      return rest.length === 3 && ENTRIES[role].includes(rest[0] ?? '') && fields[2]?.length === 32;
    case 'kabina/v1/delivery':
    case 'kabina/v1/promise':
      return role === 'kiosk' && rest.length === 1;
    default:
      return false;
  }
}

/** Signature, 64 bytes, or undefined for what this machine signs for nobody. */
export function signAs({ role, seed }: MachineKey, input: Uint8Array): Uint8Array | undefined {
  return maySign(role, input) ? sign(input, seed) : undefined;
}

/** Makes a key's file, of mode 0600; gives the public key. Rejects with EEXIST where there is one. */
export async function makeKeyFile(path: string): Promise<Uint8Array> {
  const seed = randomBytes(SEED_LENGTH);
  try {
    await writeFile(path, `${bytesToHex(seed)}\n`, { mode: 0o600, flag: 'wx', flush: true });
    return publicKey(seed);
  } finally {
    seed.fill(0);
  }
}

/**
 * Whether nobody but its owner may read a file. A credential of systemd's on tmpfs belongs to root,
 * and the service reads it by an access list, whose mask stands where the group's rights do (acl(5)).
 */
export async function isPrivate(path: string): Promise<boolean> {
  const { mode } = await stat(path);
  const credentials = process.env['CREDENTIALS_DIRECTORY'];
  const handed = credentials !== undefined && dirname(resolve(path)) === resolve(credentials);
  return (mode & (handed ? 0o037 : 0o077)) === 0;
}

/** The seed in a key's file. Rejects with a sentence for the person who sets the machine up. */
export async function readKeyFile(path: string): Promise<Uint8Array> {
  if (!(await isPrivate(path))) throw new Error('файл доступен другим, нужны права 0600');
  const text = (await readFile(path, 'utf8')).trim();
  if (!/^[0-9a-f]{64}$/.test(text)) throw new Error('в файле нет ключа машины');
  return hexToBytes(text);
}

/** What `GET /machine` answers. */
export interface MachineAnswer {
  readonly role: MachineRole;
  readonly id: string;
  /** base64url */
  readonly publicKey: string;
}

export function machineAnswer({ role, id, seed }: MachineKey): MachineAnswer {
  return { role, id, publicKey: Buffer.from(publicKey(seed)).toString('base64url') };
}
