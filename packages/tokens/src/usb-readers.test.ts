/** The driver against simulated readers of every exchange level, over the simulated WebUSB API. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Channel } from './channel.ts';
import { FEATURE } from './ccid-descriptor.ts';
import type { Result } from './result.ts';
import type { ApduTransport, ReaderSource } from './transport.ts';
import { usbReaders } from './usb-readers.ts';
import { CcidDevice, type CcidDeviceOptions } from './testing/ccid-device.ts';
import { EchoCard, echoOf } from './testing/echo-card.ts';
import { SimulatedUsb, type SimulatedUsbOptions } from './testing/simulated-usb.ts';

const TIMES = { timeout: 100, poll: 5 };
/** T=0 alone, no check byte: 3B 02 14 50, a telephone card's. */
const T0_ATR = Uint8Array.of(0x3b, 0x02, 0x14, 0x50);
/** The OsEID card's: TA1 = 96, T=0 and T=1, IFSC 254, CRC (recorded by its author). */
const CRC_ATR = Uint8Array.from(Buffer.from('3bd596028071fe65014f734549445e', 'hex'));
/** T=1 with all defaults: IFSC 32, LRC. */
const PLAIN_T1_ATR = Uint8Array.of(0x3b, 0x80, 0x01, 0x81);

function value<T>(result: Result<T>): T {
  if (!result.ok) assert.fail(`${result.problem.code}: ${result.problem.message}`);
  return result.value;
}

function code(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.problem.code;
}

/** Resolves when the condition holds after some `change`. */
async function until(source: ReaderSource, holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise((resolve) => {
      source.addEventListener('change', resolve, { once: true });
    });
  }
}

function lab(
  options: CcidDeviceOptions = {},
  card = new EchoCard(),
  usb: SimulatedUsbOptions = {},
) {
  const bus = new SimulatedUsb(usb);
  const ccid = new CcidDevice(options);
  ccid.insert(card);
  const device = bus.plug(ccid);
  const source = usbReaders(bus, TIMES);
  return { bus, ccid, device, card, source };
}

async function connected(source: ReaderSource): Promise<ApduTransport> {
  const [reader] = value(await source.open());
  assert.ok(reader);
  return value(await reader.connect());
}

const LEVELS: readonly (readonly [string, CcidDeviceOptions, Uint8Array | undefined])[] = [
  ['extended APDUs', { level: 'extended' }, undefined],
  ['extended APDUs in messages of 271 bytes', { level: 'extended', mostMessage: 271 }, undefined],
  ['extended APDUs in messages of 64 bytes', { level: 'extended', mostMessage: 64 }, undefined],
  ['short APDUs', { level: 'short' }, undefined],
  ['short APDUs, nothing automatic', { level: 'short', features: FEATURE.autoVoltage }, undefined],
  ['TPDUs of T=0', { level: 'tpdu' }, T0_ATR],
  ['TPDUs of T=0 at a higher speed', { level: 'tpdu' }, CRC_ATR],
  ['TPDUs of T=1', { level: 'tpdu' }, undefined],
  ['TPDUs of T=1, blocks of 32 bytes', { level: 'tpdu' }, PLAIN_T1_ATR],
  ['TPDUs of T=1 with CRC, chosen by PPS', { level: 'tpdu', protocols: 2 }, CRC_ATR],
  ['TPDUs of T=1, IFSD told by the reader', { level: 'tpdu', features: 0x4ba }, undefined],
  ['TPDUs, no voltage chosen by the reader', { level: 'tpdu', features: 0 }, PLAIN_T1_ATR],
];

for (const [name, options, atr] of LEVELS) {
  test(`${name}: what is sent comes back whole`, async () => {
    const { source, card } = lab(options, new EchoCard(atr));
    const transport = await connected(source);
    assert.deepEqual(transport.atr, card.atr);
    const channel = new Channel(transport);
    for (const [sent, asked] of [
      [0, 0],
      [0, 256],
      [1, 0],
      [255, 0],
      [255, 256],
      [256, 255],
      [3000, 256],
    ] as const) {
      const data = Uint8Array.from({ length: sent }, (_, at) => at * 7 + 1);
      const header = { cla: 0, ins: 0x10, p1: asked >> 8, p2: asked & 0xff };
      const answer = value(await channel.send({ ...header, data, le: asked }));
      assert.equal(answer.status, 0x9000);
      assert.deepEqual(answer.data, echoOf(data, asked));
    }
    await source.close();
    assert.equal(await transport.ended, 'closed');
  });
}

for (const [name, options] of [
  ['extended APDUs', { level: 'extended' }],
  ['messages of 271 bytes', { level: 'extended', mostMessage: 271 }],
  ['TPDUs of T=1', { level: 'tpdu' }],
] as const) {
  test(`${name}: an APDU of the greatest length passes`, async () => {
    const { source } = lab(options);
    const transport = await connected(source);
    assert.equal(transport.extended, true);
    const data = Uint8Array.from({ length: 65_535 }, (_, at) => at ^ (at >> 8));
    const header = { cla: 0, ins: 0x10, p1: 0xff, p2: 0xff };
    const answer = value(await new Channel(transport).send({ ...header, data, le: 65_536 }));
    assert.deepEqual(answer.data, echoOf(data, 65_535));
    await source.close();
  });
}

