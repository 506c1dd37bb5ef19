/**
 * Good boards with a station in which one thing alone was spoilt: what the board refuses, with its
 * code, and which check of the audit has to name it.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compareBytes } from '@kabina/crypto/bytes';
import { publicKey } from '@kabina/crypto/ed25519';
import { emptyRoot, leafHash, merkleRoot } from '@kabina/log/merkle';
import {
  assertFails,
  audit,
  before,
  body,
  election,
  good,
  insert,
  judged,
  replace,
  stateOf,
  without,
} from '../test/spoil-station.ts';
import { at, spareStep } from '../test/spoil.ts';
import { askedFor, cardCommitment, cardId } from './station-card.ts';
import { coreHash, trackingCode } from './ballot.ts';
import { BoardState } from './board.ts';
import {
  cardKeys,
  castBallot,
  decodeEntry,
  encodeEntry,
  type Bodies,
  type Entry,
  type EntryOf,
} from './entries.ts';
import type { Manifest } from './manifest.ts';
import { writeOffDocument } from './members.ts';
import { heldBallots, lateEntry } from './station-held.ts';
import { cellsOf } from './testing-board.ts';
import { testCeremony } from './testing-ceremony.ts';
import {
  deliverCards,
  flipped,
  goodStationBoard,
  TestElection,
  TestMember,
  testMember,
  testSeed,
  withStation,
  type Step,
  type TestCard,
} from './testing.ts';
import { verify } from './verify.ts';

const LIST = 'station/101';
const [member] = election.manifest.commission.members.map(({ name }) => testMember(name));

/** The test station, and another one with keys of its own, with which nobody signs. */
function withTwoStations(online: Manifest): Manifest {
  const manifest = withStation(online);
  const key = (name: string) => publicKey(testSeed(name));
  const id = '102';
  const kiosk = { id: 'K3', name: 'Терминал K3', station: id, signingKey: key('kiosk/K3') };
  return {
    ...manifest,
    stations: [
      ...manifest.stations,
      { id, name: { ru: 'Участок № 102' }, signingKey: key(`station/${id}`) },
    ],
    kiosks: [...manifest.kiosks, kiosk],
    issuers: manifest.issuers.map((issuer) => {
      const own = issuer.keys.filter(({ list }) => list === LIST);
      const other = own.map((one) => ({
        ...one,
        list: `station/${id}`,
        modulus: flipped(one.modulus, 100),
      }));
      return { ...issuer, keys: [...issuer.keys, ...other] };
    }),
  };
}
const card = (kiosk: 'K1' | 'K2', i: number) => good.cards[kiosk][i] as TestCard;

test('the board is good before it is spoilt', async () => {
  const verdict = await audit(good.steps);
  assert.equal(verdict.verdict, 'verified', JSON.stringify(verdict.checks));
  assert.deepEqual(verdict.tally, good.expected);
  const { checked, expected } = verdict.checks.find(({ id }) => id === 'stations')!;
  assert.ok(expected > 10 && checked === expected);
});

