/**
 * The office's key file: what a commission's table needs, sealed under the office's passphrase.
 * Opened, it is the commission's Ed25519 seed (32 bytes), then JSON with a secret for each issuer's
 * registration desk.
 */
import { openUnderPassphrase } from '@kabina/crypto/passphrase';

export const OFFICE_KEYS_LABEL = 'kabina/v1/office-keys';

const SEED = 32;

export interface OfficeKeys {
  readonly seed: Uint8Array;
  readonly desks: { readonly registrar: string; readonly observers: string };
}

/** @throws {PassphraseError} `passphrase.wrong`, `passphrase.malformed` */
export async function openOfficeKeys(sealed: Uint8Array, passphrase: string): Promise<OfficeKeys> {
  const opened = await openUnderPassphrase(passphrase.trim(), OFFICE_KEYS_LABEL, sealed);
  const desks = JSON.parse(new TextDecoder().decode(opened.subarray(SEED))) as OfficeKeys['desks'];
  const keys = { seed: opened.slice(0, SEED), desks };
  opened.fill(0);
  return keys;
}
