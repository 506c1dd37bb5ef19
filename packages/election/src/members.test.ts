/** Members' signatures on the board: what they are asked for, and what is refused. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openSignedData } from '@kabina/cms/signed-data';
import { equalBytes } from '@kabina/crypto/bytes';
import { leafHash } from '@kabina/log/merkle';
import { BoardState } from './board.ts';
import { decode } from './cbor.ts';
import { decodeEntry, encodeEntry, type Bodies, type Entry, type EntryOf } from './entries.ts';
import { memberDocument, protocolDocument } from './members.ts';
import type { Manifest } from './manifest.ts';
import {
  goodBoard,
  signedEntry,
  strangeAuthority,
  TestElection,
  TestMember,
  testMember,
  type Step,
} from './testing.ts';
import { verify } from './verify.ts';

/** A commission whose two members both have to sign everything. */
const election = await TestElection.create('ristretto255-sha512', (manifest) => ({
  ...manifest,
  commission: {
    ...manifest.commission,
    authority: { ...manifest.commission.authority!, opening: 2, closing: 2, publishing: 2 },
  },
}));
const good = await goodBoard(election);
const [chair, secretary] = election.manifest.commission.members.map(({ name }) => name) as [
  string,
  string,
];

const at = (steps: readonly Step[], name: string) => {
  const found = steps.findIndex((step) => step.name === name);
  assert.ok(found >= 0, `no step ${name}`);
  return found;
};
const cmsOf = (name: string): Uint8Array =>
  (good.steps[at(good.steps, name)]!.entry as EntryOf<'signed'>).body.cms;

/** The board before a step, as `cosigned` entries and all have made it. */
function before(name: string): BoardState {
  const { entries } = election.build(good.steps.slice(0, at(good.steps, name)));
  const state = new BoardState();
  for (const bytes of entries)
    assert.equal(state.apply(decodeEntry(bytes), leafHash(bytes)), undefined);
  return state;
}

const refusal = (state: BoardState, entry: Entry): string | undefined => {
  // It has to stand the way through bytes too.
  encodeEntry(entry);
  return state.check(entry)?.code;
};
const signed = (
  ...args: Parameters<typeof signedEntry> extends [unknown, ...infer R] ? R : never
) => signedEntry(election.electionId, ...args) as Entry;

test('a board with all signatures is verified, and they are counted', async () => {
  const verdict = await verify(election.build(good.steps).reader);
  assert.equal(verdict.verdict, 'verified');
  const check = verdict.checks.find(({ id }) => id === 'protocol')!;
  // Six signatures, five protocols, one publication.
  assert.deepEqual([check.checked, check.expected], [12, 12]);
});

describe('an act waits for its signatures', () => {
  const acts = [
    ['open', 'opened', 'ceremony.members'],
    ['close', 'closed', 'schedule.members'],
    ['publish', 'published', 'protocol.members'],
  ] as const;
  for (const [act, type, code] of acts) {
    test(`${type} without the second member`, () => {
      const state = before(`signed ${act} 2`);
      const { entry } = good.steps[at(good.steps, type)] as { entry: Entry };
      assert.equal(refusal(state, entry), code);
      assert.equal(refusal(before(type), entry), undefined);
    });
  }
});

