// What the box answers to a cast, held against the manifest: the promise, the inclusion proof, and
// the receipt that the voter is shown.

import { bytesToHex, equalBytes } from '@kabina/crypto/bytes';
import { trackingCode } from '@kabina/election/ballot';
import { ElectionError } from '@kabina/election/errors';
import { contestById, type Manifest } from '@kabina/election/manifest';
import {
  decodePromise,
  receiptToText,
  verifyPromise,
  verifyReceipt,
  type LookupAnswer,
  type Receipt,
  type SignedPromise,
} from '@kabina/election/receipt';
import { BoothError } from './errors.ts';
import type { KeptReceipt } from './kept.ts';
import type { ReceiptState, ReceiptView } from './state.ts';

/**
 * @param core hash of the core that was sent
 * @param entry leaf hash of the entry that was sent
 * @throws BoothError `box.promise`; retryable, since the same bytes may be sent again
 */
export function checkPromise(
  manifest: Manifest,
  promise: Uint8Array,
  core: Uint8Array,
  entry: Uint8Array,
): void {
  let signed: SignedPromise;
  try {
    signed = decodePromise(promise);
  } catch (cause) {
    throw badPromise(cause);
  }
  const [body] = signed;
  const same = equalBytes(body.core, core) && equalBytes(body.entry, entry);
  // A kiosk's promise is on the voter's receipt: whoever shows it again doesn't have the ballot.
  if (!same || body.kiosk !== undefined || !verifyPromise(manifest, signed)) throw badPromise();
}

function badPromise(cause?: unknown): BoothError {
  const message = 'the answer is no promise of the ballot box for this ballot';
  return new BoothError('box.promise', message, { retryable: true, cause });
}

/** Leaf hash of a kept receipt's entry, hex. */
export function leafOf({ promise }: KeptReceipt): string {
  return bytesToHex(decodePromise(promise)[0].entry);
}

/** Tracking code of a kept receipt. */
export function codeOf({ promise }: KeptReceipt): string {
  return trackingCode(decodePromise(promise)[0].core);
}

/**
 * The place in the log that a proof shows.
 * @throws BoothError `box.proof`; retryable
 */
export function provedIndex(
  manifest: Manifest,
  contest: string,
  receipt: KeptReceipt,
  proof: string,
): number {
  try {
    const verified = verifyReceipt(manifest, receiptOf(manifest, contest, { ...receipt, proof }));
    if (verified.state === 'recorded') return verified.index;
  } catch (cause) {
    if (!(cause instanceof ElectionError)) throw cause;
    throw new BoothError('box.proof', 'the inclusion proof does not verify', {
      retryable: true,
      cause,
    });
  }
  throw new BoothError('box.proof', 'no inclusion proof', { retryable: true });
}

/** The receipt as it is shown. Its text has no proof, so that it fits into a QR code. */
export function receiptView(manifest: Manifest, contest: string, kept: KeptReceipt): ReceiptView {
  const { proof, ...promised } = kept;
  const { index } = kept;
  return {
    contest,
    revision: kept.revision,
    state: stateOf(kept),
    trackingCode: codeOf(kept),
    text: receiptToText(receiptOf(manifest, contest, promised)),
    ...(proof === undefined ? {} : { file: receiptToText(receiptOf(manifest, contest, kept)) }),
    ...(index === undefined ? {} : { index }),
  };
}

function stateOf({ counted, replaced, index }: KeptReceipt): ReceiptState {
  if (replaced) return 'replaced';
  if (counted) return 'counted';
  return index === undefined ? 'accepted' : 'recorded';
}

function receiptOf(manifest: Manifest, contest: string, { promise, proof }: KeptReceipt): Receipt {
  return {
    v: 1,
    kind: manifest.kind,
    contest: contestById(manifest, contest).id,
    promise: decodePromise(promise),
    ...(proof === undefined ? {} : { proof }),
  };
}

/** Whether an answer to the tracking code shows a later ballot that this device didn't send. */
export function showsForeignRevision(answer: LookupAnswer, receipt: KeptReceipt): boolean {
  return answer.revisions.some(({ revision }) => revision > receipt.revision);
}