describe('delivered', () => {
  const state = before('anna mayor');
  const more = (other: Partial<Bodies['delivered']>, kiosk = 'K1') =>
    deliverCards(election, kiosk, 1, { batch: 2, ...other });
  const refused = async (other: Partial<Bodies['delivered']>, code: string | undefined) =>
    judged(state, (await more(other)).entry, code);
  test('another batch is taken', () => refused({}, undefined));
  test('a batch that came before', () => refused({ batch: 1 }, 'stations.batch'));
  test('a style that the station has no keys for', () =>
    refused({ style: 'village' }, 'stations.style'));
  test('a station that has no such kiosk', () => refused({ station: '102' }, 'stations.kiosk'));
  test('a kiosk that the manifest does not know', async () =>
    judged(state, (await more({}, 'K9')).entry, 'stations.signature'));
  test('a card twice, in one batch and in two', async () => {
    const [first] = body('delivered', 'delivered K1').cards;
    const { entry } = await more({});
    const [own] = entry.body.cards;
    await refused({ cards: [first!] }, 'stations.card-twice');
    await refused({ cards: [own!, own!] }, 'stations.card-twice');
  });
  test('to a kiosk that has closed, or has given its account', async () => {
    const { entry } = await more({});
    judged(before('late K1 mayor'), entry, 'stations.late-delivery');
    judged(before('marked'), entry, 'stations.phase');
    const early = at(good.steps, 'held K1');
    const cancelled = good.steps[at(good.steps, 'cancelled K1 1')] as Step;
    const steps = [...good.steps.slice(0, early), cancelled];
    judged(stateOf(steps), entry, 'stations.late-delivery');
  });
  test('not countersigned by the last issuer, or by another', async () => {
    const { entry } = await more({});
    const [kiosk, issuer] = entry.signatures;
    judged(state, { ...entry, signatures: [kiosk!] }, 'stations.signature');
    judged(state, { ...entry, signatures: [issuer!, kiosk!] }, 'stations.signature');
    const by = ['kiosk/K1', 'issuer/registrar'];
    judged(state, election.cosign('delivered', by, entry.body), 'stations.signature');
    judged(
      state,
      { ...entry, signatures: [kiosk!, [issuer![0], flipped(issuer![1], 3)]] },
      'stations.signature',
    );
  });
});

describe('spoiled', () => {
  const state = before('K2 mayor');
  const spoil = (one: TestCard, other: Partial<Bodies['spoiled']> = {}, by = LIST) => {
    const [blindings, keys] = [[...one.deposit.blindings], [...one.deposit.keys]];
    const whole = { station: '101', kiosk: one.kiosk, card: one.id, blindings, keys };
    return election.sign('spoiled', by, { ...whole, ...other });
  };
  test('a card that was given out', () => judged(state, spoil(card('K1', 0)), undefined));
  test('twice', () => judged(state, spoil(card('K2', 0)), 'stations.spoiled-twice'));
  test('a card that was not delivered, or to another kiosk', () => {
    const id = cardId(election.electionId, testSeed('nobody'));
    judged(state, spoil(card('K1', 0), { card: id }), 'stations.card');
    judged(state, spoil(card('K1', 0), { kiosk: 'K2' }), 'stations.card');
  });
  test('with other keys than the card issuer has signed, or a key left out', () => {
    const { keys, blindings } = card('K1', 0).deposit;
    const other = card('K1', 1).deposit;
    const code = 'stations.deposit';
    const first = flipped(blindings[0]!, 0);
    judged(state, spoil(card('K1', 0), { keys: [...other.keys] }), code);
    const another = { keys: [...other.keys], blindings: [...other.blindings] };
    judged(state, spoil(card('K1', 0), another), code);
    judged(state, spoil(card('K1', 0), { blindings: [first, ...blindings.slice(1)] }), code);
    judged(state, spoil(card('K1', 0), { keys: keys.slice(1) }), code);
    const short = { keys: keys.slice(1), blindings: blindings.slice(1) };
    judged(state, spoil(card('K1', 0), short), code);
  });
  test('by the kiosk itself, or by the commission', () => {
    judged(state, spoil(card('K1', 0), {}, 'kiosk/K1'), 'stations.signature');
    judged(state, spoil(card('K1', 0), {}, 'commission'), 'stations.signature');
  });
  test('a ballot that stood there before is out, one that comes after too', () => {
    const counts = (state: ReturnType<typeof before>, name: string, contest: string) => {
      const { body } = castBallot(good.steps[at(good.steps, name)]!.entry!)!;
      const [found] = state.lookup(trackingCode(coreHash(body.core)));
      assert.equal(found?.contest, contest);
      return found.ballots.map((one) => [one.counts, one.spoiled]);
    };
    assert.deepEqual(counts(before('spoiled'), 'K2 spoiled mayor', 'mayor'), [[true, false]]);
    const whole = stateOf(good.steps);
    assert.deepEqual(counts(whole, 'K2 spoiled mayor', 'mayor'), [[false, true]]);
    assert.deepEqual(counts(whole, 'late K2 spoiled', 'council'), [[false, true]]);
    assert.deepEqual(counts(whole, 'K2 mayor', 'mayor'), [[true, false]]);
  });
  test('a kiosk cannot pass ballots of others off as those of its card', async () => {
    // It has the key of a voter at home signed for a card, and that of another kiosk's ballot.
    const home = body('ballot', 'anna mayor').permit.key;
    const foreign = body('ballot', 'K1 mayor').permit.key;
    const { entry, cards } = await deliverCards(election, 'K2', 1, { batch: 2 });
    const own = cards[0]!.deposit;
    const deposit = { ...own, keys: [home, foreign, own.keys[2]!] };
    const issuer = cardKeys(election.manifest, '101', 'town');
    const asked = askedFor({ election: election.electionId, issuer }, deposit);
    const commitment = cardCommitment(election.electionId, cards[0]!.id, asked);
    const lying = { ...entry.body, cards: [{ ...entry.body.cards[0]!, commitment }] };
    const signers = ['kiosk/K2', 'issuer/observers'];
    const steps = [
      ...good.steps.slice(0, at(good.steps, 'night')),
      { entry: election.cosign('delivered', signers, lying) },
      { entry: spoil({ ...cards[0]!, deposit }) },
    ];
    const state = stateOf(steps);
    assert.equal(state.countedNumber('mayor'), before('night').countedNumber('mayor'));
  });
  test('the audit: a spoiled ballot in the count', async () => {
    // The spoiling is left out, so two ballots come back, and one permit more is used than issued.
    const failed = (await audit(without('spoiled'))).checks.filter(
      (one) => one.status === 'failed',
    );
    assert.deepEqual(
      failed.map(({ id }) => id),
      ['stations', 'issued', 'shares', 'result', 'protocol'],
    );
  });
});