describe('a signature is refused', () => {
  const state = before('signed close 2');
  const document = memberDocument(state, 'close');
  const sign = (member: TestMember, dissent = false) => member.sign(document, dissent);
  const cases: readonly [string, string, () => Entry][] = [
    ['given twice', 'signed.twice', () => signed('close', 1, cmsOf('signed close 1'))],
    ['for another act', 'signed.phase', () => signed('publish', 2, sign(testMember(secretary)))],
    ['over another document', 'signed.cms', () => signed('close', 2, cmsOf('signed open 2'))],
    ['of another member', 'signed.member', () => signed('close', 2, sign(testMember(chair)))],
    [
      'of nobody on the roll',
      'signed.member',
      () => signed('close', 2, sign(new TestMember('Чужой'))),
    ],
    ['beyond the roll', 'signed.member', () => signed('close', 3, sign(testMember(secretary)))],
    [
      'under a certificate that has expired',
      'signed.certificate',
      () => {
        const notAfter = new Date('2026-09-19T00:00:00Z');
        return signed('close', 2, sign(new TestMember(secretary, { notAfter })));
      },
    ],
    [
      'under a certificate that is not good yet',
      'signed.certificate',
      () => {
        const notBefore = new Date('2026-09-21T00:00:00Z');
        return signed('close', 2, sign(new TestMember(secretary, { notBefore })));
      },
    ],
    [
      'with dissent from closing',
      'signed.commitment',
      () => signed('close', 2, sign(testMember(secretary), true)),
    ],
    [
      'with a byte changed',
      'signed.cms',
      () => {
        const cms = sign(testMember(secretary));
        cms[cms.length - 5]! ^= 1;
        return signed('close', 2, cms);
      },
    ],
    ['that is no CMS', 'signed.cms', () => signed('close', 2, new Uint8Array(100))],
  ];
  for (const [what, code, make] of cases) {
    test(what, () => assert.equal(refusal(state, make()), code));
  }
  test('and a good one is taken', () => {
    assert.equal(refusal(state, signed('close', 2, sign(testMember(secretary)))), undefined);
  });
  test('under an authority of the same name with another key', () => {
    const stranger = new TestMember(secretary, { by: strangeAuthority() });
    assert.equal(refusal(state, signed('close', 2, sign(stranger))), 'signed.certificate');
  });
});

test('who agreed to close before a break has not agreed after it', () => {
  const state = before('suspended');
  const early = testMember(chair).sign(memberDocument(state, 'close'));
  const take = (entry: Entry) => state.apply(entry, leafHash(encodeEntry(entry)));
  assert.equal(take(signed('close', 1, early)), undefined);
  assert.equal(state.signatures('close').size, 1);
  const later = before('signed close 1');
  assert.equal(later.signatures('close').size, 0);
  assert.equal(refusal(later, signed('close', 1, early)), 'signed.cms');
});

test('the same lines drawn up again are signed anew: an old signature fits no later round', () => {
  const state = before('published');
  const take = (one: Entry) => state.apply(one, leafHash(encodeEntry(one)))?.code;
  const protocol = state.protocols.get('question')!;
  const draw = (complaints: number) =>
    take(
      election.sign('protocol', 'commission', { ...protocol, complaints, repeated: true }) as Entry,
    );
  draw(3);
  const early = testMember(secretary).sign(protocolDocument(state));
  assert.equal(refusal(state, signed('publish', 2, early)), undefined);
  draw(4);
  draw(3);
  assert.equal(refusal(state, signed('publish', 2, early)), 'signed.cms');
});

test('one key is one member: no card signs in two names', async () => {
  const twins = await TestElection.create('ristretto255-sha512', (manifest) => {
    const { commission } = manifest;
    const members = commission.members.map((member, i) => ({
      ...member,
      name: `Иванов Иван ${i}`,
    }));
    return { ...manifest, commission: { ...commission, members } };
  });
  const board = await goodBoard(twins);
  const state = new BoardState();
  const end = at(board.steps, 'signed close 2');
  for (const bytes of twins.build(board.steps.slice(0, end)).entries) {
    state.apply(decodeEntry(bytes), leafHash(bytes));
  }
  // A second certificate on the first member's key, in the second member's name.
  const first = testMember('Иванов Иван 0');
  const again = new TestMember('Иванов Иван 1', { secret: first.secret });
  const document = memberDocument(state, 'close');
  const entry = signedEntry(twins.electionId, 'close', 2, again.sign(document)) as Entry;
  assert.equal(state.check(entry)?.code, 'signed.key');
});

test('a card that was issued after the ceremony opens the election, one that ended before does not', () => {
  const state = before('signed open 2');
  const document = memberDocument(state, 'open');
  const opens = Date.parse(election.manifest.hours.opens);
  const fresh = new TestMember(secretary, { notBefore: new Date(opens - 60_000) });
  assert.equal(refusal(state, signed('open', 2, fresh.sign(document))), undefined);
  const ended = new TestMember(secretary, { notAfter: new Date(opens - 60_000) });
  assert.equal(refusal(state, signed('open', 2, ended.sign(document))), 'signed.certificate');
});

