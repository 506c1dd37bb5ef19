/** How long a board or an observer takes: proofs, permits and signatures, per ballot. */
import { generateKeyPairSync, privateDecrypt, constants } from 'node:crypto';
import { VectorBatch } from '@kabina/crypto/batch';
import { blind, finalize, verify } from '@kabina/crypto/blind-rsa';
import { randomBytes } from '@kabina/crypto/bytes';
import { EncryptionKey } from '@kabina/crypto/elgamal';
import { suiteById } from '@kabina/crypto/suites';
import { PreparedVector, type SealedVector } from '@kabina/crypto/vector';
import { chooseOne } from './sealing.ts';

/** Milliseconds per ballot, one number per round. `batch` 1 checks one by one. */
export function measureChecking(
  suiteId: string,
  options: number,
  batch: number,
  rounds: number,
): number[] {
  const suite = suiteById(suiteId);
  const { group } = suite;
  const key = new EncryptionKey(group, group.multiply(group.generator, group.randomScalar()));
  const shape = chooseOne(options);
  const context = randomBytes(64);
  const sealed: SealedVector[] = Array.from({ length: Math.min(batch, 128) }, (_, i) => {
    const marks = new Array<number>(options).fill(0);
    marks[i % options] = 1;
    return PreparedVector.prepare(suite, key, shape).seal(marks, context).sealed;
  });
  const times: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const started = performance.now();
    const checker = new VectorBatch(suite, key);
    // Every ballot is decoded and hashed for itself: that some are the same bytes saves nothing.
    for (let i = 0; i < batch; i++) checker.add(shape, sealed[i % sealed.length]!, context);
    if (checker.verify().bad.length > 0) throw new Error('a good ballot was found bad');
    if (round >= 0) times.push((performance.now() - started) / batch);
  }
  return times;
}

/** Milliseconds per permit signature (one issuer's). */
export function measurePermit(rounds: number): number[] {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
  const jwk = publicKey.export({ format: 'jwk' });
  const key = {
    modulus: new Uint8Array(Buffer.from(jwk.n as string, 'base64url')),
    exponent: 65537,
  };
  const message = randomBytes(100);
  const { blinded, unblinder } = blind(key, message, randomBytes(32));
  const answer = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, blinded);
  const signature = finalize(key, message, unblinder, new Uint8Array(answer));
  return time(rounds, () => verify(key, message, signature));
}

/** Milliseconds per ballot signature, in batches of 1,024. */
export function measureSignature(suiteId: string, rounds: number): number[] {
  const { signature } = suiteById(suiteId);
  const items = Array.from({ length: 256 }, () => {
    const seed = randomBytes(32);
    const message = randomBytes(80);
    return {
      message,
      publicKey: signature.publicKey(seed),
      signature: signature.sign(message, seed),
    };
  });
  const batch = Array.from({ length: 1024 }, (_, i) => items[i % items.length]!);
  return time(rounds, () => signature.verifyBatch(batch).every(Boolean)).map(
    (ms) => ms / batch.length,
  );
}

function time(rounds: number, work: () => boolean): number[] {
  const times: number[] = [];
  for (let round = -2; round < rounds; round++) {
    const started = performance.now();
    if (!work()) throw new Error('what is good was found bad');
    if (round >= 0) times.push(performance.now() - started);
  }
  return times;
}
