/**
 * Canaries in a whole election: a choice, a voter's keys and randomness, codes, sessions,
 * passphrases, shares and the parties' own keys are known to the test, and are then looked for in
 * every file that any process has written, everything that any has printed, every address that any
 * was asked for and every byte that any has answered, errors included.
 */
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { PortalClient } from '@kabina/booth/client';
import { openElection } from '@kabina/booth/voter';
import { hexToBytes, randomBytes, utf8ToBytes } from '@kabina/crypto/bytes';
import { openUnderPassphrase, sealUnderPassphrase } from '@kabina/crypto/passphrase';
import { readElectionFile } from '@kabina/kiosk-shell/start/election-file';
import { startElection, ISSUER_IDS, type RunningElection } from '@kabina/kiosk-shell/start/setup';
import { syntheticVoters, type TrainingVoter } from '@kabina/kiosk-shell/start/voters';
import { folderStore } from '@kabina/trustee/folder-store';
import { Vault } from '@kabina/trustee/vault';
import { accessHalf } from '../rehearsal/booth-voters.ts';
import { closeToResult, openWithKey, until } from '../rehearsal/phases.ts';
import type { CodeMessage } from '../rehearsal/voter-thread.ts';
import { searchFolder, type Allowed, type Secret } from './secrets.ts';
import { WatchedTrustees } from './trustees.ts';
import { KnownVoter, refused } from './voter.ts';

const OPTIONS = 40;
const CONTEST = 'd1';
const OFFICE_LABEL = 'kabina/v1/canary-office';

const ELECTION = JSON.stringify({
  title: 'Канарейка',
  districts: [
    {
      district: 1,
      name: 'Сколько угодно из сорока',
      minMarks: 0,
      maxMarks: OPTIONS,
      candidates: Array.from({ length: OPTIONS }, (_, i) => ({ id: `c${i}`, name: `${i + 1}-й` })),
    },
  ],
});

/** Marks that occur nowhere by chance: random, about half of them set; the last cell says blank. */
const marks = [...randomBytes(OPTIONS)].map((byte) => byte & 1).concat(0);
const others = marks.map((mark, i) => (i === OPTIONS ? 0 : 1 - mark));
const blank = marks.map((_, i) => (i === OPTIONS ? 1 : 0));

/** The choice as the ways it might be written down. */
function choiceSecrets(choice: readonly number[]): Secret[] {
  const bits = BigInt(`0b${choice.join('')}`).toString(16);
  const chosen = choice.flatMap((mark, i) => (mark === 1 ? [i] : []));
  return [
    { name: 'choice as bytes', value: Uint8Array.from(choice) },
    { name: 'choice as digits', value: choice.join('') },
    { name: 'choice as hexadecimal bits', value: bits, word: true },
    { name: 'choice as truth values', value: choice.map((mark) => mark === 1).join(',') },
    { name: 'chosen options', value: chosen.join(',') },
    { name: 'chosen options as bytes', value: Uint8Array.from(chosen) },
    { name: 'ids of chosen options', value: chosen.map((i) => `c${i}`).join('","') },
  ];
}

const ALLOWED: readonly Allowed[] = [
  {
    secret: /^session of /,
    file: /^records\/issuer-serve-\d+\/answer-POST_login$/,
    because: 'a session is given to the voter who has logged in, once',
  },
  {
    secret: /^access code of /,
    file: /^records\/issuer-serve-\d+\/answer-POST_desk$/,
    because: 'a half of an access code is given to the member at the desk, once',
  },
  ...(['registrar', 'observers'] as const).flatMap((issuer): Allowed[] => [
    {
      secret: new RegExp(`^desk secret of ${issuer}$`),
      file: new RegExp(`^parties/${issuer}-desk\\.secret$`),
      because: 'the desk’s own secret, handed to the issuer in a file of mode 0600',
    },
    {
      secret: new RegExp(`^${issuer}/`),
      file: new RegExp(`^parties/${issuer}/(signing\\.seed|marks\\.secret|blind-signing/)`),
      because: 'an issuer’s own keys, in its own folder, in files of mode 0600',
    },
  ]),
  {
    secret: /^box\//,
    file: /^parties\/box\/(box|log)\.seed$/,
    because: 'the box’s own keys, in its own folder, in files of mode 0600',
  },
];