describe('held', () => {
  const state = before('held K1');
  const { number, root } = good.held.K1;
  const held = (other: Partial<Bodies['held']> = {}, by = ['kiosk/K1', LIST]) =>
    election.cosign('held', by, { station: '101', kiosk: 'K1', number, root, ...other });
  test('signed by kiosk and desk, or by the commission to which it was dictated', () => {
    judged(state, held(), undefined);
    judged(state, held({}, ['commission']), undefined);
    judged(state, held({}, ['kiosk/K1']), 'stations.signature');
    judged(state, held({}, [LIST, 'kiosk/K1']), 'stations.signature');
    judged(state, held({}, ['kiosk/K2', LIST]), 'stations.signature');
  });
  test('twice, or of a kiosk of another station', () => {
    judged(before('held K2'), held(), 'stations.held-twice');
    judged(state, held({ station: '102' }, ['commission']), 'stations.kiosk');
  });
  test('more than the kiosk’s cards have keys', () => {
    judged(state, held({ number: 12 }), undefined);
    judged(state, held({ number: 13 }), 'stations.held');
  });
  test('a number and a root that do not fit', () => {
    judged(state, held({ number: 0 }), 'stations.held');
    judged(state, held({ root: emptyRoot() }), 'stations.held');
    judged(state, held({ number: 0, root: emptyRoot() }), undefined);
  });
  test('after the closing, but for what confirms a dictated one', () => {
    const closed = before('confirmed K2');
    judged(closed, held(), 'stations.held-twice');
    assert.equal(closed.stations?.heldBy('K2')?.dictated, true);
    const ofK2 = (root: Uint8Array, by = ['kiosk/K2', LIST]) =>
      election.cosign('held', by, { station: '101', kiosk: 'K2', number: 3, root });
    judged(closed, ofK2(good.held.K2.root), undefined);
    judged(closed, ofK2(good.held.K1.root), 'stations.held-twice');
    judged(closed, ofK2(good.held.K2.root, ['commission']), 'stations.held-twice');
  });
  test('dictated and never confirmed leaves the audit incomplete', async () => {
    // As many entries as before, since `tally` says how many there are.
    const evening: Step = {
      name: 'evening',
      cosign: Date.parse('2026-09-20T20:10:00+03:00') / 1000,
    };
    const steps = good.steps.map((step) => (step.name === 'confirmed K2' ? evening : step));
    const { verdict, checks } = await audit(steps);
    assert.equal(verdict, 'incomplete');
    assert.equal(checks.find(({ id }) => id === 'stations')?.status, 'incomplete');
  });
});

