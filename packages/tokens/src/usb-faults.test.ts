/**
 * The driver against readers and cards that fail: whatever goes wrong at whatever step, it ends in a
 * result, an answer that is called right is right, and the next session works.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Channel } from './channel.ts';
import type { Result } from './result.ts';
import type { ApduTransport, CardReader, ReaderSource } from './transport.ts';
import { usbReaders } from './usb-readers.ts';
import {
  CcidDevice,
  type CcidDeviceOptions,
  type CcidFault,
  type CcidStep,
} from './testing/ccid-device.ts';
import { EchoCard, echoOf } from './testing/echo-card.ts';
import { SimulatedUsb } from './testing/simulated-usb.ts';

/** Everything that answers does so within one turn of the event loop: only the mute take the time. */
const TIMES = { timeout: 20, poll: 5 };
const T0_ATR = Uint8Array.of(0x3b, 0x02, 0x14, 0x50);
/** BWI 0, so that a mute card is known to be one after a tenth of a second. */
const T1_ATR = atrOf(0x80, 0x81, 0x31, 0x20, 0x05);
const CRC_ATR = atrOf(0x90, 0x96, 0x81, 0x71, 0xfe, 0x05, 0x01);

const READERS: readonly (readonly [string, CcidDeviceOptions, Uint8Array | undefined])[] = [
  ['extended', { level: 'extended', mostMessage: 271 }, undefined],
  ['extended without interrupt', { level: 'extended', interrupt: false }, undefined],
  ['short', { level: 'short' }, undefined],
  ['T=0', { level: 'tpdu' }, T0_ATR],
  ['T=1', { level: 'tpdu', interrupt: false }, T1_ATR],
  ['T=1 with CRC', { level: 'tpdu' }, CRC_ATR],
];

/** Of the fuzzer, for each reader. */
const RUNS = 120;

/** Codes that a failure of the road may have. */
const ROAD = new Set([
  'transport.removed',
  'transport.closed',
  'transport.no-card',
  'transport.mute',
  'transport.protocol',
  'transport.busy',
  'transport.unsupported',
]);

function atrOf(...bytes: number[]): Uint8Array {
  return Uint8Array.of(
    0x3b,
    ...bytes,
    bytes.reduce((sum, byte) => sum ^ byte, 0),
  );
}

interface Lab {
  readonly bus: SimulatedUsb;
  readonly ccid: CcidDevice;
  readonly card: EchoCard;
  readonly source: ReaderSource;
  readonly steps: CcidStep[];
  faults: (step: CcidStep) => CcidFault | undefined;
}

function lab(options: CcidDeviceOptions, atr: Uint8Array | undefined): Lab {
  const bus = new SimulatedUsb();
  const steps: CcidStep[] = [];
  const ccid = new CcidDevice({
    ...options,
    faults: (step) => {
      steps.push(step);
      return made.faults(step);
    },
  });
  const card = new EchoCard(atr);
  ccid.insert(card);
  bus.plug(ccid);
  const source = usbReaders(bus, TIMES);
  const made: Lab = { bus, ccid, card, source, steps, faults: () => undefined };
  return made;
}

/** A command, and whether its answer is the right one: every ok is checked. */
async function echo(transport: ApduTransport, sent: number, asked: number): Promise<string> {
  const data = Uint8Array.from({ length: sent }, (_, at) => at * 5 + sent);
  const header = { cla: 0, ins: 0x10, p1: asked >> 8, p2: asked & 0xff };
  const answer = await new Channel(transport).send({ ...header, data, le: asked });
  if (!answer.ok) return answer.problem.code;
  assert.equal(answer.value.status, 0x9000);
  assert.deepEqual(answer.value.data, echoOf(data, asked));
  return 'ok';
}

/** Open, connect, three commands, close: what each has answered. */
async function session(source: ReaderSource): Promise<string[]> {
  const opened = await source.open();
  const codes = [codeOf(opened)];
  const [reader] = source.readers;
  if (!reader) return codes;
  const connection = await reader.connect();
  codes.push(codeOf(connection));
  if (!connection.ok) return codes;
  const transport = connection.value;
  for (const [sent, asked] of [
    [5, 200],
    [300, 250],
    [200, 0],
  ] as const) {
    codes.push(await echo(transport, sent, asked));
  }
  await transport.close();
  await transport.ended;
  return codes;
}

function codeOf(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.problem.code;
}

