// A card is presented: which place it opens, or why none. Nothing is opened before all permits were
// made and verified, and nothing is shown before the place is durably opened.

import { bytesToHex, equalBytes } from '@kabina/crypto/bytes';
import { HpkeError } from '@kabina/crypto/hpke';
import { cardIssuer, type Permit } from '@kabina/election/entries';
import { ElectionError } from '@kabina/election/errors';
import { stationList } from '@kabina/election/manifest';
import {
  cardFromText,
  cardId,
  cardKey,
  kioskTag,
  openFromCard,
} from '@kabina/election/station-card';
import { BoothError } from '../errors.ts';
import type { CastMark, Place } from './card-records.ts';
import { endPlace } from './casting.ts';
import { votingAt, type News } from './news.ts';
import type { PlaceMark } from './places.ts';
import type { KioskServices } from './services.ts';

export interface OpenedCard {
  /** Of its place. */
  readonly id: string;
  readonly style: string;
  readonly cast: readonly CastMark[];
  /** Of the contests that were not cast yet. The worker has the seed. */
  readonly permits: ReadonlyMap<string, Permit>;
}

/**
 * @param code scanned or typed; secret
 * @param moment `now` in milliseconds since the epoch
 * @throws BoothError `card.…`, `permits.bad`, `keeper.…`; OutboxError `journal.…`
 */
export async function openCard(
  services: KioskServices,
  code: string,
  moment: { readonly now: number; readonly news: News },
): Promise<OpenedCard> {
  const { election, places, manifest } = services;
  const secret = cardSecret(services, code);
  const keys = await cardKey(election, secret);
  secret.fill(0);
  try {
    const id = bytesToHex(cardId(election, keys.publicKey));
    const mark = places.all.get(id);
    if (mark === undefined) throw new BoothError('card.unknown', 'no such card was delivered');
    assertUsable(mark, votingAt(manifest.hours, moment.news, moment.now));
    await leaveOther(services, id);
    const place = (await places.read(id))!;
    try {
      const permits = await permitsOf(services, place, keys);
      if (place.state === 'ready') {
        const opened: Place = { ...place, state: 'opened' };
        await places.change({ places: [opened] });
      }
      return { id, style: place.style, cast: place.cast, permits };
    } finally {
      place.secret?.seed.fill(0);
    }
  } finally {
    keys.privateKey.fill(0);
  }
}

function cardSecret({ election, kiosk }: KioskServices, code: string): Uint8Array {
  try {
    const card = cardFromText(code.trim());
    if (card.election && !equalBytes(card.election, election.subarray(0, card.election.length))) {
      throw new BoothError('card.foreign', 'a card of another election');
    }
    if (card.kiosk && !equalBytes(card.kiosk, kioskTag(election, kiosk))) {
      throw new BoothError('card.kiosk', 'a card for another kiosk');
    }
    return card.secret;
  } catch (cause) {
    if (!(cause instanceof ElectionError)) throw cause;
    throw new BoothError('card.text', 'this is not an access card', { cause });
  }
}

/** A voter who has begun may go on after the hours, as who stands in the room at closing may vote. */
function assertUsable({ state }: PlaceMark, voting: ReturnType<typeof votingAt>): void {
  if (state === 'done') throw new BoothError('card.used', 'the card was used');
  if (state === 'opened') return;
  if (voting === 'over') throw new BoothError('card.expired', 'voting is over');
  if (voting === 'early') throw new BoothError('card.early', 'voting is not open');
}

/** One voter at a time; who has cast everything and walked away holds up nobody. */
async function leaveOther(services: KioskServices, id: string): Promise<void> {
  const { opened } = services.places;
  if (opened === undefined || opened.id === id) return;
  if (!opened.mark.complete) throw new BoothError('card.busy', 'another card was not finished');
  await endPlace(services, opened.id);
}

async function permitsOf(
  { manifest, election, station, call }: KioskServices,
  { secret, style, cast }: Place,
  keys: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array },
): Promise<ReadonlyMap<string, Permit>> {
  const permits = new Map<string, Permit>();
  if (secret === undefined) return permits;
  (await call('enter', secret.seed, stationList(station))).fill(0);
  const { contests } = manifest.styles.find(({ id }) => id === style)!;
  const last = cardIssuer(manifest).id;
  let blind: Uint8Array[];
  try {
    blind = await openFromCard(election, keys, secret.sealed);
  } catch (cause) {
    if (!(cause instanceof HpkeError || cause instanceof ElectionError)) throw cause;
    throw new BoothError('permits.bad', 'the card does not open what was delivered', { cause });
  }
  for (const [i, contest] of contests.entries()) {
    if (cast.some((mark) => mark.contest === contest)) continue;
    const signature = await call('unblind', contest, last, blind[i] ?? new Uint8Array());
    const signatures = [...(secret.plain[i] ?? []), signature];
    permits.set(contest, await call('permitOf', contest, signatures));
  }
  return permits;
}
