/**
 * A good board of a test election with a station, on which everything happens that can: ballots sent
 * at once and held till after the closing, one whose answer was lost, a spoiled card some of whose
 * ballots had come, an account in two parts, a kiosk whose statement was dictated.
 */
import { compareBytes } from '@kabina/crypto/bytes';
import { leafHash, merkleRoot } from '@kabina/log/merkle';
import type { SealedCore } from './ballot.ts';
import { encodeEntry, type Bodies, type Entry, type EntryOf } from './entries.ts';
import { writeOffDocument } from './members.ts';
import { heldBallots, lateEntry, type HeldBallots } from './station-held.ts';
import { cellsOf, countBoard, type GoodBoard } from './testing-board.ts';
import { testCeremony } from './testing-ceremony.ts';
import { testMember } from './testing-members.ts';
import { testSeed } from './testing-seed.ts';
import { deliverCards, type TestCard } from './testing-stations.ts';
import type { Step, TestElection } from './testing.ts';

/** A good board with a station, and what a test needs to spoil it. */
export interface GoodStationBoard extends Omit<GoodBoard, 'spare'> {
  /** Delivered cards by kiosk; of K1 the first two and of K2 the first two were opened. */
  readonly cards: Readonly<Record<'K1' | 'K2', readonly TestCard[]>>;
  readonly held: Readonly<Record<'K1' | 'K2', HeldBallots>>;
  /** A ballot of an unopened card of K1 for `mayor`, neither sent nor held. */
  readonly spare: EntryOf<'ballot'>;
}

const STATION = '101';
const LIST = `station/${STATION}`;

/**
 * Makes the board of an election that was created {@link withStation}. Takes some seconds.
 *
 * @param dead K2 dies before its closing: nothing is heard of it, and what it held is lost
 */
