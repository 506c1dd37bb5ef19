/**
 * An issuer's keys: one RSA key per contest and list, made for this election and used for nothing
 * but blind signing (RFC 9474), a signing key for its entries and a secret for its marks.
 */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  privateDecrypt,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import { checkBlinded, type BlindRsaError, type RsaPublicKey } from '@kabina/crypto/blind-rsa';
import { publicKey } from '@kabina/crypto/ed25519';
import type { IssuerKey } from '@kabina/election/manifest';
import { PortalError } from '../errors.ts';
import type { StateFolder } from '../state-folder.ts';

const MODULUS_BITS = 3072;
const EXPONENT = 65_537;

// Ids of contests and lists have no plus sign, so names don't collide.
const fileOf = (contest: string, list: string): string =>
  `blind-signing/${contest}+${list.replace('/', '+')}.pem`;

/** Makes the keys that are not there yet; those that are stay. */
export async function makeBlindSigningKeys(
  folder: StateFolder,
  wanted: readonly { readonly contest: string; readonly list: string }[],
): Promise<void> {
  const generate = promisify(generateKeyPair);
  const make = async (contest: string, list: string): Promise<void> => {
    const { privateKey } = await generate('rsa', {
      modulusLength: MODULUS_BITS,
      publicExponent: EXPONENT,
    });
    folder.write(fileOf(contest, list), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  };
  const missing = wanted.filter(({ contest, list }) => !folder.has(fileOf(contest, list)));
  // The generator runs in libuv's threads: together they use all cores.
  await Promise.all(missing.map(({ contest, list }) => make(contest, list)));
}

function publicPart(key: KeyObject): RsaPublicKey {
  const { n, e } = createPublicKey(key).export({ format: 'jwk' });
  const exponent = Buffer.from(e as string, 'base64url').readUIntBE(0, 3);
  return { modulus: Uint8Array.from(Buffer.from(n as string, 'base64url')), exponent };
}

/** The private half, in memory. Its one operation is the raw RSA of RFC 9474 §4.3. */
export class BlindSigner {
  readonly #key: KeyObject;
  readonly public: IssuerKey;

  private constructor(key: KeyObject, contest: string, list: string) {
    this.#key = key;
    this.public = { contest, list, ...publicPart(key) };
  }

  static load(folder: StateFolder, contest: string, list: string): BlindSigner {
    return new BlindSigner(createPrivateKey(folder.read(fileOf(contest, list))), contest, list);
  }

  /** Throws `permits.length` or `permits.range` before any use of the key. */
  sign(blinded: Uint8Array): Uint8Array {
    try {
      checkBlinded(this.public, blinded);
    } catch (error) {
      const length = (error as BlindRsaError).code === 'blind.length';
      throw new PortalError(length ? 'permits.length' : 'permits.range', {}, error);
    }
    const padding = constants.RSA_NO_PADDING;
    return Uint8Array.from(privateDecrypt({ key: this.#key, padding }, blinded));
  }
}

export interface IssuerSecrets {
  /** Seed of the Ed25519 key that signs this issuer's entries. */
  readonly signingSeed: Uint8Array;
  /** Keys the marks of served voters and the hashes of codes. */
  readonly markSecret: Uint8Array;
}

export function issuerSecrets(folder: StateFolder): IssuerSecrets {
  return {
    signingSeed: folder.secret('signing.seed'),
    markSecret: folder.secret('marks.secret'),
  };
}

export const signingKeyOf = (secrets: IssuerSecrets): Uint8Array => publicKey(secrets.signingSeed);
