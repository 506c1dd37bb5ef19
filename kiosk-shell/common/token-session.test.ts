/** What a person with a token meets, step by step, over simulated cards. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createAuthority, issue } from '@kabina/cms/authority';
import { utf8ToBytes } from '@kabina/crypto/bytes';
import type { TokenState } from '@kabina/elements/token-task';
import { fail } from '@kabina/tokens/result';
import { pivCard } from '@kabina/tokens/testing/piv-card';
import { simulatedKey } from '@kabina/tokens/testing/simulated-key';
import { simulatedReaders, type SimulatedReaders } from '@kabina/tokens/testing/simulated-readers';
import type { ReaderSource } from '@kabina/tokens/transport';
import { TokenSession, type Roads, type TokenWork } from './token-session.ts';

const PIN = '271828';
const validity = { notBefore: new Date(Date.now() - 1000), notAfter: new Date(Date.now() + 1e9) };
const authority = createAuthority({ algorithm: 'ecdsa-p256', name: 'Центр', ...validity });

function tokenOf(name: string) {
  const key = simulatedKey('ecdsa-p256');
  const { algorithm, publicKey } = key;
  const certificate = issue(authority, { name, algorithm, publicKey, ...validity });
  return pivCard({ signature: { key, certificate }, pin: PIN, tries: 3 });
}

const roadsTo = (...sources: ReaderSource[]): Roads => ({
  unpaired: false,
  pair: () => undefined,
  take: () => Promise.resolve(sources),
  leave: (left, after = Promise.resolve()) =>
    void after.then(() => left.map((source) => source.close())),
});

/** Signs a digest; what was signed and with which PIN buffer is for the test to see. */
function work(over: Partial<TokenWork> = {}): TokenWork & { readonly pins: Uint8Array[] } {
  const pins: Uint8Array[] = [];
  return {
    pins,
    purpose: 'sign',
    subject: { ru: 'Проба' },
    admit: () => ({ post: { ru: 'председатель' } }),
    async perform({ card, pin, options }) {
      pins.push(pin);
      const signed = await card.sign(new Uint8Array(32).fill(7), pin, options);
      return signed.ok ? { done: true } : { done: false, problem: signed.problem };
    },
    ...over,
  };
}

/** Waits until the task is where it is expected, and answers that state. */
async function until<A extends TokenState['at']>(
  task: TokenSession,
  at: A,
): Promise<Extract<TokenState, { at: A }>> {
  for (let turn = 0; task.state.at !== at; turn++) {
    assert.ok(turn < 500, `waited for ${at}, but it is ${JSON.stringify(task.state)}`);
    await new Promise((go) => setTimeout(go, 2));
  }
  return task.state as Extract<TokenState, { at: A }>;
}

function started(readers: SimulatedReaders, some = work()): TokenSession {
  const task = new TokenSession(some, roadsTo(readers));
  task.start();
  return task;
}

const one = (name = 'Соколова М. И.') => simulatedReaders([{ name: 'A', card: tokenOf(name) }]);

test('one token is taken by itself, says whose it is, and signs', async () => {
  const some = work();
  const task = started(one(), some);
  const asked = await until(task, 'asked');
  assert.equal(asked.token.name, 'Соколова М. И.');
  assert.equal(asked.token.post?.ru, 'председатель');
  assert.equal(asked.triesLeft, 3);
  const pin = utf8ToBytes(PIN);
  task.submit(pin);
  await until(task, 'done');
  assert.deepEqual([...pin], [0, 0, 0, 0, 0, 0], 'the PIN is overwritten');
  assert.equal(some.pins.length, 1);
});

test('a wrong PIN is asked again with what is left, and the last try only when it is wanted', async () => {
  const task = started(one());
  for (const left of [2, 1]) {
    await until(task, 'asked');
    task.submit(utf8ToBytes('000000'));
    await until(task, 'working');
    const again = await until(task, 'asked');
    assert.deepEqual([again.refusal, again.triesLeft], ['card.pin-wrong', left]);
  }
  task.submit(utf8ToBytes(PIN));
  await until(task, 'working');
  const warned = await until(task, 'asked');
  assert.equal(warned.refusal, 'card.pin-last-try');
  assert.equal(warned.triesLeft, 1, 'nothing was sent');
  task.submit(utf8ToBytes(PIN), true);
  await until(task, 'done');
});

test('a token without tries says so at once', async () => {
  const readers = one();
  const task = started(readers);
  await until(task, 'asked');
  for (const lastTry of [false, false, true]) {
    task.submit(utf8ToBytes('000000'), lastTry);
    await until(task, 'working');
    if (!lastTry) await until(task, 'asked');
  }
  const failed = await until(task, 'failed');
  assert.equal(failed.code, 'card.pin-blocked');
  assert.equal(failed.retry, false);
});

