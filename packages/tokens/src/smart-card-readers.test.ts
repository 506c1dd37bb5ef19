/** The Web Smart Card road against a simulated API written from the draft. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Result } from './result.ts';
import { smartCardReaders } from './smart-card-readers.ts';
import { SimulatedSmartCards, type SimulatedPcscCard } from './testing/simulated-smart-card.ts';
import type { ReaderSource } from './transport.ts';

const READER = 'Simulated reader 00 00';
const SELECT = Uint8Array.of(0x00, 0xa4, 0x04, 0x00);

function card(more: Partial<SimulatedPcscCard> = {}): SimulatedPcscCard {
  return {
    atr: Uint8Array.of(0x3b, 0x80, 0x01, 0x81),
    protocol: 't1',
    transmit: async (command) => Uint8Array.of(...command, 0x90, 0x00),
    ...more,
  };
}

function value<T>(result: Result<T>): T {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}
const code = (result: Result<unknown>) => (result.ok ? 'ok' : result.problem.code);

async function opened(pcsc: SimulatedSmartCards): Promise<ReaderSource> {
  const source = smartCardReaders(pcsc);
  assert.ok(source);
  value(await source.open());
  return source;
}

/** Waits for the source to say that it is so. */
async function until(source: ReaderSource, is: () => boolean): Promise<void> {
  while (!is()) {
    await new Promise((go) => source.addEventListener('change', go, { once: true }));
  }
}

test('where the browser has no such interface there is no source', () => {
  assert.equal(smartCardReaders(), undefined);
});

test('readers and cards come and go', async () => {
  const pcsc = new SimulatedSmartCards();
  pcsc.plug('Other reader');
  pcsc.insert('Other reader', card());
  const source = await opened(pcsc);
  assert.deepEqual(
    source.readers.map(({ name, present }) => [name, present]),
    [['Other reader', true]],
  );
  pcsc.plug(READER);
  await until(source, () => source.readers.length === 2);
  const [, reader] = source.readers;
  assert.equal(reader?.present, false);
  pcsc.insert(READER, card());
  await until(source, () => reader.present);
  pcsc.take(READER);
  await until(source, () => !reader.present);
  pcsc.unplug(READER);
  await until(source, () => source.readers.length === 1);
  await source.close();
});

test('a session is exclusive, knows its card and powers it off', async () => {
  const pcsc = new SimulatedSmartCards();
  pcsc.plug(READER);
  pcsc.insert(READER, card());
  const source = await opened(pcsc);
  const reader = source.readers[0]!;
  const session = value(await reader.connect());
  assert.deepEqual(session.atr, card().atr);
  assert.equal(session.extended, true);
  const answers = await Promise.all([session.transmit(SELECT), session.transmit(SELECT)]);
  assert.deepEqual(answers.map(code), ['ok', 'ok']);
  assert.deepEqual(value(answers[0]), Uint8Array.of(...SELECT, 0x90, 0x00));
  assert.equal(code(await reader.connect()), 'transport.busy');
  const stranger = await opened(pcsc);
  assert.equal(code(await stranger.readers[0]!.connect()), 'transport.busy');

  await session.close();
  assert.equal(await session.ended, 'closed');
  assert.deepEqual(pcsc.dispositions, ['unpower']);
  assert.equal(code(await session.transmit(SELECT)), 'transport.closed');
  const next = value(await reader.connect());
  await Promise.all([source.close(), stranger.close()]);
  assert.equal(await next.ended, 'closed');
});

test('a card of the old protocol takes no extended commands', async () => {
  const pcsc = new SimulatedSmartCards();
  pcsc.plug(READER);
  pcsc.insert(READER, card({ protocol: 't0' }));
  const source = await opened(pcsc);
  assert.equal(value(await source.readers[0]!.connect()).extended, false);
  await source.close();
});

test('a card that is pulled ends its session at once, a command under way too', async () => {
  for (const pull of ['take', 'unplug'] as const) {
    const pcsc = new SimulatedSmartCards();
    pcsc.plug(READER);
    pcsc.insert(READER, card({ transmit: () => new Promise(() => undefined) }));
    const source = await opened(pcsc);
    const session = value(await source.readers[0]!.connect());
    const waiting = session.transmit(SELECT);
    await new Promise((go) => setImmediate(go));
    pcsc[pull](READER);
    assert.equal(await session.ended, 'removed');
    assert.equal(code(await waiting), 'transport.removed');
    assert.equal(code(await session.transmit(SELECT)), 'transport.removed');
    await source.close();
  }
});

test('a card that was exchanged between two commands is noticed', async () => {
  const pcsc = new SimulatedSmartCards();
  pcsc.plug(READER);
  pcsc.insert(READER, card());
  const source = await opened(pcsc);
  const session = value(await source.readers[0]!.connect());
  pcsc.take(READER);
  pcsc.insert(READER, card());
  assert.equal(code(await session.transmit(SELECT)), 'transport.removed');
  assert.equal(await session.ended, 'removed');
  await source.close();
});

test('problems have the code of what is wrong', async () => {
  const denied = new SimulatedSmartCards();
  denied.denied = true;
  assert.equal(code(await smartCardReaders(denied)!.open()), 'transport.denied');
  const down = new SimulatedSmartCards();
  down.down = true;
  assert.equal(code(await smartCardReaders(down)!.open()), 'transport.unreachable');

  const pcsc = new SimulatedSmartCards();
  pcsc.plug(READER);
  const source = await opened(pcsc);
  const reader = source.readers[0]!;
  assert.equal(code(await reader.connect()), 'transport.no-card');
  pcsc.insert(READER, card({ transmit: async () => Uint8Array.of(0x90) }));
  const session = value(await reader.connect());
  assert.equal(code(await session.transmit(SELECT)), 'transport.protocol');
  await source.close();
});

test('a service that stops takes readers and sessions with it, and may come back', async () => {
  const pcsc = new SimulatedSmartCards();
  pcsc.plug(READER);
  pcsc.insert(READER, card());
  const source = await opened(pcsc);
  const session = value(await source.readers[0]!.connect());
  pcsc.stop();
  await until(source, () => source.readers.length === 0);
  assert.equal(await session.ended, 'removed');
  pcsc.down = false;
  assert.equal(value(await source.open()).length, 1);
  await source.close();
});

test('where PC/SC can’t wait for readers, they are looked for by the clock', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const pcsc = new SimulatedSmartCards();
  pcsc.plugAndPlay = false;
  const source = await opened(pcsc);
  pcsc.plug(READER);
  const found = until(source, () => source.readers.length === 1);
  let there = false;
  void found.then(() => (there = true));
  while (!there) {
    await new Promise((go) => setImmediate(go));
    context.mock.timers.tick(1_000);
  }
  await source.close();
});
