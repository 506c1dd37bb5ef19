/**
 * Proofs that can be checked offline (c2sp.org/tlog-proof): an entry's index, its inclusion proof
 * and the cosigned checkpoint, in one text file.
 *
 *     c2sp.org/tlog-proof@v1
 *     index 73894
 *     gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
 *     …
 *
 *     example.com/fancylog
 *     109482
 *     …
 */

import { base64, checkHash, checkIndex, fromBase64, fromDecimal, fromUtf8 } from './bytes.ts';
import { hashFromBase64 } from './bytes.ts';
import { verifyQuorum, type Policy, type Witnessed } from './cosignature.ts';
import { LogError } from './errors.ts';
import { verifyInclusion } from './merkle.ts';
import { MAX_NOTE_BYTES, parseNote } from './note.ts';

const HEADER = 'c2sp.org/tlog-proof@v1';
// A tree has at most 2^53 − 1 leaves here, and 2^63 in the format.
const MAX_PROOF_LINES = 63;
/** Longest opaque extra data, in bytes. */
export const MAX_EXTRA_BYTES = 1 << 16;

export interface LogProof {
  /** Opaque and not authenticated: whatever it says is still to be checked. Never empty. */
  readonly extra?: Uint8Array;
  /** The entry's position in the log. */
  readonly index: number;
  /** The inclusion proof in the checkpoint's tree. */
  readonly proof: readonly Uint8Array[];
  /** The signed and cosigned checkpoint, verbatim. */
  readonly checkpoint: string;
}

export function formatProof({ extra, index, proof, checkpoint }: LogProof): string {
  checkIndex('index', index);
  for (const hash of proof) checkHash('proof hash', hash);
  parseNote(checkpoint);
  if (proof.length > MAX_PROOF_LINES || extra?.length === 0) {
    throw new LogError('malformed-proof', 'too many hashes, or extra data of no bytes');
  }
  if (extra !== undefined && extra.length > MAX_EXTRA_BYTES) {
    throw new LogError('malformed-proof', `extra data of more than ${MAX_EXTRA_BYTES} bytes`);
  }
  const lines = [HEADER];
  if (extra !== undefined) lines.push(`extra ${base64(extra)}`);
  lines.push(`index ${index}`, ...proof.map(base64));
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/**
 * Takes a proof apart; nothing is verified but its form.
 * @throws LogError `malformed-proof`, `malformed-note`
 */
export function parseProof(file: string | Uint8Array): LogProof {
  const fail = (why: string): never => {
    throw new LogError('malformed-proof', `malformed proof: ${why}`);
  };
  if (file.length > MAX_NOTE_BYTES + 2 * MAX_EXTRA_BYTES) return fail('too long');
  const text = typeof file === 'string' ? file : fromUtf8(file);
  if (text === undefined) return fail('not UTF-8');
  const blank = text.indexOf('\n\n');
  if (blank < 0) return fail('no empty line');
  const lines = text.slice(0, blank).split('\n');
  const checkpoint = text.slice(blank + 2);
  if (lines.shift() !== HEADER) return fail('unknown first line');
  let extra: Uint8Array | undefined;
  if (lines[0]?.startsWith('extra ')) {
    extra = fromBase64(lines.shift()!.slice('extra '.length));
    if (!extra?.length || extra.length > MAX_EXTRA_BYTES) return fail('extra data');
  }
  const [indexLine, ...hashes] = lines;
  if (!indexLine?.startsWith('index ')) return fail('no index line');
  const index = fromDecimal(indexLine.slice('index '.length));
  if (index === undefined) return fail('index');
  if (hashes.length > MAX_PROOF_LINES) return fail('too many hashes');
  const proof = hashes.map((line) => hashFromBase64(line) ?? fail('hash'));
  parseNote(checkpoint);
  return { ...(extra && { extra }), index, proof, checkpoint };
}

/**
 * Checks that the entry with this leaf hash is in the log at the proof's index, under a checkpoint
 * that satisfies the policy.
 * @throws LogError as `parseProof`, `verifyQuorum` and `verifyInclusion`
 */
export function verifyProof(
  file: string | Uint8Array | LogProof,
  leaf: Uint8Array,
  policy: Policy,
): Witnessed & { readonly index: number } {
  const parsed = typeof file === 'string' || file instanceof Uint8Array ? parseProof(file) : file;
  const { index, proof } = parsed;
  const witnessed = verifyQuorum(parsed.checkpoint, policy);
  const { size, root } = witnessed.checkpoint;
  verifyInclusion({ index, size, leaf, proof, root });
  return { ...witnessed, index };
}