test('nobody agrees to close before the election is open', () => {
  assert.throws(() => memberDocument(before('opened'), 'close'), { code: 'signed.early' });
});

describe('the roll that is published', () => {
  const state = before('published');
  const entry = (change: (members: Bodies['published']['members']) => void): Entry => {
    const members = election.manifest.commission.members.map(({ name, post }) => ({
      ...{ name, post, signed: true, dissent: false },
    }));
    change(members);
    return election.sign('published', 'commission', { members }) as Entry;
  };
  test('says truly who has signed', () => {
    const silent = entry((members) =>
      Object.assign(members[0]!, { signed: false, reason: 'ушёл' }),
    );
    assert.equal(refusal(state, silent), 'protocol.members');
    assert.equal(
      refusal(
        state,
        entry(() => undefined),
      ),
      undefined,
    );
  });
  test('says truly who dissents', () => {
    const invented = entry((members) => (members[0]!.dissent = true));
    assert.equal(refusal(state, invented), 'protocol.members');
    const dissenting = before('signed publish 2');
    const cms = testMember(secretary).sign(protocolDocument(dissenting), true);
    const one = signed('publish', 2, cms);
    assert.equal(dissenting.apply(one, leafHash(encodeEntry(one))), undefined);
    assert.equal(dissenting.signatures('publish').get(2)?.dissent, true);
    assert.equal(
      refusal(
        dissenting,
        entry(() => undefined),
      ),
      'protocol.members',
    );
    assert.equal(
      refusal(
        dissenting,
        entry((members) => (members[1]!.dissent = true)),
      ),
      undefined,
    );
  });
  test('is published once, and again only under repeated protocols that all sign anew', () => {
    const late = before('published');
    const take = (one: Entry) => late.apply(one, leafHash(encodeEntry(one)))?.code;
    assert.equal(take(entry(() => undefined)), undefined);
    assert.equal(late.phase, 'published');
    assert.equal(
      refusal(
        late,
        entry(() => undefined),
      ),
      'protocol.twice',
    );
    const cms = cmsOf('signed publish 1');
    assert.equal(refusal(late, signed('publish', 1, cms)), 'signed.phase');
    const protocol = late.protocols.get('question')!;
    const again = { ...protocol, repeated: true, complaints: 1 };
    assert.equal(take(election.sign('protocol', 'commission', again) as Entry), undefined);
    assert.equal(late.published, undefined);
    assert.equal(late.signatures('publish').size, 0);
    assert.equal(refusal(late, signed('publish', 1, cms)), 'signed.cms');
    for (const [i, name] of [chair, secretary].entries()) {
      const anew = testMember(name).sign(protocolDocument(late));
      assert.equal(take(signed('publish', i + 1, anew)), undefined);
    }
    assert.equal(take(entry(() => undefined)), undefined);
  });
});

test('the document of the protocols is canonical and opens every signature on the board', () => {
  const state = before('published');
  const document = protocolDocument(state);
  const read = decode(document) as { document: string; protocols: unknown[] };
  assert.equal(read.document, 'kabina/v1/results-protocols');
  assert.equal(read.protocols.length, election.manifest.contests.length);
  for (const { cms } of state.signatures('publish').values()) {
    assert.equal(openSignedData(cms, document).length, 1);
  }
  assert.ok(!equalBytes(document, memberDocument(before('signed close 1'), 'close')));
});

test('without an authority members do not sign, and the roll is the commission’s word', async () => {
  const plain = await TestElection.create('ristretto255-sha512', (manifest: Manifest) => {
    const { name, signingKey, members } = manifest.commission;
    return { ...manifest, commission: { name, signingKey, members } };
  });
  const board = await goodBoard(plain);
  const steps = board.steps.filter(({ name }) => name?.startsWith('signed') !== true);
  const moved = steps.map((step) =>
    step.name === 'tally'
      ? { name: 'tally', entry: plain.sign('tally', 'box', { size: at(steps, 'tally') }) as Entry }
      : step,
  );
  assert.equal((await verify(plain.build(moved).reader)).verdict, 'verified');
  const failed = await verify(plain.build(board.steps).reader);
  assert.equal(failed.checks.find(({ id }) => id === 'protocol')?.status, 'failed');
});