/** Fails instead of waiting for ever. */
async function ends<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('it hangs'));
    }, 20_000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A source that stays open would keep the process alive after a failure. */
async function closing({ source }: Lab, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await source.close();
  }
}

async function present(source: ReaderSource): Promise<CardReader> {
  for (;;) {
    const reader = source.readers.find((each) => each.present);
    if (reader) return reader;
    await new Promise((resolve) => {
      source.addEventListener('change', resolve, { once: true });
    });
  }
}

/** With a reader that works and the card in it, the next session does. */
async function recovers({ bus, ccid, card, source }: Lab): Promise<void> {
  await source.open();
  if (source.readers.length === 0) bus.plug(ccid);
  ccid.insert(card);
  const reader = await present(source);
  const connection = await reader.connect();
  assert.ok(connection.ok, codeOf(connection));
  assert.equal(await echo(connection.value, 100, 256), 'ok');
  await source.close();
  assert.equal(await connection.value.ended, 'closed');
}

for (const [name, options, atr] of READERS) {
  for (const kind of ['remove-card', 'remove-reader'] as const) {
    for (const when of ['before', 'after'] as const) {
      test(`${name}: ${kind} ${when} any step`, async () => {
        const whole = lab(options, atr);
        const codes = await session(whole.source);
        assert.deepEqual(new Set(codes), new Set(['ok']));
        const count = whole.steps.length;
        await whole.source.close();
        assert.ok(count > 6);

        for (let index = 0; index < count; index++) {
          const run = lab(options, atr);
          run.faults = (step) => (step.index === index ? { kind, when } : undefined);
          await closing(run, async () => {
            const seen = await ends(session(run.source));
            for (const code of seen) {
              const about = `step ${index} of ${count}: ${seen.join(' ')}`;
              assert.match(code, /^(ok|transport\.removed|transport\.no-card)$/, about);
            }
            await ends(recovers(run));
          });
        }
      });
    }
  }
}

const arbitraryFault: fc.Arbitrary<CcidFault> = fc.oneof(
  fc.record({ kind: fc.constant('mute' as const) }),
  fc.record({
    kind: fc.constant('error' as const),
    error: fc.oneof(fc.constantFrom(0xff, 0xfe, 0xfd, 0xfb, 0xf6, 0xe0, 0), fc.nat(255)),
  }),
  fc.record({ kind: fc.constant('extend' as const), times: fc.nat(20) }),
  fc.record({ kind: fc.constant('empty' as const) }),
  fc.record({ kind: fc.constant('truncate' as const), length: fc.nat(300) }),
  // Type, length, slot, sequence and status. No driver could notice another chain parameter.
  fc.record({ kind: fc.constant('header' as const), at: fc.nat(7), value: fc.nat(255) }),
  fc.record({ kind: fc.constant('late' as const) }),
  fc.record({
    kind: fc.constant('damage' as const),
    at: fc.nat(260),
    mask: fc.integer({ min: 1, max: 255 }),
  }),
  fc.record({ kind: fc.constant('wtx' as const), multiplier: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    kind: fc.constantFrom('remove-card' as const, 'remove-reader' as const),
    when: fc.constantFrom('before' as const, 'after' as const),
  }),
);

for (const [name, options, atr] of READERS) {
  const detects = options.level === 'tpdu' && atr !== T0_ATR;
  test(`${name}: any faults at any steps`, { timeout: 120_000 }, async () => {
    const faults = fc.array(fc.tuple(fc.nat(24), arbitraryFault), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(faults, async (planned) => {
        const run = lab(options, atr);
        const byStep = new Map(planned);
        run.faults = ({ index }) => {
          const fault = byStep.get(index);
          // Without error detection a damaged byte is a byte.
          if (fault?.kind === 'damage' && !detects) return undefined;
          return fault;
        };
        await closing(run, async () => {
          const seen = await ends(session(run.source));
          for (const code of seen) assert.ok(code === 'ok' || ROAD.has(code), code);
          // A repeated block is no repeated command: it might be a wrong PIN. (At T=0 a command
          // whose Le was wrong is sent anew, by `Channel`.)
          const commands = Math.max(seen.length - 2, 0);
          if (atr !== T0_ATR) assert.ok(run.card.carriedOut <= commands);
          run.faults = () => undefined;
          await ends(recovers(run));
        });
      }),
      { numRuns: RUNS },
    );
  });
}