describe('a whole election with planted canaries', { concurrency: false }, () => {
  let folder: string;
  let running: RunningElection;
  let trustees: WatchedTrustees;
  const secrets: Secret[] = [];
  const codes = new Map<string, string>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kabina-canary-'));
    await mkdir(join(folder, 'records'));
    process.env['KABINA_RECORDS'] = join(folder, 'records');
    process.env['NODE_OPTIONS'] = `--import=${new URL('./recorder.ts', import.meta.url).href}`;
  });

  after(async () => {
    await trustees?.stop();
    await running?.stop();
    await rm(folder, { recursive: true });
  });

  it('runs from the ceremony to the published protocols, with every kind of error on the way', async () => {
    const plan = readElectionFile(ELECTION);
    const { csv, voters } = await syntheticVoters(plan, 4, folder);
    trustees = new WatchedTrustees(join(folder, 'trustees'));
    running = await startElection({
      folder: join(folder, 'parties'),
      plan,
      voters: csv,
      minutes: 60,
      revoting: true,
      pool: 2,
      seats: await trustees.takeSeats(),
      sender: 'ipc',
      requestsPerMinute: 100_000,
      onMessage: (_party, message) => {
        const { type, issuer, login, code } = message as CodeMessage & { type?: string };
        if (type === 'code') codes.set(`${issuer} ${login}`, code);
      },
    });
    await trustees.serve(running);
    await plantOwnKeys();
    await plantOfficePassphrase();
    await until(running, 'the key', () => running.commission.state.phase === 'ready');
    secrets.push(...(await trustees.secrets()));
    await wrongPassphrase();
    await openWithKey(running);
    await vote(voters);
    await listen();
  });

  it('while it runs: nothing but what the design puts there', async () => {
    await assertNothingFound();
  });

  it('after its end: nothing but what the design puts there', async () => {
    await closeToResult(running);
    await trustees.stop();
    await running.stop();
    await assertNothingFound();
    assert.ok(running.commission.state.results.has(CONTEST), 'there is a result');
  });

  it('the files that hold a party’s own keys are that party’s alone', async () => {
    for (const party of [...ISSUER_IDS, 'box', 'witness-1', 'witness-2']) {
      const path = join(folder, 'parties', party);
      assert.equal((await stat(path)).mode & 0o777, 0o700, party);
      for (const name of await readdir(path, { recursive: true })) {
        // What witness and log remember is public; their folders are closed all the same.
        if (!/\.(seed|secret|pem|key)$|^(issuer|box)\.sqlite$/.test(name)) continue;
        const { mode } = await stat(join(path, name));
        assert.equal(mode & 0o777, 0o600, `${party}/${name}`);
      }
    }
    for (const issuer of ISSUER_IDS) {
      const { mode } = await stat(join(folder, 'parties', `${issuer}-desk.secret`));
      assert.equal(mode & 0o777, 0o600);
    }
  });

  it('what the ceremony left is erased once the election is open', async () => {
    for (const [i, passphrase] of trustees.passphrases.entries()) {
      const vault = await Vault.open(folderStore(trustees.folderOf(i + 1)), passphrase);
      assert.equal(await vault.get('hpke-key'), undefined);
      assert.equal(await vault.get('dealing/1'), undefined);
      assert.ok(await vault.get('share'));
    }
  });

  it('nothing that is stored of a ballot has another length for another choice', () => {
    const box = new DatabaseSync(join(folder, 'parties/box/box.sqlite'), { readOnly: true });
    const revisions = box.prepare('SELECT * FROM revisions WHERE revision = 0').all();
    box.close();
    assert.equal(revisions.length, 3);
    assert.equal(new Set(revisions.map(form)).size, 1);
    for (const issuer of ISSUER_IDS) {
      const path = join(folder, 'parties', issuer, 'issuer.sqlite');
      const database = new DatabaseSync(path, { readOnly: true });
      const served = database.prepare('SELECT mark, contest, list, blinded, answer FROM served');
      assert.equal(new Set(served.all().map(form)).size, 1);
      database.close();
    }
  });

  /** The keys that parties made for themselves: each may be in its own files alone. */
  async function plantOwnKeys(): Promise<void> {
    const parties = join(folder, 'parties');
    const own = async (party: string, file: string): Promise<void> => {
      const value = hexToBytes((await readFile(join(parties, party, file), 'utf8')).trim());
      secrets.push({ name: `${party}/${file}`, value });
    };
    for (const issuer of ISSUER_IDS) {
      await own(issuer, 'signing.seed');
      await own(issuer, 'marks.secret');
      const pem = await readFile(join(parties, issuer, `blind-signing/${CONTEST}+online.pem`));
      const { d, p } = createPrivateKey(pem).export({ format: 'jwk' });
      for (const [part, value] of Object.entries({ d, p })) {
        const name = `${issuer}/blind-signing ${part}`;
        secrets.push({ name, value: Uint8Array.from(Buffer.from(value!, 'base64url')) });
      }
      // Broken into lines, as a PEM file is.
      const lines = pem.toString().split('\n').slice(2, -3);
      secrets.push({ name: `${issuer}/blind-signing line`, value: lines[10]! });
      secrets.push({ name: `desk secret of ${issuer}`, value: running.officeKeys.desks[issuer] });
    }
    await own('box', 'box.seed');
    await own('box', 'log.seed');
    secrets.push({ name: 'seed of the commission', value: running.officeKeys.commission });
  }

  /** The office's keys at rest, as the training machine seals them. */
  async function plantOfficePassphrase(): Promise<void> {
    const passphrase = `canary office ${Buffer.from(randomBytes(9)).toString('base64url')}`;
    secrets.push({ name: 'passphrase of the office', value: passphrase });
    const { commission, desks } = running.officeKeys;
    const content = Buffer.concat([commission, utf8ToBytes(JSON.stringify(desks))]);
    const sealed = await sealUnderPassphrase(passphrase, OFFICE_LABEL, Uint8Array.from(content));
    await writeFile(join(folder, 'office-keys'), sealed);
    const error = await caught(openUnderPassphrase(`${passphrase}!`, OFFICE_LABEL, sealed));
    await writeFile(join(folder, 'records', 'error-of-office'), error);
  }

  async function wrongPassphrase(): Promise<void> {
    const store = folderStore(trustees.folderOf(1));
    const error = await caught(Vault.open(store, `${trustees.passphrases[0]!}?`));
    assert.match(error, /passphrase\.wrong/);
    await writeFile(join(folder, 'records', 'error-of-vault'), error);
  }

  async function vote(voters: readonly TrainingVoter[]): Promise<void> {
    const issuers = ISSUER_IDS.map((id) => ({ id, url: running.issuers[id].url }));
    const client = new PortalClient({ box: running.box.url, issuers });
    const context = await openElection(client, running.electionId);
    const wrongCode = { method: 'access-code', code: '00000' } as const;
    await refused(client.login('registrar', wrongCode), 'login.code-wrong');
    const stranger = { method: 'training', login: 'nobody-at-all' } as const;
    await refused(client.login('registrar', stranger), 'login.unknown');

    for (const [i, choice] of [marks, others, blank].entries()) {
      const voter = new KnownVoter(`voter ${i + 1}`, client, context);
      const { login, number } = voters[i]!;
      if (i === 1) {
        const halves = await Promise.all(ISSUER_IDS.map((id) => accessHalf(running, id, number)));
        await voter.enter(halves);
      } else {
        const code = (issuer: string) => sent(`${issuer} ${login}`);
        const wrong = (await sentAfterLogin(client, login)) ? '000000' : '000001';
        await voter.logIn(login, code, wrong);
      }
      await voter.obtainPermit(CONTEST);
      const ballot = voter.seal(CONTEST, choice, 0);
      await badBallots(client, ballot);
      await client.cast(ballot);
      await client.cast(ballot);
      await refused(client.cast(voter.seal(CONTEST, choice, 0)), 'ballots.revision-taken');
      if (i === 0) {
        await client.challenge(voter.challenge(CONTEST, blank));
        await client.cast(voter.seal(CONTEST, choice, 1));
      }
      await voter.logOut();
      secrets.push(...voter.secrets);
    }
    secrets.push(...choiceSecrets(marks));
  }

  /** Broken, cut, and sent to the wrong place: each is refused, and the refusal tells nothing. */
  async function badBallots(client: PortalClient, ballot: Uint8Array): Promise<void> {
    const flipped = ballot.slice();
    flipped[Math.floor(flipped.length / 2)]! ^= 1;
    await assert.rejects(client.cast(flipped));
    await assert.rejects(client.cast(ballot.slice(0, -7)));
    await assert.rejects(client.challenge(ballot));
    const url = new URL('/entries', running.box.url);
    const headers = { 'content-type': 'application/cbor' };
    const answer = await fetch(url, { method: 'POST', headers, body: ballot.slice() });
    assert.ok(answer.status >= 400);
  }

  /** The events that turnout charts and observers hear. */
  async function listen(): Promise<void> {
    for (const { url } of [running.box, ...Object.values(running.issuers)]) {
      const answer = await fetch(new URL('/events', url));
      const reader = answer.body!.getReader();
      const { value } = await reader.read();
      assert.ok(value !== undefined && value.length > 0);
      await reader.cancel();
    }
  }

  async function sent(key: string): Promise<string> {
    for (;;) {
      const code = codes.get(key);
      if (code !== undefined) return code;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** A code that is not the one sent by either issuer. */
  async function sentAfterLogin(client: PortalClient, login: string): Promise<boolean> {
    for (const id of ISSUER_IDS) await client.login(id, { method: 'training', login });
    const both = await Promise.all(ISSUER_IDS.map((id) => sent(`${id} ${login}`)));
    return !both.includes('000000');
  }

  async function assertNothingFound(): Promise<void> {
    const { findings, files, used } = await searchFolder(folder, secrets, ALLOWED);
    assert.deepEqual(findings, []);
    // What was searched is what there is: databases, the log, records of every kind of process.
    for (const expected of [
      /parties\/box\/box\.sqlite$/,
      /parties\/registrar\/issuer\.sqlite$/,
      /parties\/observers\/issuer\.sqlite$/,
      /parties\/board\/tile\/entries\//,
      /trustees\/trustee-7\//,
      /records\/box-serve-\d+\/answer-POST_ballots$/,
      /records\/issuer-serve-\d+\/answer-POST_permits$/,
      /records\/issuer-serve-\d+\/urls$/,
      /records\/issuer-serve-\d+\/stdout$/,
      /records\/witness-serve-\d+\/answer-POST_add-checkpoint$/,
    ]) {
      assert.ok(
        files.some((file) => expected.test(file)),
        `searched: ${expected}`,
      );
    }
    const idle = ALLOWED.filter((rule) => !used.has(rule)).map(({ because }) => because);
    assert.deepEqual(idle, [], 'an exception that nothing needs');
  }
});

/** Kind and length of each column. */
function form(row: Record<string, unknown>): string {
  return Object.entries(row)
    .map(
      ([name, value]) => `${name}:${typeof value}:${(value as { length?: number } | null)?.length}`,
    )
    .join(' ');
}

async function caught(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    const { code, message, stack } = error as { code?: string } & Error;
    return `${code}: ${message}\n${stack}`;
  }
  throw new Error('nothing was refused');
}
