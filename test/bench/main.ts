/**
 * `npm run bench -- [--json] [--rounds N] [--items N] [NAME…]`: the measurements of the project, each
 * as a time and as a multiple of one yardstick measured in the same run, since machines differ and
 * drift.
 *
 * A NAME is a measurement or the beginning of one (`seal`, `check/one`). `--rounds` takes the place
 * of each measurement's own number of rounds; few of them make quick and rough numbers.
 * `--items` says how many ballots wait in a kiosk's queue and how many places it has, 5,000 by default.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { launchChromium } from '../browser/chromium.ts';
import { measureAcceptance } from './accepting.ts';
import { measureChecking, measurePermit, measureSignature } from './checking.ts';
import { measurePlaces, measureQueue } from './draining.ts';
import type { Drained } from './draining-page.ts';
import { measureSealing, type SealingTimes } from './sealing.ts';
import { measureToken } from './signing.ts';
import { percentile } from './statistics.ts';
import { measureAggregation, measureCeremony, measureResult } from './tallying.ts';

/** Of what was measured: options of a contest, or what a kiosk has already. */
interface Size {
  readonly options?: number;
  readonly items?: number;
}

interface Measured extends Size {
  readonly name: string;
  readonly suite: string;
  readonly runtime: 'node' | 'chromium';
}

/** Milliseconds, and the median as a multiple of the yardstick. */
interface Times extends Measured {
  readonly p50: number;
  readonly p99: number;
  readonly units: number;
}

interface Rate extends Measured {
  readonly perSecond: number;
}

/** Milliseconds for each item, and that as a multiple of the yardstick. */
type Drain = Measured & Drained & { readonly perItem: number; readonly units: number };

const NAMES = [
  'seal/confirm',
  'seal/cold',
  'check/one',
  'check/batch-64',
  'check/batch-1024',
  'check/permit',
  'check/signature',
  'ceremony/5-of-7',
  'tally/aggregate-1m',
  'tally/result-1m',
  'portal/accept',
  'token/sign',
  'token/check',
  'queue/put',
  'queue/open',
  'queue/drain',
  'places/open',
] as const;
type Name = (typeof NAMES)[number];

const SUITES = ['ristretto255-sha512', 'gost256b-streebog'];
const OPTIONS = [3, 10, 60];
const MILLION = 1_000_000;
/** What a kiosk's sets are held against. */
const JOURNAL = 'file-journal';

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    items: { type: 'string', default: '5000' },
  },
  allowPositionals: true,
});
const wanted = (name: Name): boolean =>
  positionals.length === 0 || positionals.some((part) => name.startsWith(part));
const rounds = (usual: number): number =>
  values.rounds === undefined ? usual : Number(values.rounds);

const items = Number(values.items);

const unknown = positionals.find((part) => !NAMES.some((name) => name.startsWith(part)));
const numbers = [rounds(1), items];
if (unknown !== undefined || numbers.some((n) => !Number.isSafeInteger(n) || n < 1)) {
  console.error(
    unknown === undefined
      ? '--rounds and --items take a whole number of at least 1'
      : `there is no measurement ${unknown}; there are ${NAMES.join(', ')}`,
  );
  process.exit(64);
}

const yardstick = new URL('./yardstick.ts', import.meta.url).pathname;
const baseMultiplyMs = Number(execFileSync(process.execPath, [yardstick], { encoding: 'utf8' }));

const results: (Times | Rate | Drain)[] = [];
function report(
  name: Name,
  suite: string,
  runtime: Measured['runtime'],
  times: readonly number[],
  size: Size = {},
): void {
  const p50 = percentile(times, 0.5);
  const result: Times = {
    name,
    suite,
    ...size,
    runtime,
    p50,
    p99: percentile(times, 0.99),
    units: p50 / baseMultiplyMs,
  };
  results.push(result);
  const numbers = `p50 ${p50.toFixed(3)} ms, p99 ${result.p99.toFixed(3)} ms`;
  show(result, `${numbers}, ${result.units.toFixed(2)} units`);
}

function show({ name, suite, options, items, runtime }: Measured, numbers: string): void {
  if (values.json) return;
  const of = options === undefined ? '' : ` ${options} options`;
  const beside = items === undefined ? '' : ` ${items} items`;
  console.log(`${name} ${suite}${of}${beside} ${runtime}: ${numbers}`);
}

function reportSealing(
  suite: string,
  options: number,
  runtime: Measured['runtime'],
  times: SealingTimes,
): void {
  if (wanted('seal/confirm')) report('seal/confirm', suite, runtime, times.confirm, { options });
  if (wanted('seal/cold')) report('seal/cold', suite, runtime, times.cold, { options });
}

