/** Both issuers over HTTP with a real ballot box: from login to the published counts. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { blind, finalize } from '@kabina/crypto/blind-rsa';
import { hexToBytes } from '@kabina/crypto/bytes';
import {
  ballotEntry,
  ballotKeyFromSeed,
  blindingSeed,
  permitMessage,
} from '@kabina/election/ballot';
import { encodeEntry } from '@kabina/election/entries';
import { testSeed } from '@kabina/election/testing';
import { verifyInclusion } from '@kabina/log/merkle';
import { until, type Client } from '../test-client.ts';
import {
  DESK_SECRET,
  ISSUERS,
  listening,
  PortalElection,
  type IssuerId,
} from '../test-election.ts';
import type { RunningBox } from '../box/service.ts';
import { issuerDocument } from '../testing.ts';
import { issuedLeaf } from './issued.ts';
import type { OneTimeMessage } from './sender.ts';
import type { RunningIssuer } from './service.ts';

let portal: PortalElection;
let runningBox: RunningBox;
let box: Client;
let now = Date.now();
const clock = (): number => now;
const running = new Map<IssuerId, RunningIssuer>();
const clients = new Map<IssuerId, Client>();
const sent: OneTimeMessage[] = [];

/** Sessions that only ask whether issuing is open. */
const probes = new Map<IssuerId, string>();

const MINUTE = 60_000;

before(async () => {
  portal = await PortalElection.make({ voters: 6 });
  await portal.startWitnesses();
  runningBox = await portal.startBox(clock);
  box = await listening(runningBox);
  for (const id of ISSUERS) {
    const issuer = await portal.startIssuer(id, box.url, sent, clock);
    running.set(id, issuer);
    clients.set(id, await listening(issuer));
  }
});
after(async () => {
  for (const issuer of running.values()) await issuer.close();
  await runningBox.close();
  await portal.remove();
});

const client = (id: IssuerId = 'registrar'): Client => clients.get(id)!;

interface Login {
  readonly session: string;
  readonly next: string;
  readonly sentTo: string;
  readonly resendAfter: number;
  readonly triesLeft: number;
}

async function login(name: string, id: IssuerId = 'registrar'): Promise<Login> {
  const answer = await client(id).ask('POST', '/login', {
    json: { method: 'training', login: name },
  });
  assert.equal(answer.status, 200);
  return answer.json as Login;
}

const lastCode = (name: string, id: IssuerId = 'registrar'): string =>
  sent.findLast((message) => message.login === name && message.issuer === id)!.code;

async function enter(name: string, id: IssuerId = 'registrar'): Promise<string> {
  const { session } = await login(name, id);
  const json = { code: lastCode(name, id) };
  const answer = await client(id).ask('POST', '/codes/verify', { bearer: session, json });
  assert.deepEqual(answer.json, { next: 'ready' });
  return session;
}

const wrongCode = (right: string): string => (right === '000000' ? '000001' : '000000');
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

function blinded(voter: string, contest: string, id: IssuerId) {
  const { suite, electionId } = portal.election;
  const seed = testSeed(voter);
  const { publicKey } = ballotKeyFromSeed(suite, seed, electionId, contest);
  const message = permitMessage(electionId, contest, publicKey);
  const issuer = portal.manifest.issuers.find((one) => one.id === id)!;
  const key = issuer.keys.find((one) => one.contest === contest)!;
  return {
    key,
    message,
    ...blind(key, message, blindingSeed(seed, electionId, contest, id, 'online')),
  };
}

const permitRequest = (voter: string, contest: string, id: IssuerId) => ({
  contest,
  list: 'online',
  blinded: base64url(blinded(voter, contest, id).blinded),
});

async function obtain(session: string, voter: string, contest: string, id: IssuerId) {
  const { key, message, unblinder } = blinded(voter, contest, id);
  const json = permitRequest(voter, contest, id);
  const answer = await client(id).ask('POST', '/permits', { bearer: session, json });
  assert.equal(answer.status, 200);
  const { blindSignature } = answer.json as { blindSignature: string };
  return finalize(
    key,
    message,
    unblinder,
    Uint8Array.from(Buffer.from(blindSignature, 'base64url')),
  );
}