describe('cancelled', () => {
  const state = before('cancelled K1 1');
  const ids = [card('K1', 2).id, card('K1', 3).id].sort(compareBytes);
  const whole = {
    station: '101',
    kiosk: 'K1',
    opened: [['town', 2]] as [string, number][],
    number: 2,
    root: merkleRoot(ids),
    part: 1,
    cards: ids,
  };
  const account = (other: Partial<Bodies['cancelled']> = {}, by = 'kiosk/K1') =>
    election.sign('cancelled', by, { ...whole, ...other });
  const refused = (other: Partial<Bodies['cancelled']>, code: string | undefined) =>
    judged(state, account(other), `stations.${code}`);
  test('in one part too', () => judged(state, account(), undefined));
  test('by another kiosk, or the desk', () => {
    judged(state, account({}, 'kiosk/K2'), 'stations.signature');
    judged(state, account({}, LIST), 'stations.signature');
  });
  test('parts out of order, or of another account', () => {
    refused({ part: 2 }, 'part');
    const second = before('cancelled K1 2');
    const next = { part: 2, cards: ids.slice(1) };
    judged(second, account(next), undefined);
    for (const other of [{ part: 1 }, { part: 3 }, { number: 3 }, { root: emptyRoot() }]) {
      judged(second, account({ ...next, ...other }), 'stations.part');
    }
    judged(second, account({ ...next, opened: [['town', 1]] }), 'stations.part');
    judged(second, account({ part: 2, cards: ids.slice(0, 1) }), 'stations.order');
  });
  test('a card that is not the kiosk’s', () => {
    const cards = [...ids.slice(0, 1), card('K2', 2).id].sort(compareBytes);
    refused({ cards, root: merkleRoot(cards) }, 'card');
  });
  test('cards out of order, or twice', () => {
    refused({ cards: ids.toReversed() }, 'order');
    refused({ cards: [ids[0]!, ids[0]!] }, 'order');
  });
  test('more than it states, none where there are some, another root', () => {
    refused({ number: 1 }, 'number');
    refused({ cards: [] }, 'number');
    refused({ root: flipped(whole.root, 0) }, 'root');
  });
  test('opened of a style that it has no cards of, or twice', () => {
    refused({ opened: [['village', 1]] }, 'opened');
    refused({ opened: [...whole.opened, ...whole.opened] }, 'opened');
  });
  test('a second account', () => {
    judged(before('cancelled K2 1'), account(), 'stations.account-twice');
  });
});