function reportDrain(drain: Drained): void {
  const { ms, sending, idle, draining } = drain;
  const perItem = ms / drain.items;
  const units = perItem / baseMultiplyMs;
  const result: Drain = {
    name: 'queue/drain',
    suite: JOURNAL,
    runtime: 'chromium',
    ...drain,
    perItem,
    units,
  };
  results.push(result);
  const each = `${perItem.toFixed(2)} ms an item, ${(sending / drain.items).toFixed(2)} of them sending`;
  const task = draining.longestTask === 0 ? 'none of 50 ms' : `${draining.longestTask} ms`;
  const frame = ({ frameP99 }: typeof idle): string => frameP99.toFixed(1);
  show(
    result,
    `${(ms / 1000).toFixed(1)} s, ${each}, ${units.toFixed(2)} units; longest task ${task}; ` +
      `frames p99 ${frame(draining)} ms (idle ${frame(idle)}), ` +
      `longest ${draining.frameLongest.toFixed(1)} ms (idle ${idle.frameLongest.toFixed(1)})`,
  );
}

const sealingRounds = (options: number): number => rounds(options > 10 ? 40 : 120);

if (!values.json) console.log(`one unit: ${baseMultiplyMs.toFixed(4)} ms`);

if (wanted('seal/confirm') || wanted('seal/cold')) {
  for (const suite of SUITES) {
    for (const options of OPTIONS) {
      reportSealing(suite, options, 'node', measureSealing(suite, options, sealingRounds(options)));
    }
  }
  const server = await createServer({
    configFile: false,
    root: new URL('.', import.meta.url).pathname,
    logLevel: 'error',
    server: { port: 0, host: '127.0.0.1', fs: { strict: false } },
  });
  await server.listen();
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(server.resolvedUrls!.local[0]!);
    await page.waitForFunction('window.measureSealing !== undefined');
    for (const suite of SUITES) {
      for (const options of OPTIONS) {
        const order = JSON.stringify({ suite, options, rounds: sealingRounds(options) });
        const times = (await page.evaluate(`window.measureSealing(${order})`)) as SealingTimes;
        reportSealing(suite, options, 'chromium', times);
      }
    }
  } finally {
    await browser.close();
    await server.close();
  }
}

const BATCHES = [
  ['check/one', 1],
  ['check/batch-64', 64],
  ['check/batch-1024', 1024],
] as const;
for (const suite of SUITES) {
  for (const [name, batch] of BATCHES) {
    if (!wanted(name)) continue;
    for (const options of OPTIONS) {
      const usual = batch === 1 ? 40 : batch === 64 ? 6 : 2;
      const times = measureChecking(suite, options, batch, rounds(usual));
      report(name, suite, 'node', times, { options });
    }
  }
  if (wanted('check/signature'))
    report('check/signature', suite, 'node', measureSignature(suite, rounds(5)));
  if (wanted('ceremony/5-of-7')) {
    report('ceremony/5-of-7', suite, 'node', await measureCeremony(suite, rounds(5)));
  }
  if (wanted('tally/aggregate-1m')) {
    report('tally/aggregate-1m', suite, 'node', [measureAggregation(suite, MILLION)]);
  }
  if (wanted('tally/result-1m')) {
    for (const options of OPTIONS) {
      const times = [measureResult(suite, options, MILLION)];
      report('tally/result-1m', suite, 'node', times, { options });
    }
  }
}
if (wanted('portal/accept')) {
  for (const suite of SUITES) {
    for (const { options, perSecond } of await measureAcceptance(suite, OPTIONS)) {
      const result: Rate = { name: 'portal/accept', suite, options, runtime: 'node', perSecond };
      results.push(result);
      show(result, `${perSecond.toFixed(0)} ballots a second`);
    }
  }
}
if (wanted('token/sign') || wanted('token/check')) {
  const { sign, check } = await measureToken(rounds(40));
  if (wanted('token/sign')) report('token/sign', 'piv-p256', 'node', sign);
  if (wanted('token/check')) report('token/check', 'piv-p256', 'node', check);
}
if (wanted('check/permit')) report('check/permit', 'rsa-3072', 'node', measurePermit(rounds(200)));

if (wanted('queue/put') || wanted('queue/open') || wanted('queue/drain')) {
  const { put, open, drain } = await measureQueue(items, rounds(50), rounds(5));
  if (wanted('queue/put')) {
    for (const [there, times] of put) {
      report('queue/put', JOURNAL, 'chromium', times, { items: there });
    }
  }
  if (wanted('queue/open')) {
    report('queue/open', JOURNAL, 'chromium', open, { items: drain.items });
  }
  if (wanted('queue/drain')) reportDrain(drain);
}
if (wanted('places/open')) {
  const times = await measurePlaces(items, rounds(5));
  report('places/open', JOURNAL, 'chromium', times, { items });
}

if (values.json) console.log(JSON.stringify({ baseMultiplyMs, results }));