/** Waits until the issuers have read the board at the present time and found it open. */
async function permitsOpen(): Promise<void> {
  for (const id of ISSUERS) {
    const bearer = probes.get(id) ?? (await enter('voter6', id));
    probes.set(id, bearer);
    // A request with an impossible message is refused for that, once issuing is open.
    const json = { contest: 'few', list: 'online', blinded: 'AAAA' };
    const ask = () => client(id).ask('POST', '/permits', { bearer, json });
    await until(ask, ({ code }) => code === 'permits.length');
  }
}

test('before the opening nobody gets a permit', async () => {
  const bearer = await enter('voter1');
  const json = permitRequest('voter1', 'question', 'registrar');
  const answer = await client().ask('POST', '/permits', { bearer, json });
  assert.equal(answer.code, 'permits.closed');
  const turnout = (await client().ask('GET', '/turnout')).json as { contests: unknown };
  assert.deepEqual(turnout.contests, [
    { id: 'question', issued: 0 },
    { id: 'few', issued: 0 },
  ]);
  now += MINUTE;
});

test('login: unknown voter, no code, wrong codes, too soon, expired', async () => {
  const ask = (json: unknown) => client().ask('POST', '/login', { json });
  assert.equal((await ask({ method: 'training', login: 'nobody' })).code, 'login.unknown');
  const first = await login('voter2');
  assert.equal(first.next, 'code');
  assert.match(first.sentTo, /^\+7 \*\*\* \*\*\*-\*\*-\d\d$/);
  assert.equal(first.resendAfter, 60);
  const bearer = first.session;
  const verify = (code: string) =>
    client().ask('POST', '/codes/verify', { bearer, json: { code } });
  const right = lastCode('voter2');
  const notReady = await client().ask('GET', '/voter', { bearer });
  assert.equal(notReady.code, 'session.not-ready');
  const wrong = await verify(wrongCode(right));
  assert.equal(wrong.status, 401);
  assert.deepEqual(
    [wrong.code, (wrong.json as { triesLeft: number }).triesLeft],
    ['codes.wrong', 4],
  );
  const resent = await client().ask('POST', '/codes', { bearer, json: {} });
  assert.equal(resent.code, 'codes.too-soon');
  assert.equal(resent.headers['retry-after'], '60');
  // A second login goes on with the code that was sent.
  const messages = sent.length;
  assert.equal((await login('voter2')).triesLeft, 4);
  assert.equal(sent.length, messages);

  for (let i = 0; i < 4; i++) await verify(wrongCode(right));
  const spent = await verify(right);
  assert.deepEqual([spent.status, spent.code], [410, 'codes.expired']);
  now += MINUTE;
  assert.equal((await client().ask('POST', '/codes', { bearer })).status, 200);
  assert.equal((await verify(right)).code, 'codes.wrong', 'the former code is no good');
  now += 6 * MINUTE;
  assert.equal((await verify(lastCode('voter2'))).code, 'codes.expired');
  assert.equal((await client().ask('POST', '/codes', { bearer, json: {} })).status, 200);
  assert.equal((await verify(lastCode('voter2'))).status, 200);
  now += 2 * MINUTE;
});

test('sessions: one at a time, ended, expired, none', async () => {
  const first = await enter('voter3');
  now += MINUTE;
  const second = await enter('voter3');
  const at = (bearer: string) => client().ask('GET', '/voter', { bearer });
  assert.equal((await at(first)).code, 'session.missing');
  assert.equal((await at(second)).status, 200);
  assert.equal((await client().ask('DELETE', '/session', { bearer: second })).status, 204);
  assert.equal((await at(second)).code, 'session.missing');
  assert.equal((await client().ask('GET', '/voter')).code, 'session.missing');
  now += MINUTE;
  const third = await enter('voter3');
  const other = await client('observers').ask('GET', '/voter', { bearer: third });
  assert.equal(other.code, 'session.missing', 'the other issuer knows nothing of it');
  now += 61 * MINUTE;
  assert.equal((await at(third)).code, 'session.missing');
  now -= 61 * MINUTE;
});

