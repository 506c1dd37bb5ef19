/**
 * The secret that a page and the kiosk's agent share, and how each proves to the other that it has
 * it. The secret itself never crosses: a proof is HMAC-SHA-256 (RFC 2104) over fresh nonces of both
 * sides, the direction and the address that the page has dialled.
 *
 * Why 100 bits: a person types the secret once per kiosk, so it should be short; but a program that
 * sits on the agent's port gets one proof from the page and may try secrets against it on its own
 * machines for years. 2^80 is within a rich attacker's reach over time, 2^100 is not, and 100 bits
 * are exactly four groups of five symbols. Symbols are Crockford's base32, which reads O as 0 and I
 * and L as 1 and takes either case. https://www.crockford.com/base32.html
 *
 * Why the address: a program on another port could pass both sides' messages on and read them (a
 * PIN among them). The page's proof holds for the address that it dialled, the agent takes only one
 * for the address that it listens on, and the system gives one address to one program.
 */

/** HMAC-SHA-256 and each side's nonce, in bytes. */
export const PROOF_BYTES = 32;
export const NONCE_BYTES = 32;

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUPS = 4;
const GROUP = 5;
const CANONICAL = new RegExp(`^[${ALPHABET}]{${GROUPS * GROUP}}$`);
const DOMAIN = 'kabina bridge v1';

/** Who proves. A proof of one side is none of the other's, so it can't be sent back. */
export type Prover = 'page' | 'agent';

/** What both sides know of one connection. */
export interface Handshake {
  /** That the page dials and the agent listens on: `127.0.0.1:8800`. */
  readonly endpoint: string;
  readonly agentNonce: Uint8Array;
  readonly pageNonce: Uint8Array;
}

/** A new secret, as a person reads and types it: `7Q2MX-0D4KB-…`, 100 bits. */
export function makePairingSecret(): string {
  const random = crypto.getRandomValues(new Uint8Array(GROUPS * GROUP));
  const symbols = Array.from(random, (byte) => ALPHABET[byte % ALPHABET.length]);
  random.fill(0);
  return symbols.join('').replace(new RegExp(`(.{${GROUP}})(?=.)`, 'g'), '$1-');
}

/** The 20 symbols of what a person has typed; undefined where it can be no pairing secret. */
export function readPairingSecret(typed: string): string | undefined {
  const symbols = typed
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  return CANONICAL.test(symbols) ? symbols : undefined;
}

/**
 * @param symbols as `readPairingSecret` gives them
 * @returns a key that makes and checks proofs and can't be read out again
 */
export function pairingKey(symbols: string): Promise<CryptoKey> {
  return crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(symbols),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign', 'verify'],
  );
}

export async function prove(
  key: CryptoKey,
  prover: Prover,
  handshake: Handshake,
): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, statement(prover, handshake)));
}

/** Compares in constant time. */
export function proves(
  key: CryptoKey,
  prover: Prover,
  handshake: Handshake,
  proof: Uint8Array,
): Promise<boolean> {
  return crypto.subtle.verify('HMAC', key, proof.slice(), statement(prover, handshake));
}

/** Texts end with a zero byte and the nonces have one length: no two handshakes share a statement. */
function statement(prover: Prover, handshake: Handshake): Uint8Array<ArrayBuffer> {
  const { endpoint, agentNonce, pageNonce } = handshake;
  const words = new TextEncoder().encode(`${DOMAIN}\0${prover}\0${endpoint}\0`);
  const bytes = new Uint8Array(words.length + agentNonce.length + pageNonce.length);
  bytes.set(words);
  bytes.set(agentNonce, words.length);
  bytes.set(pageNonce, words.length + agentNonce.length);
  return bytes;
}