test('a command that the reader can not carry is refused, and the session lives on', async () => {
  for (const [options, atr] of [
    [{ level: 'short' }, undefined],
    [{ level: 'tpdu' }, T0_ATR],
  ] as const) {
    const { source } = lab(options, new EchoCard(atr));
    const transport = await connected(source);
    assert.equal(transport.extended, false);
    const extended = new Uint8Array(7 + 300);
    extended.set([0, 0x10, 0, 0, 0, 300 >> 8, 300 & 0xff]);
    assert.equal(code(await transport.transmit(extended)), 'transport.unsupported');
    assert.equal(code(await transport.transmit(Uint8Array.of(0, 1))), 'transport.unsupported');
    assert.equal(code(await transport.transmit(Uint8Array.of(0, 0x10, 0, 0))), 'ok');
    await source.close();
  }
});

test('a session is exclusive, and the card forgets everything between two', async () => {
  const { source, card } = lab();
  const transport = await connected(source);
  const [reader] = source.readers;
  assert.equal(code(await reader!.connect()), 'transport.busy');
  await transport.close();
  assert.equal(await transport.ended, 'closed');
  assert.equal(code(await transport.transmit(Uint8Array.of(0, 1, 0, 0))), 'transport.closed');
  const again = value(await reader!.connect());
  assert.equal(card.resets, 2);
  const both = [reader!.connect(), reader!.connect()];
  assert.deepEqual((await Promise.all(both)).map(code), ['transport.busy', 'transport.busy']);
  await again.close();
  const raced = await Promise.all([reader!.connect(), reader!.connect()]);
  assert.deepEqual(raced.map(code), ['ok', 'transport.busy']);
  await source.close();
});

test('commands of one session wait for one another', async () => {
  const { source } = lab({ level: 'tpdu' }, new EchoCard(PLAIN_T1_ATR));
  const transport = await connected(source);
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) => {
      const data = new Uint8Array(100).fill(n + 1);
      const command = Uint8Array.of(0, 0x10, 0, 100, 100, ...data, 0);
      return transport.transmit(command);
    }),
  );
  for (const [n, answer] of answers.entries()) {
    assert.deepEqual(value(answer).slice(0, -2), new Uint8Array(100).fill(n + 1));
  }
  await source.close();
});

for (const interrupt of [true, false]) {
  test(`cards come and go, ${interrupt ? 'told by the reader' : 'found by asking'}`, async () => {
    const { source, ccid, card } = lab({ interrupt });
    ccid.remove();
    const [reader] = value(await source.open());
    assert.equal(reader!.present, false);
    assert.equal(code(await reader!.connect()), 'transport.no-card');
    ccid.insert(card);
    await until(source, () => reader!.present);
    const transport = value(await reader!.connect());
    ccid.remove();
    assert.equal(await transport.ended, 'removed');
    await until(source, () => !reader!.present);
    assert.equal(code(await transport.transmit(Uint8Array.of(0, 1, 0, 0))), 'transport.removed');
    ccid.insert(card);
    await until(source, () => reader!.present);
    assert.equal(code(await reader!.connect()), 'ok');
    await source.close();
  });

  test(`another card in the place of the first ends the session (${interrupt})`, async () => {
    const { source, ccid } = lab({ interrupt });
    const transport = await connected(source);
    ccid.insert(new EchoCard());
    assert.equal(await transport.ended, 'removed');
    await source.close();
  });
}

test('a reader that powers cards by itself does not let one card pass for another', async () => {
  const { source, ccid } = lab({ features: FEATURE.autoActivation | FEATURE.autoParameters });
  const transport = await connected(source);
  // The reader's first notification has been read by now: the next one is news.
  ccid.insert(new EchoCard());
  assert.equal(await transport.ended, 'removed');
  await source.close();
});

test('a reader that is plugged in later appears, and disappears when it is pulled', async () => {
  const bus = new SimulatedUsb();
  const source = usbReaders(bus, TIMES);
  assert.deepEqual(value(await source.open()), []);
  const ccid = new CcidDevice();
  ccid.insert(new EchoCard());
  bus.plug(ccid);
  await until(source, () => source.readers.length === 1);
  const transport = value(await source.readers[0]!.connect());
  bus.unplug(ccid);
  assert.equal(await transport.ended, 'removed');
  assert.deepEqual(source.readers, []);
  await transport.close();
  await source.close();
});

