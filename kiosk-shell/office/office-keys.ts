/**
 * The office's key file: what a commission's table needs, sealed under the office's passphrase.
 * Opened, it is the commission's Ed25519 seed (32 bytes), then JSON with a secret for each issuer's
 * registration desk and, where members' tokens are reached through the kiosk's agent, its address
 * and pairing secret.
 */
import { openUnderPassphrase } from '@kabina/crypto/passphrase';
import type { Bridge } from '../common/readers.ts';

export const OFFICE_KEYS_LABEL = 'kabina/v1/office-keys';

const SEED = 32;

export interface OfficeKeys {
  readonly seed: Uint8Array;
  readonly desks: { readonly registrar: string; readonly observers: string };
  readonly bridge?: Bridge;
}

/** What stands behind the seed. */
export type OfficeSecrets = Omit<OfficeKeys, 'seed'>;

/** @throws {PassphraseError} `passphrase.wrong`, `passphrase.malformed` */
export async function openOfficeKeys(sealed: Uint8Array, passphrase: string): Promise<OfficeKeys> {
  const opened = await openUnderPassphrase(passphrase.trim(), OFFICE_KEYS_LABEL, sealed);
  const secrets = JSON.parse(new TextDecoder().decode(opened.subarray(SEED))) as OfficeSecrets;
  const keys = { seed: opened.slice(0, SEED), ...secrets };
  opened.fill(0);
  return keys;
}
