// Closing a kiosk: what it still holds, stated once and signed, and its account of cards. Both are
// durable before anybody hears of them; afterwards they never change.
//
// The statement is made at once. The account is made when it is first needed, because a delivery that
// was cut off may or may not be on the board: only its issuer can say which.

import { compareBytes, equalBytes, hexToBytes } from '@kabina/crypto/bytes';
import { cosignEntry, encodeEntry, type EntryOf } from '@kabina/election/entries';
import { heldBallots, type HeldBallots } from '@kabina/election/station-held';
import { merkleRoot } from '@kabina/log/merkle';
import { base64url } from '../client.ts';
import type { Closing } from './card-records.ts';
import { settleDelivery } from './delivery.ts';
import type { PlaceMark } from './places.ts';
import { postOnce } from './posting.ts';
import type { KioskServices } from './services.ts';

/** Ids of one part: its entry has to fit into the log. */
const PART = 1500;
const HELD_PREFIX = 'kabina-held:';

/** @param leaves leaf hashes of the ballots that wait, in any order */
export async function makeClosing(
  services: KioskServices,
  leaves: readonly Uint8Array[],
): Promise<Closing> {
  const { election, station, kiosk, signer } = services;
  const { number, root, leaves: sorted } = heldBallots(leaves);
  const body = { station, kiosk, number, root };
  const held = await cosignEntry({ type: 'held', election, body, signatures: [] }, signer);
  return { held: encodeEntry(held), leaves: sorted };
}

/**
 * Makes the account of a closed kiosk, once, and keeps it; gives what of it is not on the board yet.
 * @throws BoothError `network.…` while nobody can say whether a delivery was received; `keeper.…`;
 * OutboxError `journal.…`
 */
export async function makeAccount(services: KioskServices): Promise<readonly Uint8Array[]> {
  const { election, signer, places } = services;
  if (places.closing?.account === undefined) await settleDelivery(services);
  await places.change(async () => {
    const { closing } = places;
    if (closing === undefined || closing.account !== undefined) return undefined;
    const parts = accountOf(services, places.all).map((body) =>
      cosignEntry({ type: 'cancelled', election, body, signatures: [] }, signer),
    );
    const account = (await Promise.all(parts)).map((part) => encodeEntry(part));
    return { closing: { ...closing, account } };
  });
  return places.closing?.account ?? [];
}

/** Opened cards by style, and the ids of those that never were, sorted, in parts. */
function accountOf(
  { manifest, station, kiosk }: KioskServices,
  places: ReadonlyMap<string, PlaceMark>,
): EntryOf<'cancelled'>['body'][] {
  const opened = manifest.styles.flatMap(({ id }) => {
    const own = [...places.values()].filter(({ style }) => style === id);
    const used = own.filter(({ state }) => state !== 'ready').length;
    return own.length === 0 ? [] : [[id, used] as [string, number]];
  });
  const cards = [...places]
    .filter(([, { state }]) => state === 'ready')
    .map(([id]) => hexToBytes(id))
    .sort(compareBytes);
  const head = { station, kiosk, opened, number: cards.length, root: merkleRoot(cards) };
  const parts = Math.max(1, Math.ceil(cards.length / PART));
  return Array.from({ length: parts }, (_, i) => ({
    ...head,
    part: i + 1,
    cards: cards.slice(i * PART, (i + 1) * PART),
  }));
}

const stated = new WeakMap<Closing['leaves'], HeldBallots>();

/** What was stated, as the sender needs it: made once, since it is asked for at every ballot. */
export function heldOf({ leaves }: Closing): HeldBallots {
  const held = stated.get(leaves) ?? heldBallots(leaves);
  stated.set(leaves, held);
  return held;
}

/** For the desk, which scans, countersigns and posts it. */
export function heldText({ held }: Closing): string {
  return HELD_PREFIX + base64url(held);
}

/** Whether something of the account has still to be made or to be put on the board. */
export function owesAccount({ account }: Closing): boolean {
  return account === undefined || account.length > 0;
}

/**
 * Puts on the board what isn't there yet of the account; what is, is forgotten here.
 * @throws as {@link makeAccount}, and BoothError: the box's refusal
 */
export async function postAccount(services: KioskServices): Promise<void> {
  const { client, places } = services;
  for (const part of await makeAccount(services)) {
    await postOnce(client, part);
    await places.change(() => {
      const closing = places.closing!;
      const account = closing.account?.filter((other) => !equalBytes(other, part)) ?? [];
      return Promise.resolve({ closing: { ...closing, account } });
    });
  }
}