describe('written off', () => {
  // K1 is dead: it has given half of its account, and can't give the rest.
  const state = before('cancelled K1 2');
  const reason = 'терминал сгорел';
  const writeOff = (
    other: Partial<Omit<Bodies['written-off'], 'members'>> = {},
    members?: Bodies['written-off']['members'],
  ) => {
    const act = { station: '101', kiosk: 'K1', reason, cards: [['town', 2]] as [string, number][] };
    const whole = { ...act, ...other };
    const cms = member!.sign(writeOffDocument(election, whole));
    const signed = members ?? [{ member: 1, cms }];
    return election.sign('written-off', 'commission', { ...whole, members: signed });
  };
  const document = () => writeOffDocument(election, writeOff().body);
  test('with as many members as a closing needs', () => judged(state, writeOff(), undefined));
  test('by too few, by one twice, with one key in two names', () => {
    const code = 'stations.members';
    const cms = member!.sign(document());
    judged(state, writeOff({}, []), code);
    judged(
      state,
      writeOff(
        {},
        [1, 1].map((member) => ({ member, cms })),
      ),
      code,
    );
    const twin = new TestMember(election.manifest.commission.members[1]!.name, {
      secret: member!.secret,
    });
    const second = { member: 2, cms: twin.sign(document()) };
    judged(state, writeOff({}, [{ member: 1, cms }, second]), code);
  });
  test('over other counts, with dissent, or in another’s name', () => {
    const code = 'stations.members';
    const { members } = writeOff().body;
    judged(state, writeOff({ cards: [['town', 1]] }, members), code);
    judged(state, writeOff({}, [{ member: 1, cms: member!.sign(document(), true) }]), code);
    judged(state, writeOff({}, [{ member: 2, cms: members[0]!.cms }]), code);
  });
  test('more cards than it has, a style twice or of which it has none', () => {
    const code = 'stations.write-off';
    judged(state, writeOff({ cards: [['town', 5]] }), code);
    judged(
      state,
      writeOff({
        cards: [
          ['town', 1],
          ['town', 1],
        ],
      }),
      code,
    );
    judged(state, writeOff({ cards: [['village', 1]] }), code);
  });
  test('a kiosk that has given its account, or was written off', () => {
    judged(before('marked'), writeOff(), 'stations.account-twice');
    const again = before('cancelled K1 2');
    const entry = writeOff();
    assert.equal(again.apply(entry, leafHash(encodeEntry(entry))), undefined);
    judged(again, writeOff(), 'stations.account-twice');
    judged(again, good.steps[at(good.steps, 'cancelled K1 2')]!.entry!, 'stations.account-twice');
  });
  test('the balance holds with it, and the board is verified', async () => {
    const steps = replace('cancelled K1 2', () => writeOff());
    assert.equal((await audit(steps)).verdict, 'verified');
  });
  test('a number that is not what is left fails the audit', async () => {
    const steps = replace('cancelled K1 2', () => writeOff({ cards: [['town', 1]] }));
    const [found] = await assertFails('stations', steps);
    assert.match(found?.message ?? '', /K1, town: 4 cards received and 2 issued/);
  });
});

describe('marked', () => {
  const state = before('marked');
  const account = (other: Partial<Bodies['marked']> = {}, by = LIST) =>
    election.sign('marked', by, { ...body('marked', 'marked'), ...other });
  const refused = (other: Partial<Bodies['marked']>, code: string) =>
    judged(state, account(other), `stations.${code}`);
  test('by the desk; by the commission only where the desk is lost', () => {
    judged(state, account(), undefined);
    judged(state, account({}, 'commission'), 'stations.lost');
    judged(state, account({}, 'kiosk/K1'), 'stations.signature');
  });
  test('twice, and of no station', () => {
    judged(before('issued registrar'), account(), 'stations.marked-twice');
    judged(state, account({ station: '102' }, 'commission'), 'stations.station');
  });
  test('styles that the station does not serve, kiosks of others, anything twice', () => {
    refused({ voters: [['village', 1]] }, 'style');
    refused({ given: [['K1', 'village', 1]] }, 'style');
    refused({ given: [['K3', 'town', 1]] }, 'kiosk');
    const twice = <T>(one: T): T[] => [one, one];
    refused({ voters: twice<[string, number]>(['town', 1]) }, 'marked');
    refused({ given: twice<[string, string, number]>(['K1', 'town', 1]) }, 'marked');
  });
  test('more voters than there are', () => refused({ voters: [['town', 7]] }, 'voters'));
  test('a desk that claims too many keeps no other desk’s account off the board', async () => {
    const two = await TestElection.create('ristretto255-sha512', withTwoStations);
    const { manifest } = two;
    const ceremony = await testCeremony(two, Date.parse(manifest.hours.opens) / 1000 - 3600);
    const marked = (station: string, voters: number): Entry =>
      two.sign('marked', `station/${station}`, { station, voters: [['town', voters]], given: [] });
    const steps: Step[] = [
      { entry: two.sign('manifest', 'commission', { manifest }) },
      ...ceremony.steps,
      { entry: marked('101', 6) },
      { entry: marked('102', 2) },
    ];
    const state = new BoardState();
    for (const bytes of two.build(steps).entries) {
      assert.equal(state.apply(decodeEntry(bytes), leafHash(bytes)), undefined);
    }
    // Both stand there, and the audit names the sum.
    const { checks } = await verify(two.build(steps).reader);
    const found = checks.find(({ id }) => id === 'stations');
    assert.deepEqual(
      found?.problems.map(({ message }) => message),
      ['town: stations have marked 8 voters, there are 6'],
    );
  });
});