export async function goodStationBoard(
  election: TestElection,
  dead = false,
): Promise<GoodStationBoard> {
  const { manifest } = election;
  const at = (moment: string) => Date.parse(moment) / 1000;
  const ceremony = await testCeremony(election, at(manifest.hours.opens) - 3600);
  const [first, second] = [
    await deliverCards(election, 'K1', 4),
    await deliverCards(election, 'K2', 3),
  ];
  const cards = { K1: first.cards, K2: second.cards };
  const [a1, b1, c1] = cards.K1 as [TestCard, TestCard, TestCard];
  const [a2, b2] = cards.K2 as [TestCard, TestCard];

  const counted: SealedCore[] = [];
  const cast = (seed: Uint8Array, contest: string, marks: number[], list: string) => {
    const sealed = election.seal(ceremony.key, contest, seed, cellsOf(manifest, contest, marks));
    const entry = election.cast(sealed, seed, election.permit(contest, seed, list));
    return { sealed, entry };
  };
  const ballot = (seed: Uint8Array, contest: string, marks: number[], list = LIST) => {
    const { sealed, entry } = cast(seed, contest, marks, list);
    counted.push(sealed);
    return entry;
  };
  const online = (voter: string, contest: string, marks: number[]): Step => ({
    name: `${voter} ${contest}`,
    entry: ballot(testSeed(voter), contest, marks, 'online'),
  });
  const lost = ballot(b2.seed, 'mayor', [1]);
  const gone = cast(a2.seed, 'council', [0, 1], LIST).entry;
  const ofK1 = [
    ballot(b1.seed, 'mayor', [2]),
    ballot(b1.seed, 'council', []),
    ballot(b1.seed, 'question', [1]),
  ];
  const last = cast(b2.seed, 'council', [4], LIST);
  if (!dead) counted.push(last.sealed);
  const ofK2 = [last.entry, lost, gone];
  const leaf = (entry: Entry) => leafHash(encodeEntry(entry));
  const held = { K1: heldBallots(ofK1.map(leaf)), K2: heldBallots(ofK2.map(leaf)) };
  const statement = (kiosk: 'K1' | 'K2'): Bodies['held'] => {
    const { number, root } = held[kiosk];
    return { station: STATION, kiosk, number, root };
  };
  const heldK1 = election.cosign('held', ['kiosk/K1', LIST], statement('K1'));
  const heldK2 = election.sign('held', 'commission', statement('K2'));
  const late = (kiosk: 'K1' | 'K2', ballots: readonly EntryOf<'ballot'>[]): Step[] =>
    ballots.map((entry) => ({
      name: `late ${kiosk} ${entry === gone ? 'spoiled' : entry.body.core.contest}`,
      entry: lateEntry(kiosk, held[kiosk], entry),
    }));

  const opened = ceremony.steps.find(({ name }) => name === 'opened')?.entry as Entry;
  const [blindings, keys] = [[...a2.deposit.blindings], [...a2.deposit.keys]];
  const spoiled = { station: STATION, kiosk: 'K2', card: a2.id, blindings, keys };
  const steps: Step[] = [
    { name: 'manifest', entry: election.sign('manifest', 'commission', { manifest }) },
    ...ceremony.steps,
    { name: 'delivered K1', entry: first.entry },
    { name: 'delivered K2', entry: second.entry },
    online('anna', 'mayor', [0]),
    online('egor', 'question', [0]),
    { name: 'K1 mayor', entry: ballot(a1.seed, 'mayor', [3]) },
    { name: 'K1 council', entry: ballot(a1.seed, 'council', [0]) },
    { name: 'K1 question', entry: ballot(a1.seed, 'question', [0]) },
    { name: 'K2 spoiled mayor', entry: cast(a2.seed, 'mayor', [5], LIST).entry },
    { name: 'night', cosign: at('2026-09-18T22:00:30+03:00') },
    {
      name: 'spoiled',
      entry: election.sign('spoiled', LIST, spoiled),
    },
    { name: 'K2 mayor', entry: lost },
    { name: 'revoting over', cosign: at('2026-09-20T12:00:10+03:00') },
    { name: 'held K1', entry: heldK1 },
    ...late('K1', ofK1.slice(0, 1)),
    ...(dead ? [] : [{ name: 'held K2', entry: heldK2 }]),
    ...election.signed('close', { turn: leaf(opened), extension: 0 }),
    {
      name: 'closed',
      entry: election.sign(
        'closed',
        'commission',
        dead
          ? { stations: [leaf(heldK1)], missing: ['K2'] }
          : { stations: [leaf(heldK1), leaf(heldK2)] },
      ),
    },
    { name: 'closed cosigned', cosign: at('2026-09-20T20:00:05+03:00') },
    ...late('K1', ofK1.slice(1)),
    ...(dead ? [] : late('K2', ofK2)),
    ...(dead
      ? []
      : [
          {
            name: 'confirmed K2',
            entry: election.cosign('held', ['kiosk/K2', LIST], statement('K2')),
          },
        ]),
    ...cancelledSteps(election, 'K1', 2, [c1, cards.K1[3] as TestCard], 1),
    ...(dead
      ? [{ name: 'written off K2', entry: writtenOff(election, 'K2', 1) }]
      : cancelledSteps(election, 'K2', 2, cards.K2.slice(2), 1)),
    {
      name: 'marked',
      entry: election.sign('marked', LIST, {
        station: STATION,
        voters: [['town', 3]],
        given: [
          ['K1', 'town', 2],
          ['K2', 'town', 2],
        ],
      }),
    },
  ];
  const { expected, aggregates } = countBoard(election, ceremony, steps, {
    counted,
    issued: (list, contest) =>
      list === LIST ? [0, 3] : [{ mayor: 1, question: 1 }[contest] ?? 0, 0],
    tallyAt: '2026-09-20T20:15:00+03:00',
  });
  const spare = cast(c1.seed, 'mayor', [0], LIST).entry;
  return { election, ceremony, steps, expected, aggregates, cards, held, spare };
}

/** The first member writes off what is left of a kiosk's cards. */
export function writtenOff(
  election: TestElection,
  kiosk: string,
  cards: number,
): EntryOf<'written-off'> {
  const act = { station: STATION, kiosk, reason: 'терминал сгорел' };
  const body = { ...act, cards: [['town', cards]] as [string, number][] };
  const { name } = election.manifest.commission.members[0]!;
  const cms = testMember(name).sign(writeOffDocument(election, body));
  return election.sign('written-off', 'commission', { ...body, members: [{ member: 1, cms }] });
}

/** A kiosk's account at closing, `perPart` cards in a part. */
export function cancelledSteps(
  election: TestElection,
  kiosk: string,
  opened: number,
  cards: readonly TestCard[],
  perPart: number,
): Step[] {
  const ids = cards.map(({ id }) => id).sort(compareBytes);
  const head = { station: STATION, kiosk, number: ids.length, root: merkleRoot(ids) };
  const parts = Math.max(1, Math.ceil(ids.length / perPart));
  return Array.from({ length: parts }, (_, i) => {
    const own = ids.slice(i * perPart, (i + 1) * perPart);
    const account: [string, number][] = [['town', opened]];
    const body = { ...head, opened: account, part: i + 1, cards: own };
    const name = `cancelled ${kiosk} ${i + 1}`;
    return { name, entry: election.sign('cancelled', `kiosk/${kiosk}`, body) };
  });
}
