/**
 * An issuer's process with a station: keys, desk secrets, and SIGKILL around the commit of a batch
 * of cards and around the posting of what the kiosk has received. A lost answer is given again.
 */
import assert from 'node:assert/strict';
import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { encodeEntry } from '@kabina/election/entries';
import { cardFromText } from '@kabina/election/station-card';
import { decodeCardBatch } from '@kabina/election/station-delivery';
import { issuerDocument } from '../testing.ts';
import { formatRegister } from '../issuer/register.ts';
import { Client, until, type Reply } from '../test-client.ts';
import {
  DESK_SECRET,
  ISSUERS,
  listening,
  PortalElection,
  STATION,
  STATION_DESK_SECRET,
  type IssuerId,
} from '../test-election.ts';
import { TestKiosk } from '../test-kiosk.ts';
import type { RunningBox } from '../box/service.ts';

const COMMAND = new URL('./issuer.ts', import.meta.url).pathname;

let portal: PortalElection;
let runningBox: RunningBox;
let box: Client;
let kiosk: TestKiosk;

const at = (...path: string[]): string => join(portal.folder, ...path);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

const serveArgs = (id: IssuerId): string[] => [
  ...['serve', '--state', at(id), '--manifest', at('manifest.cbor'), '--port', '0'],
  ...['--board', box.url, '--desk-secret-file', at('general.secret')],
  ...['--desk-secret-file', `station/${STATION}=${at('station.secret')}`],
];

async function serve(id: IssuerId, crashAt?: string) {
  const env = { ...process.env, ...(crashAt !== undefined && { KABINA_CRASH_AT: crashAt }) };
  const stdio: ('ignore' | 'ipc')[] = ['ignore', 'ignore', 'ignore', 'ipc'];
  const child = fork(COMMAND, serveArgs(id), { env, stdio });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { child, client: new Client(`http://127.0.0.1:${port}`, issuerDocument(id)) };
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0);
}

const keysOf = (id: IssuerId): string[] => [
  ...['keys', '--state', at(id), '--draft', at('draft.json')],
  ...['--id', id, '--voters', at('voters.csv')],
];

before(async () => {
  portal = await PortalElection.make({ station: true, attached: 1 });
  kiosk = new TestKiosk(portal, 'K1');
  await writeFile(at('voters.csv'), formatRegister(portal.voters));
  await writeFile(at('general.secret'), DESK_SECRET);
  await writeFile(at('station.secret'), `${STATION_DESK_SECRET}\n`);
  const contests = ['question', 'few'].map((id) => ({ id }));
  const draft = { contests, styles: [{ id: 'town' }], stations: [{ id: STATION }] };
  await writeFile(at('draft.json'), JSON.stringify(draft));
  await portal.startWitnesses();
  runningBox = await portal.startBox();
  box = await listening(runningBox);
  await box.post(portal.openingEntries());
});
after(async () => {
  await runningBox.close();
  await portal.remove();
});

test('keys: the online ones and the station’s, as the manifest has them', async () => {
  for (const id of ISSUERS) {
    const made = await run(...keysOf(id));
    assert.equal(made.code, 0, made.stderr);
    const { keys } = JSON.parse(made.stdout) as {
      keys: { contest: string; list: string; modulus: string }[];
    };
    const issuer = portal.manifest.issuers.find((one) => one.id === id)!;
    assert.deepEqual(
      keys.map(({ contest, list, modulus }) => [contest, list, modulus]),
      issuer.keys.map(({ contest, list, modulus }) => [
        contest,
        list,
        Buffer.from(modulus).toString('base64url'),
      ]),
    );
    assert.equal(keys.filter(({ list }) => list === `station/${STATION}`).length, 2);
  }
});

