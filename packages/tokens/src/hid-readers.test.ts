/// <reference types="w3c-web-hid" preserve="true" />
/** The HID road with simulated tokens: sessions, refusals, removal, silence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hidReaders, type HidReaderOptions } from './hid-readers.ts';
import type { Result } from './result.ts';
import {
  SimulatedHid,
  SimulatedHidDevice,
  simulatedToken,
  tokenPacket,
} from './testing/simulated-hid.ts';
import type { ApduTransport, CardReader, ReaderSource } from './transport.ts';

const SELECT = Uint8Array.of(0x00, 0xa4, 0x04, 0x00, 0x00);
/** A VERIFY with the PIN 123456: a canary. */
const VERIFY = Uint8Array.of(0x00, 0x20, 0, 0x80, 6, ...Buffer.from('123456'));

function value<T>(result: Result<T>): T {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}
const code = (result: Result<unknown>) => (result.ok ? 'ok' : result.problem.code);

async function plugged(
  token: SimulatedHidDevice,
  options?: HidReaderOptions,
): Promise<{ hid: SimulatedHid; source: ReaderSource; reader: CardReader }> {
  const hid = new SimulatedHid();
  hid.plug(token);
  const source = hidReaders(hid.hid, options);
  const [reader] = value(await source.open());
  assert.ok(reader);
  return { hid, source, reader };
}

async function session(
  token: SimulatedHidDevice,
  options?: HidReaderOptions,
): Promise<{ hid: SimulatedHid; source: ReaderSource; reader: CardReader; card: ApduTransport }> {
  const all = await plugged(token, options);
  return { ...all, card: value(await all.reader.connect()) };
}

test('a token is a reader with its card in it, and answers APDUs of any length', async () => {
  const { reader, card } = await session(
    simulatedToken((command) => Uint8Array.of(...command, ...new Uint8Array(300), 0x90, 0x00)),
  );
  assert.equal(reader.name, 'Simulated token');
  assert.equal(reader.present, true);
  assert.equal(card.atr.length, 0);
  assert.equal(card.extended, false);
  const long = new Uint8Array(260).fill(9);
  const answers = await Promise.all([card.transmit(SELECT), card.transmit(long)]);
  assert.deepEqual(value(answers[0]).subarray(0, 5), SELECT);
  assert.deepEqual(value(answers[1]).subarray(0, 260), long);
  assert.equal(value(answers[1]).length, 562);
});

test('commands go one after another', async () => {
  let running = 0;
  const { card } = await session(
    simulatedToken(async () => {
      running += 1;
      assert.equal(running, 1);
      await new Promise((go) => setTimeout(go, 2));
      running -= 1;
      return Uint8Array.of(0x90, 0x00);
    }),
  );
  const answers = await Promise.all([1, 2, 3].map(() => card.transmit(SELECT)));
  assert.deepEqual(answers.map(code), ['ok', 'ok', 'ok']);
});

test('one session at a time; the next begins after the first has ended', async () => {
  const { reader, card } = await session(simulatedToken(() => Uint8Array.of(0x90, 0x00)));
  assert.equal(code(await reader.connect()), 'transport.busy');
  await card.close();
  assert.equal(await card.ended, 'closed');
  assert.equal(code(await card.transmit(SELECT)), 'transport.closed');
  assert.equal(code(await reader.connect()), 'ok');
});

test('no copy of a command outlives its answer, nor its failure', async () => {
  for (const answer of [
    () => Uint8Array.of(0x90, 0x00),
    () => new Promise<Uint8Array>(() => undefined),
  ]) {
    const token = simulatedToken(answer);
    const { card } = await session(token, { timeout: 10 });
    const command = VERIFY.slice();
    await card.transmit(command);
    assert.ok(token.given.length > 0);
    for (const report of token.given) assert.ok(report.every((byte) => byte === 0));
    assert.deepEqual(command, VERIFY, 'the caller’s own bytes are the caller’s');
  }
});

