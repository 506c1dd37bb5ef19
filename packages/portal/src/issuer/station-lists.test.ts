/**
 * A station's desk over HTTP, with both issuers and a real ballot box: its list, voters who move,
 * marks, and what comes of them in the issuers' statements. Nobody is on two lists.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { blind } from '@kabina/crypto/blind-rsa';
import { hexToBytes } from '@kabina/crypto/bytes';
import { verifyInclusion } from '@kabina/log/merkle';
import { until, type Client } from '../test-client.ts';
import {
  DESK_SECRET,
  ISSUERS,
  listening,
  PortalElection,
  STATION,
  STATION_DESK_SECRET,
  type IssuerId,
} from '../test-election.ts';
import type { RunningBox } from '../box/service.ts';
import { issuedLeaf } from './issued.ts';
import type { OneTimeMessage } from './sender.ts';
import type { RunningIssuer } from './service.ts';

/** Voters 1 to 10, 11 and 12 attached to the station; the rest race. */
const NAMED = 12;
const RACERS = 20;
const ATTACHED = 3;
const MINUTE = 60_000;

let portal: PortalElection;
let runningBox: RunningBox;
let box: Client;
let now = Date.now();
const clock = (): number => now;
const sent: OneTimeMessage[] = [];
const running: RunningIssuer[] = [];
const clients = new Map<IssuerId, Client>();

before(async () => {
  portal = await PortalElection.make({
    voters: NAMED + RACERS + ATTACHED,
    station: true,
    attached: ATTACHED,
  });
  await portal.startWitnesses();
  runningBox = await portal.startBox(clock);
  box = await listening(runningBox);
  for (const id of ISSUERS) {
    const issuer = await portal.startIssuer(id, box.url, sent, clock);
    running.push(issuer);
    clients.set(id, await listening(issuer));
  }
  await box.post(portal.openingEntries());
});
after(async () => {
  for (const issuer of running) await issuer.close();
  await runningBox.close();
  await portal.remove();
});

const client = (id: IssuerId = 'registrar'): Client => clients.get(id)!;
const numberOf = (voter: number): string => String(voter).padStart(8, '0');
const last = NAMED + RACERS + ATTACHED;

async function enter(voter: number, id: IssuerId = 'registrar'): Promise<string> {
  const login = `voter${voter}`;
  const opened = await client(id).ask('POST', '/login', { json: { method: 'training', login } });
  const { session } = opened.json as { session: string };
  const { code } = sent.findLast((message) => message.login === login && message.issuer === id)!;
  await client(id).ask('POST', '/codes/verify', { bearer: session, json: { code } });
  return session;
}

function permitRequest(voter: number, contest = 'question', list = 'online') {
  const { keys } = portal.manifest.issuers[0]!;
  const key = keys.find((one) => one.contest === contest && one.list === list)!;
  const message = new TextEncoder().encode(`voter ${voter}`);
  const { blinded } = blind(key, message, new Uint8Array(32).fill(voter));
  return { contest, list, blinded: Buffer.from(blinded).toString('base64url') };
}

const permit = (bearer: string, voter: number, contest?: string) =>
  client().ask('POST', '/permits', { bearer, json: permitRequest(voter, contest) });
const desk = (path: string, json: unknown, bearer = DESK_SECRET, id: IssuerId = 'registrar') =>
  client(id).ask('POST', `/desk/${path}`, { bearer, json });
const transfer = (voter: number, station = STATION) =>
  desk('transfers', { station, number: numberOf(voter) });
const release = (voter: number) => desk('releases', { station: STATION, number: numberOf(voter) });
const mark = (voters: readonly number[], complete = false) =>
  desk('marks', {
    station: STATION,
    marks: voters.map((voter) => ({ number: numberOf(voter) })),
    complete,
  });

async function listed(): Promise<{ number: string; served: string[] }[]> {
  const answer = await desk(`lists/${STATION}`, { from: 0 });
  const { voters, more } = answer.json as {
    voters: { number: string; served: string[] }[];
    more: boolean;
  };
  assert.equal(more, false);
  return voters;
}