test('desk: secret, search, access code in halves, few openings', async () => {
  const search = (bearer?: string) =>
    client().ask('GET', '/desk/voters?query=00000004', bearer === undefined ? {} : { bearer });
  assert.equal((await search()).code, 'desk.secret');
  assert.equal((await search('wrong')).code, 'desk.secret');
  const { voters } = (await search(DESK_SECRET)).json as { voters: { number: string }[] };
  assert.deepEqual(
    voters.map(({ number }) => number),
    ['00000004'],
  );
  const bearer = DESK_SECRET;
  const path = '/desk/voters/00000004/access-code';
  assert.equal((await client().ask('POST', path)).code, 'desk.secret');
  const unknown = await client().ask('POST', '/desk/voters/77/access-code', { bearer });
  assert.equal(unknown.code, 'desk.voter');
  const made = await client().ask('POST', path, { bearer });
  const { part } = made.json as { part: string };
  const use = (code: string, id: IssuerId = 'registrar') =>
    client(id).ask('POST', '/login', { json: { method: 'access-code', code } });
  assert.equal((await use(part, 'observers')).code, 'login.code-wrong', 'a half is one issuer’s');
  const opened = await use(part);
  assert.deepEqual((opened.json as Login).next, 'ready');
  for (let i = 1; i < 10; i++) assert.equal((await use(part)).status, 200);
  assert.equal((await use(part)).code, 'login.code-wrong');
  for (let i = 1; i < 10; i++) await use('ZZZZZ');
  const tooMany = await use('ZZZZZ');
  assert.deepEqual([tooMany.status, tooMany.code], [429, 'login.too-many']);
  const next = (await client().ask('POST', path, { bearer })).json as { part: string };
  now += 121 * MINUTE;
  assert.equal((await use(next.part)).code, 'login.code-wrong', 'expired');
  now -= 120 * MINUTE;
});

test('with both issuers a permit makes a ballot that the box accepts', async () => {
  await box.post(portal.openingEntries());
  await permitsOpen();
  const signatures: Uint8Array[] = [];
  for (const id of ISSUERS) {
    const session = await enter('voter1', id);
    signatures.push(await obtain(session, 'voter1', 'question', id));
  }
  const { suite, electionId } = portal.election;
  const seed = testSeed('voter1');
  const ballotKey = ballotKeyFromSeed(suite, seed, electionId, 'question');
  const permit = { key: ballotKey.publicKey, list: 'online', signatures };
  const { core, opening } = portal.election.seal(portal.key, 'question', seed, [1, 0]);
  const cbor = encodeEntry(ballotEntry(suite, core, opening, permit, ballotKey.seed));
  assert.equal((await box.ask('POST', '/ballots', { cbor })).status, 200);
});

