/**
 * A holder's keys for one election: Ed25519 for signing entries, X25519 (HPKE) for the shares that
 * the others deal. Both are made here, and only their public halves leave.
 */
import { decode, encode } from '@kabina/election/cbor';
import { publicKey } from '@kabina/crypto/ed25519';
import { generateHpkeKey } from '@kabina/crypto/hpke';
import { randomBytes } from '@kabina/crypto/bytes';
import { TrusteeError } from './store.ts';
import type { Vault } from './vault.ts';

export const SIGNING_SEED = 'signing-seed';
export const HPKE_KEY = 'hpke-key';
const PUBLIC_KEYS = 'public-keys';

/** What the manifest says of a holder. 32 bytes each. */
export interface SeatKeys {
  readonly signingKey: Uint8Array;
  readonly hpkeKey: Uint8Array;
}

/** The seat's public keys; makes the keys if the vault has none. Safe to repeat after a crash. */
export async function takeSeat(vault: Vault): Promise<SeatKeys> {
  const known = await vault.get(PUBLIC_KEYS);
  if (known !== undefined) return readKeys(known);
  const seed = randomBytes(32);
  const hpke = await generateHpkeKey();
  const keys: SeatKeys = { signingKey: publicKey(seed), hpkeKey: hpke.publicKey };
  await vault.put(SIGNING_SEED, seed);
  await vault.put(HPKE_KEY, hpke.privateKey);
  // Last: until this record is there the secrets before it have been shown to nobody.
  await vault.put(PUBLIC_KEYS, encode({ hpkeKey: keys.hpkeKey, signingKey: keys.signingKey }));
  seed.fill(0);
  hpke.privateKey.fill(0);
  return keys;
}

function readKeys(record: Uint8Array): SeatKeys {
  const value = decode(record) as Partial<SeatKeys> | null;
  if (value?.signingKey instanceof Uint8Array && value.hpkeKey instanceof Uint8Array) {
    return { signingKey: value.signingKey, hpkeKey: value.hpkeKey };
  }
  throw new TrusteeError('trustee.record-broken', 'the record of the public keys is broken');
}