test('slots and readers have names of their own and sessions of their own', async () => {
  const { bus, source, ccid } = lab({ slots: 5, interrupt: false });
  const second = new CcidDevice();
  second.insert(new EchoCard());
  bus.plug(second);
  bus.plug(new CcidDevice());
  const cards = [1, 2, 3, 4].map((slot) => {
    const card = new EchoCard();
    ccid.insert(card, slot);
    return card;
  });
  const readers = value(await source.open());
  assert.equal(new Set(readers.map(({ name }) => name)).size, 7);
  assert.equal(readers[0]!.name, 'Kabina Simulated Reader, slot 1');
  assert.deepEqual(
    readers.map(({ present }) => present),
    [true, true, true, true, true, true, false],
  );
  const sessions = await Promise.all(readers.slice(0, 6).map((reader) => reader.connect()));
  const answers = await Promise.all(
    sessions.map((session, n) => value(session).transmit(Uint8Array.of(0, 0x10, 0, 1, 1, n, 0))),
  );
  assert.deepEqual(
    answers.map((answer) => value(answer)[0]),
    [0, 1, 2, 3, 4, 5],
  );
  assert.deepEqual(
    cards.map(({ carriedOut }) => carriedOut),
    [1, 1, 1, 1],
  );
  ccid.remove(2);
  assert.equal(await value(sessions[2]!).ended, 'removed');
  assert.equal(code(await value(sessions[3]!).transmit(Uint8Array.of(0, 1, 0, 0))), 'ok');
  await source.close();
});

test('a plain page is denied the smart-card class, and let at a vendor-class token', async () => {
  const plain = lab({}, new EchoCard(), { protectedClass: true });
  assert.equal(code(await plain.source.open()), 'transport.denied');
  plain.bus.chosen = new CcidDevice();
  assert.equal(code(await plain.source.choose!()), 'transport.denied');
  // Nobody has to choose.
  plain.bus.chosen = undefined;
  assert.equal(code(await plain.source.choose!()), 'ok');
  assert.equal(plain.source.readers.length, 0);
  plain.bus.chosen = new CcidDevice({ interfaceClass: 0xff });
  plain.bus.chosen.insert(new EchoCard());
  assert.equal(code(await plain.source.choose!()), 'ok');
  assert.equal(code(await plain.source.readers[0]!.connect()), 'ok');
  await plain.source.close();
});

test('a reader that another program holds is busy, until it is not', async () => {
  const { source, device } = lab();
  device.busy = true;
  assert.equal(code(await source.open()), 'transport.busy');
  device.busy = false;
  assert.equal(value(await source.open()).length, 1);
  await source.close();
  assert.equal(device.opened, false);
});

test('without descriptors the smart-card class is taken as a token, the vendor class as nothing', async () => {
  const token = lab({ level: 'short' }, new EchoCard(), { noDescriptors: true });
  const transport = await connected(token.source);
  assert.equal(transport.extended, false);
  assert.equal(code(await transport.transmit(Uint8Array.of(0, 0x10, 0, 0))), 'ok');
  await token.source.close();
  const other = lab({ interfaceClass: 0xff }, new EchoCard(), { noDescriptors: true });
  assert.deepEqual(value(await other.source.open()), []);
  assert.equal(other.device.opened, false);
});

test('a reader of single characters is not ours to drive', async () => {
  const { source } = lab({ level: 'character' });
  const [reader] = value(await source.open());
  assert.equal(code(await reader!.connect()), 'transport.unsupported');
  await source.close();
});

test('a stalled endpoint fails one command, and the reader works again', async () => {
  const { source, device } = lab();
  const transport = await connected(source);
  // The driver may have a read under way that was begun before the stall: the poll after takes it.
  device.stalls = true;
  const answer = await transport.transmit(Uint8Array.of(0, 0x10, 0, 0));
  assert.equal(code(answer), 'transport.protocol');
  assert.equal(await transport.ended, 'removed');
  const again = value(await source.readers[0]!.connect());
  assert.equal(code(await again.transmit(Uint8Array.of(0, 0x10, 0, 0))), 'ok');
  await source.close();
});

test('a source may be opened again after it was closed', async () => {
  const { source } = lab();
  await connected(source);
  await source.close();
  assert.deepEqual(source.readers, []);
  const transport = await connected(source);
  assert.equal(code(await transport.transmit(Uint8Array.of(0, 0x10, 0, 0))), 'ok');
  await source.close();
});

test('every copy of a command is overwritten before the answer', async () => {
  const secret = Uint8Array.from({ length: 90 }, (_, at) => 0xa0 ^ at);
  for (const [name, options, atr] of LEVELS) {
    const { source, device } = lab(options, new EchoCard(atr));
    const transport = await connected(source);
    const seen: Uint8Array[] = [];
    const send = device.transferOut.bind(device);
    device.transferOut = (endpoint, data) => {
      seen.push(data as Uint8Array);
      return send(endpoint, data);
    };
    const command = Uint8Array.of(0, 0x10, 0, 0, secret.length, ...secret);
    value(await transport.transmit(command));
    assert.ok(seen.length > 0);
    for (const message of seen)
      assert.ok(
        message.every((byte) => byte === 0),
        name,
      );
    await source.close();
  }
});