test('permits: the same request the same answer, another is refused, bad ones change nothing', async () => {
  now += MINUTE;
  await permitsOpen();
  const bearer = await enter('voter2');
  const ask = (json: unknown) => client().ask('POST', '/permits', { bearer, json });
  const good = permitRequest('voter2', 'question', 'registrar');
  const { modulus } = portal.manifest.issuers[0]!.keys[0]!;
  const zeros = new Uint8Array(384);
  for (const [json, code] of [
    [{ ...good, contest: 'mayor' }, 'permits.contest'],
    [{ ...good, list: 'station/1' }, 'permits.list'],
    [{ ...good, blinded: base64url(new Uint8Array(383).fill(1)) }, 'permits.length'],
    [{ ...good, blinded: base64url(new Uint8Array(385).fill(1)) }, 'permits.length'],
    [{ ...good, blinded: base64url(modulus) }, 'permits.range'],
    [{ ...good, blinded: base64url(new Uint8Array(384).fill(255)) }, 'permits.range'],
    [{ ...good, blinded: base64url(zeros) }, 'permits.range'],
    [{ ...good, blinded: '' }, 'request.fields'],
    [{ ...good, blinded: '*' }, 'request.fields'],
    [{ ...good, extra: 1 }, 'request.fields'],
    [{ contest: good.contest, list: good.list }, 'request.fields'],
  ] as const) {
    assert.equal((await ask(json)).code, code, JSON.stringify(json).slice(0, 80));
  }
  const voter = (await client().ask('GET', '/voter', { bearer })).json as { contests: unknown };
  assert.deepEqual(voter.contests, [
    { id: 'question', served: false },
    { id: 'few', served: false },
  ]);
  const answers = await Promise.all([ask(good), ask(good), ask(good)]);
  for (const answer of answers) assert.deepEqual(answer.json, answers[0]!.json);
  const rival = await ask(permitRequest('somebody else', 'question', 'registrar'));
  assert.deepEqual([rival.status, rival.code], [409, 'permits.served']);
});

