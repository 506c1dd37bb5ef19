// From the voter's decision to the kiosk's promise. First the place remembers the signed ballot and the
// random key that it will have in the queue; then the queue takes it; then the place says that it was
// cast; and only over what is durable does the kiosk sign its promise.
//
// If the process dies before the first step, nothing was cast and nothing has left. After it, starting
// goes on with the same bytes under the same key: no second ballot is ever made.

import { bytesToHex, randomBytes } from '@kabina/crypto/bytes';
import { coreHash, trackingCode } from '@kabina/election/ballot';
import type { Core } from '@kabina/election/entries';
import { kioskPromise, receiptToText } from '@kabina/election/receipt';
import { leafHash } from '@kabina/log/merkle';
import { without } from '../objects.ts';
import type { ReceiptView } from '../state.ts';
import type { CastMark, Place } from './card-records.ts';
import type { BallotQueue } from './queue.ts';
import type { KioskServices } from './services.ts';

const KEY_LENGTH = 16;

/** Resolves once the ballot will be sent whatever happens. `entry`: the signed `ballot` entry. */
export async function castBallot(
  { places }: KioskServices,
  queue: BallotQueue,
  card: string,
  { core, entry }: { readonly core: Core; readonly entry: Uint8Array },
): Promise<void> {
  const mark = { contest: core.contest, core: coreHash(core), entry: leafHash(entry) };
  const intent = { card, mark, key: bytesToHex(randomBytes(KEY_LENGTH)), entry };
  await places.change({ intent, ballotSize: queue.itemSize });
}

/** Takes a decided ballot into the queue, if one is on its way; after a crash as after a decision. */
export async function finishCasting(
  { manifest, places }: KioskServices,
  queue: BallotQueue,
): Promise<void> {
  // What an earlier failure has left is looked at first.
  await places.change(() => Promise.resolve(undefined));
  const { intent } = places;
  if (intent === undefined) return;
  await queue.put(intent.key, intent.entry);
  await places.change(async () => {
    const place = await places.read(intent.card);
    const change = { intent: null, ballotSize: queue.itemSize };
    // The session may have ended meanwhile; the ballot was cast all the same.
    if (place?.state !== 'opened') return change;
    const { contests } = manifest.styles.find(({ id }) => id === place.style)!;
    return { ...change, places: [withCast(place, intent.mark, contests)] };
  });
}

/** The marks are kept in the style's order, which is not that of casting. */
function withCast(place: Place, mark: CastMark, contests: readonly string[]): Place {
  const others = place.cast.filter(({ contest }) => contest !== mark.contest);
  const all = [...others, mark];
  const cast = contests.flatMap((contest) => all.filter((one) => one.contest === contest));
  // Everything is cast: nothing of it needs the seed any more.
  return { ...(cast.length === contests.length ? without(place, 'secret') : place), cast };
}

/** A session is over: nothing can follow, and nothing is left that says which ballots were its. */
export async function endPlace({ places }: KioskServices, card: string): Promise<void> {
  await places.change(async () => {
    const place = await places.read(card);
    if (place?.state !== 'opened') return undefined;
    const papers = place.cast.length;
    return { places: [{ ...without(place, 'secret'), state: 'done', cast: [], papers }] };
  });
}

/** The receipt of a ballot in the queue, with the kiosk's promise. */
export async function queuedReceipt(
  { manifest, election, kiosk, signer }: KioskServices,
  { contest, core, entry }: CastMark,
): Promise<ReceiptView> {
  const body = { election, core, entry, before: 'tally', kiosk } as const;
  const promise = await kioskPromise(body, signer);
  const receipt = { v: 1, kind: manifest.kind, contest, promise } as const;
  return {
    contest,
    revision: 0,
    state: 'queued',
    trackingCode: trackingCode(core),
    text: receiptToText(receipt),
  };
}