test('the station’s list: its voters by position; they are not served online', async () => {
  const voters = (await listed()).map(({ number }) => number);
  assert.deepEqual(voters, [last - 2, last - 1, last].map(numberOf));
  const from = await desk(`lists/${STATION}`, { from: last - 1 });
  const rest = (from.json as { voters: { number: string; position: number }[] }).voters;
  assert.deepEqual(
    rest.map(({ number, position }) => [number, position]),
    [[numberOf(last), last - 1]],
  );
  const refused = await permit(await enter(last), last);
  assert.deepEqual([refused.status, refused.code], [403, 'permits.elsewhere']);
  // Nor can the station's own keys be had without a card.
  const bearer = await enter(1);
  const json = permitRequest(1, 'question', `station/${STATION}`);
  assert.equal((await client().ask('POST', '/permits', { bearer, json })).code, 'permits.list');
});

test('a voter comes over, and goes back, as long as nobody has served them', async () => {
  const [one, other, third] = [1, 2, 3] as const;
  const sessions = new Map([
    [one, await enter(one)],
    [other, await enter(other)],
  ]);
  const moved = await transfer(one);
  assert.equal((moved.json as { number: string }).number, numberOf(one));
  assert.deepEqual((await transfer(one)).json, moved.json, 'again');
  assert.equal((await permit(sessions.get(one)!, one)).code, 'permits.elsewhere');
  assert.ok((await listed()).some(({ number }) => number === numberOf(one)));
  assert.equal((await release(one)).status, 200);
  assert.equal((await release(one)).status, 200, 'again');
  await until(
    () => permit(sessions.get(one)!, one),
    ({ status }) => status === 200,
  );
  assert.equal((await transfer(one)).code, 'desk.served');

  assert.equal((await transfer(other)).status, 200);
  assert.deepEqual((await mark([other])).json, { stored: 1, refused: [] });
  assert.equal((await release(other)).code, 'desk.served');
  assert.equal((await permit(sessions.get(other)!, other)).code, 'permits.elsewhere');
  assert.deepEqual((await transfer(other)).json, {
    ...((await transfer(other)).json as object),
    served: ['few', 'question'],
  });
  assert.equal((await release(third)).status, 200, 'is online');
  assert.equal((await transfer(99)).code, 'desk.voter');
  assert.equal((await release(99)).code, 'desk.voter');
  assert.equal((await transfer(third, '102')).code, 'desk.station');
});

test('a desk with a station’s secret acts for that station alone', async () => {
  const own = { station: STATION, number: numberOf(4) };
  const foreign = { station: '102', number: numberOf(4) };
  const marks = { marks: [], complete: false };
  for (const [path, json, code] of [
    ['transfers', own, undefined],
    ['releases', own, undefined],
    [`lists/${STATION}`, { from: 0 }, undefined],
    ['marks', { station: STATION, ...marks }, undefined],
    ['transfers', foreign, 'desk.rights'],
    ['releases', foreign, 'desk.rights'],
    ['lists/102', { from: 0 }, 'desk.rights'],
    ['marks', { station: '102', ...marks }, 'desk.rights'],
  ] as const) {
    assert.equal((await desk(path, json, STATION_DESK_SECRET)).code, code, path);
    assert.equal((await desk(path, json, 'guessed')).code, 'desk.secret');
  }
  for (const path of ['releases', 'lists/102', 'marks']) {
    const json = path === 'marks' ? { station: '102', ...marks } : foreign;
    const body = path.startsWith('lists') ? { from: 0 } : json;
    assert.equal((await desk(path, body)).code, 'desk.station', path);
  }
  const many = Array.from({ length: 501 }, (_, i) => ({ number: numberOf(i) }));
  const tooMany = await desk('marks', { station: STATION, marks: many, complete: false });
  assert.equal(tooMany.code, 'request.fields');
});

test('marks: once each, refused by name for whoever is not on the list', async () => {
  const voters = [last, 1, 99, 5];
  const expected = {
    stored: 1,
    refused: [
      { number: numberOf(99), code: 'desk.voter' },
      { number: numberOf(1), code: 'desk.elsewhere' },
      { number: numberOf(5), code: 'desk.elsewhere' },
    ],
  };
  assert.deepEqual((await mark(voters)).json, expected);
  assert.deepEqual((await mark(voters)).json, expected, 'a lost answer is given again');
  const { styles } = (await client().ask('GET', '/turnout')).json as { styles: unknown };
  // Voters 1, 2 and the last one.
  assert.deepEqual(styles, [{ id: 'town', voters: last, served: 3 }]);
});