test('several tokens are a choice, and no token is waited for', async () => {
  const readers = simulatedReaders([
    { name: 'A', card: tokenOf('Первая') },
    { name: 'B', card: tokenOf('Вторая') },
  ]);
  const task = started(readers);
  assert.deepEqual((await until(task, 'choosing')).readers, ['A', 'B']);
  task.use('B');
  assert.equal((await until(task, 'asked')).token.name, 'Вторая');
  task.stop();

  const empty = simulatedReaders([{ name: 'A', card: undefined }]);
  const waiting = started(empty);
  assert.deepEqual((await until(waiting, 'waiting')).readers, ['A']);
  empty.exchange('A', tokenOf('Третья'));
  assert.equal((await until(waiting, 'asked')).token.name, 'Третья');
});

describe('a token that is pulled', () => {
  test('while the PIN is typed', async () => {
    const readers = one();
    const task = started(readers);
    await until(task, 'asked');
    readers.exchange('A');
    assert.equal((await until(task, 'failed')).code, 'transport.removed');
    readers.exchange('A', tokenOf('Соколова М. И.'));
    task.retry();
    await until(task, 'asked');
  });
  test('while it signs', async () => {
    const readers = one();
    const task = started(
      readers,
      work({
        async perform({ card, pin, options }) {
          readers.exchange('A');
          const signed = await card.sign(new Uint8Array(32), pin, options);
          assert.ok(!signed.ok);
          return { done: false, problem: signed.problem };
        },
      }),
    );
    await until(task, 'asked');
    task.submit(utf8ToBytes(PIN));
    assert.equal((await until(task, 'failed')).code, 'transport.removed');
  });
});

test('whom the work does not admit is told so by name, and no PIN is asked', async () => {
  const task = started(one('Чужой'), work({ admit: () => ({ code: 'token.not-on-roll' }) }));
  const failed = await until(task, 'failed');
  assert.deepEqual([failed.code, failed.token?.name], ['token.not-on-roll', 'Чужой']);
});

test('what the network says is not the token’s fault, and may be tried again', async () => {
  const broken = work({ perform: () => Promise.reject(new TypeError('fetch failed')) });
  const task = started(one(), broken);
  await until(task, 'asked');
  const pin = utf8ToBytes(PIN);
  task.submit(pin);
  const failed = await until(task, 'failed');
  assert.deepEqual(
    [failed.code, failed.retry, failed.token?.name],
    ['network.unreachable', true, 'Соколова М. И.'],
  );
  assert.ok(pin.every((byte) => byte === 0));
});

test('the agent is paired once, by a person, and a wrong code is asked again', async () => {
  const secrets: (string | undefined)[] = [];
  const good = one();
  const bad = Object.assign(new EventTarget(), {
    kind: 'agent' as const,
    readers: [],
    open: () => Promise.resolve(fail('transport.unpaired', 'wrong')),
    close: () => Promise.resolve(),
  });
  const roads: Roads = {
    get unpaired() {
      return secrets.at(-1) === undefined;
    },
    pair: (secret) => secrets.push(secret),
    take: () => Promise.resolve([secrets.at(-1) === 'right' ? good : bad]),
    leave: () => undefined,
  };
  const task = new TokenSession(work(), roads);
  task.start();
  assert.equal((await until(task, 'pairing')).wrong, false);
  task.pair('wrong');
  while (task.state.at !== 'pairing' || !task.state.wrong)
    await new Promise((go) => setTimeout(go, 2));
  task.pair('right');
  await until(task, 'asked');
});

test('a task that is stopped and started again begins anew, whatever it was at', async () => {
  for (const wait of [0, 1, 3, 8, 20]) {
    const readers = one();
    const task = started(readers);
    await new Promise((go) => setTimeout(go, wait));
    task.stop();
    task.start();
    await until(task, 'asked');
    await new Promise((go) => setTimeout(go, 20));
    task.submit(utf8ToBytes(PIN));
    await until(task, 'done');
  }
});

test('what is done after the screen has gone tells nobody', async () => {
  const { promise: slow, resolve } = Promise.withResolvers<{ done: true }>();
  const task = started(one(), work({ perform: () => slow }));
  await until(task, 'asked');
  task.submit(utf8ToBytes(PIN));
  task.stop();
  const { state } = task;
  resolve({ done: true });
  await new Promise((go) => setTimeout(go, 5));
  assert.equal(task.state, state);
});

test('leaving ends the session with the card', async () => {
  const readers = one();
  const task = started(readers);
  await until(task, 'asked');
  task.stop();
  await new Promise((go) => setTimeout(go, 5));
  const [reader] = readers.readers;
  assert.equal((await reader!.connect()).ok, true, 'the reader is free again');
  const pin = utf8ToBytes(PIN);
  task.submit(pin);
  assert.ok(pin.every((byte) => byte === 0));
});
