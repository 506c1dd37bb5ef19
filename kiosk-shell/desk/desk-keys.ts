/**
 * The desk's key file: the secret of each issuer's registration desk, by issuer, as JSON under the
 * desk's code. The desk takes it once, at its first unlocking; from then on the secrets lie among its
 * own records, under the same code.
 */
import {
  openUnderPassphrase,
  PassphraseError,
  sealUnderPassphrase,
} from '@kabina/crypto/passphrase';
import { utf8ToBytes } from '@kabina/crypto/bytes';
import type { DeskSecrets } from './desk-client.ts';
import { DeskError } from './desk-error.ts';

const LABEL = 'kabina/v1/desk-keys';

/** @param cost log2 of scrypt's N */
export function sealDeskKeys(
  code: string,
  secrets: DeskSecrets,
  cost?: number,
): Promise<Uint8Array> {
  const plain = utf8ToBytes(JSON.stringify(secrets));
  return sealUnderPassphrase(code, LABEL, plain, cost).finally(() => plain.fill(0));
}

/** @throws DeskError `desk.secret` for another code, or a file that is none */
export async function openDeskKeys(
  sealed: Uint8Array,
  code: string,
  issuers: readonly string[],
): Promise<DeskSecrets> {
  let plain: Uint8Array;
  try {
    plain = await openUnderPassphrase(code, LABEL, sealed);
  } catch (cause) {
    if (!(cause instanceof PassphraseError)) throw cause;
    throw new DeskError('desk.secret', 'this is not the code of the desk’s key file', { cause });
  }
  const read: unknown = JSON.parse(new TextDecoder().decode(plain));
  plain.fill(0);
  const secrets = read as Partial<Record<string, unknown>>;
  for (const issuer of issuers) {
    if (typeof secrets[issuer] !== 'string') {
      throw new DeskError('desk.secret', `the key file has no secret for ${issuer}`);
    }
  }
  return secrets as DeskSecrets;
}
