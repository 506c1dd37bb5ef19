/**
 * A desk that is lost before its account: what the board takes from members instead, and that the
 * balance and the audit can still be whole.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { leafHash } from '@kabina/log/merkle';
import {
  audit,
  before,
  body,
  election,
  good,
  judged,
  replace,
  stateOf,
} from '../test/spoil-station.ts';
import { at } from '../test/spoil.ts';
import { encodeEntry, type Bodies, type EntryOf } from './entries.ts';
import { lostDeskDocument } from './members.ts';
import { stationBalance } from './station-balance.ts';
import { TestMember, testMember, type Step } from './testing.ts';

const LIST = 'station/101';
const REASON = 'ноутбук стола утонул';
const [name = ''] = election.manifest.commission.members.map((member) => member.name);
const member = testMember(name);
const own = body('marked', 'marked');

/** The members' account; signed over what it says, if not told otherwise. */
function account(
  other: Partial<Bodies['marked']> = {},
  members?: NonNullable<Bodies['marked']['lost']>['members'],
): EntryOf<'marked'> {
  const said = { ...own, ...other };
  const cms = member.sign(lostDeskDocument(election, said, REASON));
  const lost = { reason: REASON, members: members ?? [{ member: 1, cms }] };
  return election.sign('marked', 'commission', { ...said, lost });
}

describe('the account of a lost desk', () => {
  const state = before('marked');
  const document = lostDeskDocument(election, own, REASON);
  const cms = member.sign(document);

  test('by as many members as a closing needs', () => judged(state, account(), undefined));
  test('by the commission’s key alone, by too few, by one twice, with one key in two names', () => {
    judged(state, election.sign('marked', 'commission', own), 'stations.lost');
    const twin = new TestMember(election.manifest.commission.members[1]!.name, {
      secret: member.secret,
    });
    const second = { member: 2, cms: twin.sign(document) };
    const one = { member: 1, cms };
    for (const members of [[], [one, one], [one, second]]) {
      judged(state, account({}, members), 'stations.members');
    }
  });
  test('over other counts, for another reason, with dissent, or in another’s name', () => {
    const other = member.sign(lostDeskDocument(election, own, 'другая причина'));
    const refused = (members: { member: number; cms: Uint8Array }[], what = {}) =>
      judged(state, account(what, members), 'stations.members');
    refused([{ member: 1, cms }], { voters: [['town', 2]] });
    refused([{ member: 1, cms: other }]);
    refused([{ member: 1, cms: member.sign(document, true) }]);
    refused([{ member: 2, cms }]);
  });
  test('signed by the desk itself', () => {
    judged(state, election.sign('marked', LIST, account().body), 'stations.lost');
  });
  test('not while a desk may speak for itself, nor over one that has spoken', () => {
    judged(before('closed'), account(), 'stations.early');
    judged(before('issued registrar'), account(), 'stations.marked-twice');
  });
  test('of more voters than there are', () => {
    judged(state, account({ voters: [['town', 7]] }), 'stations.voters');
  });
  test('a desk that was found may say the same again, and nothing else', () => {
    const found = before('marked');
    const entry = account();
    assert.equal(found.apply(entry, leafHash(encodeEntry(entry))), undefined);
    judged(found, entry, 'stations.marked-twice');
    const desk = (other: Partial<Bodies['marked']> = {}) =>
      election.sign('marked', LIST, { ...own, ...other });
    judged(found, desk({ voters: [['town', 4]] }), 'stations.marked-twice');
    judged(found, desk({ given: own.given.slice(1) }), 'stations.marked-twice');
    const same = desk({ given: own.given.toReversed() });
    assert.equal(found.apply(same, leafHash(encodeEntry(same))), undefined);
    assert.equal(stationBalance(found, '101').lost, REASON);
    // Once: a desk that goes on must not fill the log.
    judged(found, desk(), 'stations.marked-twice');
  });
});

describe('a kiosk’s statement without a desk', () => {
  const { number, root } = good.held.K2;
  const held = (by: string[]) =>
    election.cosign('held', by, { station: '101', kiosk: 'K2', number, root });
  test('the commission countersigns it: then it was not dictated', () => {
    const state = before('held K2');
    const entry = held(['kiosk/K2', 'commission']);
    assert.equal(state.apply(entry, leafHash(encodeEntry(entry))), undefined);
    assert.deepEqual(state.stations?.heldBy('K2'), { number: 3, arrived: 0 });
  });
  test('and it confirms a dictated one', () => {
    const state = before('confirmed K2');
    judged(state, held(['commission', 'kiosk/K2']), 'stations.signature');
    judged(state, held(['kiosk/K1', 'commission']), 'stations.signature');
    const entry = held(['kiosk/K2', 'commission']);
    assert.equal(state.apply(entry, leafHash(encodeEntry(entry))), undefined);
    assert.deepEqual(state.stations?.heldBy('K2'), { number: 3, arrived: 3 });
    // The desk, which knows nothing of it, must not be stuck with its own; nobody says it twice.
    judged(state, held(['kiosk/K2', LIST]), undefined);
    judged(state, entry, 'stations.held-twice');
  });
});

describe('the audit of a station whose desk is lost', () => {
  const steps = replace('marked', () => account());
  /** Issuers that never heard from the desk. */
  const unheard = (from: readonly Step[]): Step[] =>
    from.map((step) => {
      if (step.entry?.type !== 'issued') return step;
      const { counts, ...rest } = step.entry.body;
      const none = counts.map(([list, contest, remote, premises]) => [
        ...[list, contest, remote],
        list === LIST ? 0 : premises,
      ]) as Bodies['issued']['counts'];
      const entry = election.sign('issued', `issuer/${rest.issuer}`, { ...rest, counts: none });
      return { ...step, entry };
    });

  test('can be verified, and the balance says whose account it is', async () => {
    assert.equal((await audit(steps)).verdict, 'verified');
    const balance = stationBalance(stateOf(steps), '101');
    assert.equal(balance.holds, true);
    assert.equal(balance.lost, REASON);
    assert.equal('lost' in stationBalance(stateOf(good.steps), '101'), false);
  });
  test('a wrong number fails it, as a desk’s own would', async () => {
    const wrong = steps.with(at(steps, 'marked'), {
      name: 'marked',
      entry: account({ voters: [['town', 2]] }),
    });
    const { checks } = await audit(wrong);
    assert.equal(checks.find(({ id }) => id === 'stations')?.status, 'failed');
  });
  test('issuers that have not heard its marks: incomplete, and no fault of theirs', async () => {
    const { checks } = await audit(unheard(steps));
    assert.equal(checks.find(({ id }) => id === 'issued')?.status, 'incomplete');
    const spoken = await audit(unheard(good.steps));
    assert.equal(spoken.checks.find(({ id }) => id === 'issued')?.status, 'failed');
  });
});