test('a token that is pulled ends the session, the command under way and the reader', async () => {
  const token = simulatedToken(() => new Promise(() => undefined));
  const { hid, source, reader, card } = await session(token);
  let changes = 0;
  source.addEventListener('change', () => (changes += 1));
  const waiting = card.transmit(SELECT);
  await new Promise((go) => setImmediate(go));
  hid.unplug(token);
  assert.equal(code(await waiting), 'transport.removed');
  assert.equal(await card.ended, 'removed');
  assert.equal(code(await card.transmit(SELECT)), 'transport.removed');
  assert.equal(code(await reader.connect()), 'transport.removed');
  assert.deepEqual([source.readers.length, changes], [0, 1]);
  hid.plug(token);
  assert.equal(source.readers.length, 1);
  assert.equal(code(await source.readers[0]!.connect()), 'ok');
});

test('silence is told, and a late answer never becomes the next command’s', async () => {
  let late: ((response: Uint8Array) => void) | undefined;
  const token = simulatedToken(() => new Promise((resolve) => (late = resolve)));
  const { card } = await session(token, { timeout: 10 });
  assert.equal(code(await card.transmit(SELECT)), 'transport.mute');
  late!(Uint8Array.of(0x90, 0x00));
  assert.equal(await card.ended, 'removed');
  assert.equal(code(await card.transmit(SELECT)), 'transport.removed');
});

test('packets that break the framing end the session, asked for or not', async () => {
  const token = simulatedToken(() => new Promise(() => undefined));
  token.received = () => token.report(0, tokenPacket(1, [0x90, 0x00]));
  const asked = await session(token);
  assert.equal(code(await asked.card.transmit(SELECT)), 'transport.protocol');
  assert.equal(await asked.card.ended, 'removed');

  const other = simulatedToken(() => Uint8Array.of(0x90, 0x00));
  const unasked = await session(other);
  other.report(0, tokenPacket(0, [0, 2, 0x90, 0x00]));
  assert.equal(await unasked.card.ended, 'removed');
});

test('a token that is locked or held is told apart', async () => {
  const token = simulatedToken(() => Uint8Array.of(0x90, 0x00));
  const { reader } = await plugged(token);
  token.locked = true;
  assert.equal(code(await reader.connect()), 'transport.denied');
  token.locked = false;
  await token.open();
  assert.equal(code(await reader.connect()), 'transport.busy');
});

test('FIDO’s usage page is refused, and other devices are not taken for tokens', async () => {
  const fido = hidReaders(new SimulatedHid().hid, { filters: [{ usagePage: 0xf1d0 }] });
  assert.equal(code(await fido.open()), 'transport.denied');
  assert.equal(code(await fido.choose!()), 'transport.denied');

  const report = { reportId: 0, items: [{ reportSize: 8, reportCount: 64 }] };
  const device = (usagePage: number, reports: HIDReportInfo[]) =>
    new SimulatedHidDevice({
      vendorId: 1,
      productId: 2,
      productName: 'Other',
      collections: [{ usagePage, usage: 1, inputReports: reports, outputReports: reports }],
    });
  const hid = new SimulatedHid();
  const source = hidReaders(hid.hid, { filters: [{ vendorId: 1 }] });
  await source.open();
  hid.chosen = [device(0xf1d0, [report])];
  assert.equal(code(await source.choose!()), 'transport.denied');
  hid.chosen = [device(0xffa0, [])];
  assert.equal(code(await source.choose!()), 'transport.unsupported');
  hid.chosen = [];
  assert.equal(code(await source.choose!()), 'ok', 'a person may say no');
  assert.equal(source.readers.length, 0);
  hid.chosen = [device(0xffa0, [report])];
  assert.equal(code(await source.choose!()), 'ok');
  assert.deepEqual(
    source.readers.map(({ name }) => name),
    ['Other'],
  );
  assert.deepEqual(hid.asked.at(-1), [{ vendorId: 1 }]);
});

test('readers of one make have names of their own; closing ends every session', async () => {
  const hid = new SimulatedHid();
  for (let i = 0; i < 2; i += 1) hid.plug(simulatedToken(() => Uint8Array.of(0x90, 0x00)));
  const source = hidReaders(hid.hid);
  const readers = value(await source.open());
  assert.deepEqual(
    readers.map(({ name }) => name),
    ['Simulated token', 'Simulated token (2)'],
  );
  const cards = await Promise.all(readers.map(async (reader) => value(await reader.connect())));
  await source.close();
  assert.deepEqual(await Promise.all(cards.map(({ ended }) => ended)), ['closed', 'closed']);
  hid.plug(simulatedToken(() => Uint8Array.of(0x90, 0x00)));
  assert.equal(source.readers.length, 0, 'nothing is watched any more');
});
