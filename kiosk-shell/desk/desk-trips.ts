/** Trips to voters at home: who is asked for and what is carried, and what came of it. */
import { bytesToHex, randomBytes } from '@kabina/crypto/bytes';
import type { Desk } from '@kabina/elements/desk';
import { cameBack, wentOut } from './desk-book.ts';
import { DeskError } from './desk-error.ts';
import type { Act, UnlockedDesk } from './unlocked-desk.ts';

/** Voters may be asked for, and cards of all their styles are on the table. Throws `desk.…`. */
export function setOut(desk: UnlockedDesk, trip: Parameters<Desk['carryOut']>[0]): Act {
  const numbers = [...new Set(trip.voters)];
  const voters = numbers.map((number) => desk.free(number));
  const id = bytesToHex(randomBytes(4));
  const cards = trip.cards.map(({ kiosk, style, number }) => ({ kiosk, style, number }));
  for (const { style } of voters) {
    if (!cards.some((pile) => pile.style === style)) {
      throw new DeskError('desk.pile', 'no card of a voter’s style is carried');
    }
  }
  return { book: wentOut(desk.book, desk.piles(), { id, voters: numbers, cards }) };
}

/** Who of a trip's voters was served. Throws `desk.trip`, `desk.voter`, `desk.served`, `desk.pile`. */
export function comeHome(
  desk: UnlockedDesk,
  id: string,
  result: Parameters<Desk['carryBack']>[1],
): Act {
  const trip = desk.book.trips.find((one) => one.id === id);
  // It came home before: what was written then stands.
  if (trip === undefined || trip.back >= 0) throw new DeskError('desk.trip', 'no such trip');
  const served = result.served.map(({ number, kiosk }) => {
    const voter = desk.voters.get(number);
    if (voter === undefined || !trip.voters.includes(number)) {
      throw new DeskError('desk.voter', 'not a voter of this trip');
    }
    return { voter, kiosk, style: voter.style };
  });
  if (new Set(served.map(({ voter }) => voter)).size !== served.length) {
    throw new DeskError('desk.served', 'a voter is named twice');
  }
  const book = cameBack(desk.book, trip, served, result.cards);
  return { book, marks: served.map(({ voter }) => voter) };
}