test('desk secrets of stations: each opens its own; faults stop the process', async () => {
  const { child, client } = await serve('registrar');
  const list = (bearer: string) =>
    client.ask('POST', `/desk/lists/${STATION}`, { bearer, json: { from: 0 } });
  for (const bearer of [DESK_SECRET, STATION_DESK_SECRET]) {
    const answer = await list(bearer);
    assert.deepEqual(
      (answer.json as { voters: { number: string }[] }).voters.map(({ number }) => number),
      ['00000004'],
    );
  }
  const json = { station: '102', number: '00000001' };
  const foreign = await client.ask('POST', '/desk/transfers', {
    bearer: STATION_DESK_SECRET,
    json,
  });
  assert.equal(foreign.code, 'desk.rights');
  await end(child);
  await writeFile(at('empty.secret'), '');
  for (const [value, code] of [
    [`station/102=${at('station.secret')}`, 'desk.secret-station'],
    [`station/${STATION}=${at('empty.secret')}`, 'desk.secret-file'],
    [at('nowhere.secret'), 'command.file'],
  ] as const) {
    const ended = await run(...serveArgs('registrar'), '--desk-secret-file', value);
    assert.deepEqual([ended.code, ended.stderr.startsWith(code)], [2, true], ended.stderr);
  }
});

/** Asks a process that dies before it answers. */
async function askAndDie(id: IssuerId, point: string, path: string, cbor: Uint8Array) {
  const { child, client } = await serve(id, point);
  const died = once(child, 'exit');
  const asked = until(
    () => client.ask('POST', path, { cbor }),
    ({ code }) => code !== 'deliveries.closed' && code !== 'server.busy',
  );
  await assert.rejects(asked, TypeError, 'no answer came');
  assert.equal((await died)[1], 'SIGKILL');
}

let batch = 0;

for (const id of ISSUERS) {
  for (const point of ['deliveries.before-commit', 'deliveries.after-commit']) {
    test(`${id} killed at ${point}: the same batch has one answer, other cards none`, async () => {
      batch++;
      const request = await kiosk.request(id, batch, 3);
      await askAndDie(id, point, '/deliveries', request);
      const { child, client } = await serve(id);
      const ask = (cbor: Uint8Array): Promise<Reply> => client.ask('POST', '/deliveries', { cbor });
      if (point.endsWith('after-commit')) {
        const other = await kiosk.request(id, batch, 2);
        assert.equal((await ask(other)).code, 'deliveries.batch');
      }
      const answer = await until(
        () => ask(request),
        ({ code }) => code !== 'deliveries.closed',
      );
      assert.equal(answer.status, 200);
      assert.deepEqual((await ask(request)).bytes, answer.bytes);
      await end(child);
      const third = await serve(id);
      const again = await third.client.ask('POST', '/deliveries', { cbor: request });
      assert.deepEqual(again.bytes, answer.bytes, 'from the disk');
      await end(third.child);
    });
  }
}

for (const point of ['deliveries.before-post', 'deliveries.after-post']) {
  test(`the card issuer killed at ${point}: what was received is on the board once`, async () => {
    batch++;
    const first = await serve('observers');
    const request = await kiosk.request('observers', batch, 2);
    const answer = await until(
      () => first.client.ask('POST', '/deliveries', { cbor: request }),
      ({ code }) => code !== 'deliveries.closed',
    );
    await end(first.child);
    const entry = encodeEntry(await kiosk.delivered(batch, decodeCardBatch(answer.bytes)));
    await askAndDie('observers', point, '/deliveries/confirm', entry);

    const { child, client } = await serve('observers');
    const places: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      const confirmed = await client.ask('POST', '/deliveries/confirm', { cbor: entry });
      assert.equal(confirmed.status, 200, JSON.stringify(confirmed.json));
      places.push((confirmed.json as { index: number }).index);
    }
    assert.equal(places[0], places[1]);
    const { state } = await portal.replay();
    const cards = state.stations!.cards.of('K1').get('town')!;
    assert.equal(cards.received, point.endsWith('before-post') ? 2 : 4);
    const bearer = STATION_DESK_SECRET;
    const printed = await client.ask('POST', `/desk/cards/${STATION}/K1/${batch}`, { bearer });
    const texts = (printed.json as { cards: { text: string }[] }).cards;
    assert.equal(new Set(texts.map(({ text }) => cardFromText(text).secret.join())).size, 2);
    await end(child);
  });
}