test('requests that are no requests', async () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    client().ask('POST', '/login', {
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
  assert.equal((await post('{"method":')).code, 'request.malformed');
  assert.equal((await post('')).code, 'request.malformed');
  assert.equal((await post('null')).code, 'request.fields');
  assert.equal((await post('[]')).code, 'request.fields');
  assert.equal((await post('{"__proto__":{"a":1}}')).code, 'request.malformed');
  assert.equal((await post(`${'['.repeat(4000)}${']'.repeat(4000)}`)).code, 'request.fields');
  assert.equal((await post(`{"method":"${'x'.repeat(9000)}"}`)).code, 'request.too-large');
  assert.equal((await post('{}', { 'content-type': 'text/plain' })).code, 'request.type');
  assert.equal((await post('{}', { 'content-type': 'application/cbor' })).code, 'request.type');
  const login = (json: unknown) => client().ask('POST', '/login', { json });
  assert.equal((await login({ method: 'training', login: 7 })).code, 'request.fields');
  assert.equal((await login({ method: 'openid', login: 'voter1' })).code, 'request.fields');
  assert.equal((await login({ method: 'access-code', code: 'ABC' })).code, 'request.fields');
  assert.equal((await client().ask('GET', '/nowhere')).code, 'request.not-found');
  assert.equal((await client().ask('GET', '/desk/voters')).code, 'request.fields');
  assert.equal((await client().ask('GET', '/turnout?x=1')).code, 'request.fields');
});

test('the document, keys, security headers', async () => {
  const document = (await client().ask('GET', '/openapi.json')).json;
  assert.deepEqual(document, JSON.parse(JSON.stringify(issuerDocument('registrar'))));
  const keys = await client().ask('GET', '/keys');
  assert.equal((keys.json as { id: string }).id, 'registrar');
  assert.equal(keys.headers['x-content-type-options'], 'nosniff');
  assert.equal(keys.headers['cache-control'], 'no-store');
  assert.equal(keys.headers['access-control-allow-origin'], '*');
  assert.equal(keys.headers['access-control-allow-credentials'], undefined);
});

test('turnout as events: the present counts first', async () => {
  const stop = new AbortController();
  const answer = await fetch(`${client().url}/events`, { signal: stop.signal });
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  const first = (await reader.read()).value ?? '';
  stop.abort();
  const data = /^event: turnout\ndata: (.*)\n\n$/.exec(first)?.[1] ?? '';
  const turnout = (await client().ask('GET', '/turnout')).json;
  assert.deepEqual(JSON.parse(data), turnout);
});

test('too many logins from one address', async () => {
  const limited = await portal.startIssuer('registrar', box.url, sent, clock, 8);
  try {
    const guesser = await listening(limited);
    const json = { method: 'training', login: 'nobody' };
    for (const expected of ['login.unknown', 'login.unknown', 'request.too-many']) {
      assert.equal((await guesser.ask('POST', '/login', { json })).code, expected);
    }
    assert.equal((await guesser.ask('GET', '/turnout')).status, 200, 'others are not concerned');
  } finally {
    await limited.close();
  }
});

test('with one issuer down nobody gets a whole permit, and those who have one vote on', async () => {
  now += MINUTE;
  await running.get('observers')!.close();
  running.delete('observers');
  await assert.rejects(fetch(`${client('observers').url}/turnout`));
  const cbor = portal.ballot('a voter who had a permit before');
  assert.equal((await box.ask('POST', '/ballots', { cbor })).status, 200);
  // What the one issuer still gives is no permit.
  const seed = testSeed('voter3');
  const session = await enter('voter3');
  const bearer = probes.get('registrar')!;
  const probe = { contest: 'few', list: 'online', blinded: 'AAAA' };
  const ask = () => client().ask('POST', '/permits', { bearer, json: probe });
  await until(ask, ({ code }) => code === 'permits.length');
  const signature = await obtain(session, 'voter3', 'question', 'registrar');
  const { key } = portal.permit('question', seed);
  const sealed = portal.election.seal(portal.key, 'question', seed, [1, 0]);
  const cast = (signatures: Uint8Array[]): Promise<{ code: string | undefined }> => {
    const entry = portal.election.cast(sealed, seed, { key, list: 'online', signatures });
    return box.ask('POST', '/ballots', { cbor: encodeEntry(entry) });
  };
  assert.equal((await cast([signature])).code, 'ballots.permit');
  assert.equal((await cast([signature, signature])).code, 'ballots.permit');
  const again = await portal.startIssuer('observers', box.url, sent, clock);
  running.set('observers', again);
  clients.set('observers', await listening(again));
});

test('a voter of the desk is counted on the premises; after closing each finds their leaf', async () => {
  const bearer = DESK_SECRET;
  const path = '/desk/voters/00000005/access-code';
  const { part } = (await client().ask('POST', path, { bearer })).json as { part: string };
  const opened = await client().ask('POST', '/login', {
    json: { method: 'access-code', code: part },
  });
  const kiosk = (opened.json as Login).session;
  await obtain(kiosk, 'voter5', 'few', 'registrar');
  const early = await client().ask('GET', '/issued-proof', { bearer: kiosk });
  assert.equal(early.code, 'issued.not-yet');

  await box.post([portal.signed('closed', 'commission', { stations: [] })]);
  const issued = await until(
    async () => (await portal.replay()).state.issued,
    (statements) => statements.size === 2,
  );
  const { counts, root } = issued.get('registrar')!;
  assert.deepEqual(counts, [
    ['online', 'question', 3, 0],
    ['online', 'few', 0, 1],
  ]);
  assert.deepEqual(issued.get('observers')!.counts, [
    ['online', 'question', 1, 0],
    ['online', 'few', 0, 0],
  ]);

  now += MINUTE;
  const voter2 = await enter('voter2');
  const late = await until(
    () => client().ask('GET', '/issued-proof', { bearer: voter2 }),
    ({ status }) => status === 200,
  );
  const own = late.json as {
    position: number;
    size: number;
    salt: string;
    contests: string[];
    proof: string[];
    root: string;
  };
  assert.deepEqual(own.contests, ['question']);
  assert.deepEqual(hexToBytes(own.root), root);
  const leaf = issuedLeaf(own.position, hexToBytes(own.salt), own.contests);
  const { position: index, size } = own;
  verifyInclusion({ index, size, leaf, root, proof: own.proof.map((hash) => hexToBytes(hash)) });

  const session = await enter('voter4');
  const json = permitRequest('voter4', 'question', 'registrar');
  const refused = await client().ask('POST', '/permits', { bearer: session, json });
  assert.equal(refused.code, 'permits.closed');
});