describe('late', () => {
  const state = before('late K1 council');
  const entry = good.steps[at(good.steps, 'late K1 council')]!.entry as EntryOf<'late'>;
  const late = (other: Partial<Bodies['late']>): Entry => ({
    ...entry,
    body: { ...entry.body, ...other },
  });
  test('of a kiosk that has not said what it holds, or of none', () => {
    judged(before('held K1'), entry, 'late.not-held');
    judged(state, late({ kiosk: 'K9' }), 'late.kiosk');
  });
  test('at another place, with another proof, or another ballot', () => {
    const { index, proof } = entry.body;
    judged(state, late({ index: (index + 1) % 3 }), 'late.proof');
    judged(state, late({ index: 3 }), 'late.proof');
    judged(state, late({ proof: proof.slice(1) }), 'late.proof');
    judged(state, late({ proof: [...proof, proof[0]!] }), 'late.proof');
    judged(state, late({ kiosk: 'K2' }), 'late.proof');
    judged(state, late({ ballot: good.spare.body }), 'late.proof');
  });
  test('twice', () => judged(before('late K1 question'), entry, 'late.twice'));
  test('after the tally, and while suspended', () => {
    judged(before('share mayor 1'), entry, 'schedule.phase');
  });
  const holding = (ballot: EntryOf<'ballot'>) => {
    const held = heldBallots([leafHash(encodeEntry(ballot))]);
    const { number, root } = held;
    const statement = { station: '101', kiosk: 'K1', number, root };
    const steps = [
      ...good.steps.slice(0, at(good.steps, 'held K1')),
      { entry: election.cosign('held', ['kiosk/K1', LIST], statement) as Entry },
    ];
    return { state: stateOf(steps), entry: lateEntry('K1', held, ballot) };
  };
  test('a ballot of a voter at home, or of a later revision', () => {
    const spare = (revision: number, list: string) => {
      const seed = list === LIST ? card('K1', 2).seed : testSeed('home');
      const cells = cellsOf(election.manifest, 'mayor', [1]);
      const sealed = election.seal(good.ceremony.key, 'mayor', seed, cells, revision);
      return election.cast(sealed, seed, election.permit('mayor', seed, list));
    };
    const home = holding(spare(0, 'online'));
    judged(home.state, home.entry, 'late.list');
    const later = holding(spare(1, LIST));
    judged(later.state, later.entry, 'revisions.not-allowed');
    const fine = holding(spare(0, LIST));
    judged(fine.state, fine.entry, undefined);
  });
  test('another ballot under a permit that was used', () => {
    const { seed } = card('K1', 0);
    const cells = cellsOf(election.manifest, 'mayor', [1]);
    const sealed = election.seal(good.ceremony.key, 'mayor', seed, cells);
    const second = election.cast(sealed, seed, election.permit('mayor', seed, LIST));
    const { state, entry } = holding(second);
    judged(state, entry, 'ballots.revision-taken');
  });
  test('the same ballot that stands there: it has arrived, and counts once', () => {
    const state = before('cancelled K1 1');
    assert.deepEqual(state.stations?.heldBy('K2'), { number: 3, arrived: 3 });
    const { core } = body('ballot', 'K2 mayor');
    assert.equal(state.ballots.withCore(coreHash(core)).length, 1);
  });
  test('the audit checks its proofs, and takes it out', async () => {
    const { core } = entry.body.ballot;
    const bad = { ...entry.body.ballot, core: { ...core, proofs: flipped(core.proofs, 70) } };
    const { seed } = card('K1', 1);
    const ballot = election.cast(
      { core: bad.core, opening: bad.opening, randomness: new Uint8Array() },
      seed,
      bad.permit,
    );
    // The kiosk held it so from the start.
    const ofK1 = ['late K1 mayor', 'late K1 question'].map(
      (name) => (good.steps[at(good.steps, name)]!.entry as EntryOf<'late'>).body.ballot,
    );
    const asBallot = (body: Bodies['ballot']): EntryOf<'ballot'> => ({
      ...{ type: 'ballot', election: election.electionId, body, signatures: [] },
    });
    const all = [ballot, ...ofK1.map(asBallot)];
    const held = heldBallots(all.map((one) => leafHash(encodeEntry(one))));
    const { number, root } = held;
    const statement = { station: '101', kiosk: 'K1', number, root };
    const signed = election.cosign('held', ['kiosk/K1', LIST], statement) as Entry;
    const names = ['late K1 council', 'late K1 mayor', 'late K1 question'];
    let steps = replace('held K1', () => signed);
    all.forEach((one, i) => {
      const name = names[i] as string;
      steps = steps.with(at(steps, name), { name, entry: lateEntry('K1', held, one) });
    });
    const k2 = leafHash(encodeEntry(good.steps[at(good.steps, 'held K2')]!.entry!));
    const stations = [leafHash(encodeEntry(signed)), k2];
    const closed: Entry = election.sign('closed', 'commission', { stations });
    steps = steps.with(at(steps, 'closed'), { name: 'closed', entry: closed });
    const verdict = await audit(steps);
    const ballots = verdict.checks.find(({ id }) => id === 'ballots')!;
    assert.deepEqual(
      ballots.problems.map(({ index }) => index),
      [at(steps, 'late K1 council')],
    );
    assert.notEqual(verdict.verdict, 'verified');
  });
});

