/** Members' tokens against a real board: who may sign what, and what the check finds. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCertificate } from '@kabina/cms/certificate';
import { openSignedData } from '@kabina/cms/signed-data';
import { utf8ToBytes } from '@kabina/crypto/bytes';
import { leafHash } from '@kabina/log/merkle';
import { BoardState } from '@kabina/election/board';
import { decodeEntry, encodeEntry, type Entry } from '@kabina/election/entries';
import { memberDocument, type Act } from '@kabina/election/members';
import { goodBoard, signedEntry, TestElection, TestMember } from '@kabina/election/testing';
import type { Card } from '@kabina/tokens/card';
import { findCard } from '@kabina/tokens/find-card';
import { directTransport } from '@kabina/tokens/testing/direct-transport';
import { pivCard } from '@kabina/tokens/testing/piv-card';
import { simulatedKey } from '@kabina/tokens/testing/simulated-key';
import type { Commission } from './commission.ts';
import { checkingWork, signingWork } from './member-tokens.ts';

const PIN = '271828';
const election = await TestElection.create();
const good = await goodBoard(election);
const { manifest } = election;
const [chair, secretary] = manifest.commission.members.map(({ name }) => name) as [string, string];

/** The board before a step. */
function before(name: string): BoardState {
  const end = good.steps.findIndex((step) => step.name === name);
  const state = new BoardState();
  for (const bytes of election.build(good.steps.slice(0, end)).entries) {
    state.apply(decodeEntry(bytes), leafHash(bytes));
  }
  return state;
}

/** The commission over a board in memory: what it posts is held to the board's own rules. */
function commissionOver(state: BoardState, lineBreaks = false): Commission {
  return {
    manifest,
    state,
    refresh: () => Promise.resolve(true),
    addSignature(act: Act, member: number, cms: Uint8Array) {
      const entry = signedEntry(election.electionId, act, member, cms);
      const wrong = state.apply(entry, leafHash(encodeEntry(entry)));
      if (wrong) return Promise.reject(Object.assign(new Error(), { code: 'entries.refused' }));
      return lineBreaks ? Promise.reject(new TypeError('fetch failed')) : Promise.resolve();
    },
  } as unknown as Commission;
}

async function token(member: TestMember): Promise<Card> {
  const key = simulatedKey('ecdsa-p256', member.secret);
  const { certificate } = member;
  const found = await findCard(
    directTransport(pivCard({ signature: { key, certificate }, pin: PIN })),
  );
  assert.ok(found.ok);
  return found.value;
}

async function perform(work: ReturnType<typeof signingWork>, member: TestMember, pin = PIN) {
  return work.perform({
    card: await token(member),
    certificate: parseCertificate(member.certificate),
    pin: utf8ToBytes(pin),
    options: {},
    sending: () => undefined,
  });
}

const admits = (work: ReturnType<typeof signingWork>, member: TestMember) =>
  work.admit(parseCertificate(member.certificate));

describe('who may sign', () => {
  const work = signingWork(commissionOver(before('signed publish 2')), 'publish', 2);
  const past = { notAfter: new Date('2026-02-01T00:00:00Z') };
  const future = { notBefore: new Date('2035-01-01T00:00:00Z') };
  const cases: readonly [string, string, TestMember][] = [
    ['nobody who is not on the roll', 'token.not-on-roll', new TestMember('Чужой')],
    ['no other member than the one who was called', 'token.other-token', new TestMember(chair)],
    ['nobody whose certificate has ended', 'token.expired', new TestMember(secretary, past)],
    ['nobody whose certificate has not begun', 'token.not-yet', new TestMember(secretary, future)],
  ];
  for (const [who, code, member] of cases) {
    test(who, () => assert.deepEqual(admits(work, member), { code }));
  }
  test('nobody twice', () => {
    const again = signingWork(commissionOver(before('published')), 'publish', 2);
    assert.deepEqual(admits(again, new TestMember(secretary)), { code: 'token.already-signed' });
  });
  test('the member, who is shown with the post', () => {
    assert.deepEqual(admits(work, new TestMember(secretary)), { post: { ru: 'секретарь' } });
  });
});

describe('signing', () => {
  test('puts a signature on the board that anyone can open, dissent and all', async () => {
    const state = before('signed publish 2');
    const work = signingWork(commissionOver(state), 'publish', 2, true);
    assert.deepEqual(await perform(work, new TestMember(secretary)), { done: true });
    const signature = state.signatures('publish').get(2)!;
    assert.equal(signature.dissent, true);
    assert.equal(openSignedData(signature.cms, memberDocument(state, 'publish')).length, 1);
  });
  test('a wrong PIN is the card’s word, and nothing is on the board', async () => {
    const state = before('signed publish 2');
    const outcome = await perform(
      signingWork(commissionOver(state), 'publish', 2),
      new TestMember(secretary),
      '000000',
    );
    assert.ok(!outcome.done && 'problem' in outcome);
    assert.equal(outcome.problem.code, 'card.pin-wrong');
    assert.equal(state.signatures('publish').size, 1);
  });
  test('a document that has changed since the person saw it is not signed', async () => {
    const state = before('signed publish 2');
    const work = signingWork(commissionOver(state), 'publish', 2);
    const protocol = { ...state.protocols.get('question')!, complaints: 9, repeated: true };
    const entry = election.sign('protocol', 'commission', protocol) as Entry;
    assert.equal(state.apply(entry, leafHash(encodeEntry(entry))), undefined);
    const outcome = await perform(work, new TestMember(secretary));
    assert.deepEqual(outcome, { done: false, code: 'token.document' });
    assert.equal(state.signatures('publish').size, 0);
  });
  test('a line that breaks after the board took it loses nothing', async () => {
    const state = before('signed publish 2');
    const work = signingWork(commissionOver(state, true), 'publish', 2);
    assert.deepEqual(await perform(work, new TestMember(secretary)), { done: true });
  });
  test('a key that is not the certificate’s signs nothing', async () => {
    const state = before('signed publish 2');
    const member = new TestMember(secretary);
    const card = await token(new TestMember(secretary));
    const outcome = await signingWork(commissionOver(state), 'publish', 2).perform({
      card,
      certificate: parseCertificate(member.certificate),
      pin: utf8ToBytes(PIN),
      options: {},
      sending: () => undefined,
    });
    assert.deepEqual(outcome, { done: false, code: 'token.signature' });
    assert.equal(state.signatures('publish').size, 1);
  });
});

describe('«Проверить токен»', () => {
  const found = async (member: TestMember) => {
    const outcome = await perform(checkingWork(manifest), member);
    assert.ok(outcome.done);
    return outcome.findings!.map(({ what, good: fine, code }) => [what, fine, code]);
  };
  test('finds everything well', async () => {
    assert.deepEqual(await found(new TestMember(secretary)), [
      ['certificate', true, undefined],
      ['pin', true, undefined],
      ['signature', true, undefined],
    ]);
  });
  test('finds a certificate that will have ended on the night', async () => {
    const night = { notAfter: new Date(Date.parse(manifest.hours.closes) + 3_600_000) };
    const [certificate] = await found(new TestMember(secretary, night));
    assert.deepEqual(certificate, ['certificate', false, 'token.expired']);
  });
});