test('permits and transfers at once: every voter is served by one or handed to the other', async () => {
  const voters = Array.from({ length: RACERS }, (_, i) => NAMED + 1 + i);
  const sessions: string[] = [];
  for (const voter of voters) sessions.push(await enter(voter));
  const races = await Promise.all(
    voters.flatMap((voter, i) => {
      const [online, station] = [() => permit(sessions[i]!, voter), () => transfer(voter)];
      // Half of them start the other way round.
      const both = i % 2 === 0 ? [online(), station()] : [station(), online()];
      return [Promise.all(i % 2 === 0 ? both : [both[1]!, both[0]!])];
    }),
  );
  const outcomes = races.map(
    ([online, station]) => `${online!.code ?? 200} ${station!.code ?? 200}`,
  );
  for (const outcome of outcomes) {
    assert.ok(['200 desk.served', 'permits.elsewhere 200'].includes(outcome), outcome);
  }
  const taken = (await listed()).map(({ number }) => number);
  voters.forEach((voter, i) => {
    assert.equal(taken.includes(numberOf(voter)), outcomes[i] === 'permits.elsewhere 200');
  });
});

test('the issued statement waits for the station, counts its marks, and then takes no more', async () => {
  for (const id of ISSUERS) {
    // The observers' issuer has served nobody online.
    if (id === 'registrar') continue;
    for (const voter of [2, last]) {
      const json = { station: STATION, number: numberOf(voter) };
      assert.equal((await desk('transfers', json, DESK_SECRET, id)).status, 200);
      const marks = [{ number: numberOf(voter) }];
      await desk('marks', { station: STATION, marks, complete: false }, DESK_SECRET, id);
    }
  }
  const online = (await client().ask('GET', '/turnout')).json as {
    contests: { id: string; issued: number }[];
  };
  const visitor = await enter(6);
  await box.post([portal.signed('closed', 'commission', { stations: [], missing: ['K1', 'K2'] })]);
  const issuedNow = async () => (await portal.replay()).state.issued;
  now += MINUTE;
  // Once the issuer has seen the closing it forgets its visitors.
  await until(
    () => client().ask('GET', '/voter', { bearer: visitor }),
    ({ code }) => code === 'session.missing',
  );
  const bearer = await enter(last);
  assert.equal((await issuedNow()).size, 0, 'the station has not said that all is marked');
  const early = await client().ask('GET', '/issued-proof', { bearer });
  assert.equal(early.code, 'issued.not-yet');

  assert.deepEqual((await mark([last - 1], true)).json, { stored: 1, refused: [] });
  await until(issuedNow, (issued) => issued.has('registrar'));
  const { counts, root } = (await issuedNow()).get('registrar')!;
  const station = (contest: string) =>
    counts.find(([list, id]) => list === `station/${STATION}` && id === contest);
  assert.deepEqual(station('question'), [`station/${STATION}`, 'question', 0, 3]);
  assert.deepEqual(station('few'), [`station/${STATION}`, 'few', 0, 3]);
  const sum = counts
    .filter(([, contest]) => contest === 'question')
    .reduce((total, [, , remote, premises]) => total + remote + premises, 0);
  const before = online.contests.find(({ id }) => id === 'question')!.issued;
  assert.equal(sum, before + 1, 'turnout had all marks but the last');
  const late = await mark([last - 2]);
  assert.deepEqual([late.status, late.code], [409, 'desk.closed']);

  // The voter whom the desk has marked finds their own leaf.
  const proof = await until(
    () => client().ask('GET', '/issued-proof', { bearer }),
    ({ status }) => status === 200,
  );
  const own = proof.json as {
    position: number;
    size: number;
    salt: string;
    contests: string[];
    proof: string[];
  };
  assert.deepEqual(own.contests, ['few', 'question']);
  const leaf = issuedLeaf(own.position, hexToBytes(own.salt), own.contests);
  const { position: index, size } = own;
  verifyInclusion({ index, size, leaf, root, proof: own.proof.map((hash) => hexToBytes(hash)) });
});

test('an issuer whose station never says that all is marked publishes at tally', async () => {
  assert.equal((await portal.replay()).state.issued.has('observers'), false);
  const { state } = await portal.replay();
  await box.post([portal.signed('tally', 'commission', { size: state.size })]);
  const issued = await until(
    async () => (await portal.replay()).state.issued,
    (statements) => statements.has('observers'),
  );
  const { counts } = issued.get('observers')!;
  assert.deepEqual(
    counts.find(([list, contest]) => list === `station/${STATION}` && contest === 'few'),
    [`station/${STATION}`, 'few', 0, 2],
  );
});