describe('closed', () => {
  const state = before('closed');
  const { stations } = body('closed', 'closed');
  const closed = (other: Bodies['closed'], at = state, code?: string) =>
    judged(at, election.sign('closed', 'commission', other), code);
  test('names what kiosks hold, in any order', () => {
    closed({ stations });
    closed({ stations: stations.toReversed() });
    assert.deepEqual(state.stations?.closed(), { stations });
  });
  test('leaves one out, names a stranger, or one twice', () => {
    closed({ stations: stations.slice(1) }, state, 'stations.closed');
    closed({ stations: [...stations, state.leafHash(3)] }, state, 'stations.closed');
    closed({ stations: [stations[0]!, stations[0]!] }, state, 'stations.closed');
  });
  test('names exactly the kiosks of which nothing was heard', () => {
    closed({ stations, missing: ['K1'] }, state, 'stations.closed');
    const steps = good.steps.filter(({ name }) => name !== 'held K2');
    const silent = stateOf(steps.slice(0, at(steps, 'closed')));
    const one = stations.slice(0, 1);
    closed({ stations: one }, silent, 'stations.closed');
    closed({ stations: one, missing: ['K9'] }, silent, 'stations.closed');
    closed({ stations: one, missing: ['K2', 'K2'] }, silent, 'stations.closed');
    closed({ stations: one, missing: ['K2'] }, silent);
    assert.deepEqual(silent.stations?.closed(), { stations: one, missing: ['K2'] });
  });
});

describe('protocol', () => {
  test('not while accounts may still come, of which its lines are made', () => {
    const protocol = good.steps[at(good.steps, 'protocol mayor')]!.entry!;
    judged(before('result few'), protocol, 'protocol.phase');
    judged(before('protocol mayor'), protocol, undefined);
    const marked = good.steps[at(good.steps, 'marked')]!.entry!;
    const steps = without('marked');
    judged(stateOf(steps.slice(0, at(steps, 'result few'))), marked, undefined);
    judged(stateOf(steps.slice(0, at(steps, 'protocol mayor'))), marked, 'stations.phase');
  });
});

describe('tally', () => {
  const tally = (state: ReturnType<typeof before>, other: Bodies['tally'], code?: string) =>
    judged(state, election.sign('tally', 'box', other), code);
  test('names exactly the kiosks whose ballots have not all come', () => {
    const state = before('tally');
    const { size } = state;
    tally(state, { size });
    tally(state, { size, missing: ['K1'] }, 'stations.tally');
    const early = before('late K2 council');
    tally(early, { size: early.size }, 'stations.tally');
    tally(early, { size: early.size, missing: ['K2'] });
    assert.deepEqual(early.stations?.tally(early.size), { size: early.size, missing: ['K2'] });
  });
  test('leaves out no ballot that has come late', () => {
    const state = before('tally');
    tally(state, { size: at(good.steps, 'late K2 council') }, 'stations.tally');
  });
});

describe('what the audit says of a station', () => {
  const status = async (steps: readonly Step[]) =>
    (await audit(steps)).checks.find(({ id }) => id === 'stations')?.status;
  test('an account of a kiosk or of the desk missing: incomplete', async () => {
    for (const names of [['cancelled K2 1'], ['cancelled K1 2'], ['marked']]) {
      assert.equal(await status(without(...names)), 'incomplete', names.join());
    }
  });
  test('held ballots missing, and said to be: incomplete', async () => {
    const steps = without('late K2 spoiled');
    const place = at(steps, 'tally');
    const tally = { size: (steps[place]!.entry as EntryOf<'tally'>).body.size, missing: ['K2'] };
    const said: Step = { name: 'tally', entry: election.sign('tally', 'box', tally) };
    const verdict = await audit(steps.with(place, said));
    assert.equal(verdict.verdict, 'incomplete');
    assert.equal(verdict.checks.find(({ id }) => id === 'stations')?.status, 'incomplete');
    assert.deepEqual(verdict.tally, good.expected);
  });
  test('a kiosk that died with what it held: all adds up, and it is incomplete for good', async () => {
    const { steps, expected } = await goodStationBoard(election, true);
    const verdict = await audit(steps);
    assert.equal(verdict.verdict, 'incomplete');
    const left = verdict.checks.filter(({ status: one }) => one !== 'passed');
    assert.deepEqual(
      left.map((one) => [one.id, one.status, one.expected - one.checked]),
      [['stations', 'incomplete', 1]],
    );
    assert.deepEqual(verdict.tally, expected);
  });
  test('before the closing: incomplete', async () => {
    assert.equal(await status(good.steps.slice(0, at(good.steps, 'closed'))), 'incomplete');
  });
  const account = (opened: number) =>
    replace('cancelled K2 1', (entry) =>
      election.sign('cancelled', 'kiosk/K2', {
        ...(entry as EntryOf<'cancelled'>).body,
        opened: [['town', opened]],
      }),
    );
  test('a kiosk that says it opened more or fewer cards: failed', async () => {
    assert.equal(await status(account(3)), 'failed');
    assert.equal(await status(account(1)), 'failed');
    assert.equal(await status(account(0)), 'failed');
  });
  const marked = (other: Partial<Bodies['marked']>) =>
    replace('marked', () =>
      election.sign('marked', LIST, { ...body('marked', 'marked'), ...other }),
    );
  test('more issued than voters marked: failed', async () => {
    const [found] = await assertFails('stations', marked({ voters: [['town', 2]] }));
    assert.match(found?.message ?? '', /town: 3 issued, 2 voters marked/);
  });
  test('more opened than the desk gave out, or more given out than came: failed', async () => {
    const given = (number: number): [string, string, number][] => [
      ['K1', 'town', number],
      ['K2', 'town', 2],
    ];
    await assertFails('stations', marked({ given: given(1) }));
    await assertFails('stations', marked({ given: given(5) }));
  });
  test('more permits used than cards issued: failed', async () => {
    const failed = await assertFails(
      ['stations', 'issued', 'shares', 'result', 'protocol'],
      insert('night', spareStep(good.spare)),
    );
    assert.match(failed[0]?.message ?? '', /mayor: 4 permits used, 3 issued/);
  });
  test('more permits used than an issuer says it gave the station: failed', async () => {
    const steps = replace('issued observers', (entry) => {
      const { counts, ...rest } = (entry as EntryOf<'issued'>).body;
      const fewer = counts.map(([list, contest, remote, premises]) =>
        list === LIST && contest === 'council'
          ? ([list, contest, remote, premises - 1] as const)
          : ([list, contest, remote, premises] as const),
      );
      const body = { ...rest, counts: fewer.map((one) => [...one]) } as Bodies['issued'];
      return election.sign('issued', 'issuer/observers', body);
    });
    const [found] = await assertFails('issued', steps);
    assert.match(found?.message ?? '', /council, station\/101: 3 permits used, 2 issued/);
  });
});
