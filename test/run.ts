/**
 * `npm test`: everything, in the order in which a mistake is cheapest to find. Ends with one line
 * `N passed, N failed` over all stages; exits 1 when anything failed. `node test/run.ts STAGE…` runs
 * only the stages named.
 */
import { spawn } from 'node:child_process';
import { glob } from 'node:fs/promises';
import { installDebianPackages } from './runner/debian.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const root = new URL('..', import.meta.url).pathname;

/** Runs a command, passing its output on, and answers its exit status and last lines. */
function run(command: string, args: readonly string[]): Promise<{ status: number; tail: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let tail = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      process.stdout.write(text);
      tail = (tail + text).slice(-4000);
    });
    child.on('close', (status) => resolve({ status: status ?? 1, tail }));
  });
}

/** A tool that only passes or fails counts as one. */
async function whole(command: string, args: readonly string[]): Promise<Counts> {
  const { status } = await run(command, args);
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 };
}

/** A test runner counts for itself, in its closing line. */
async function counted(command: string, args: readonly string[]): Promise<Counts> {
  const { status, tail } = await run(command, args);
  const line = [...tail.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped$/gm)].at(-1);
  const [passed, failed, skipped] = [1, 2, 3].map((i) => Number(line?.[i] ?? 0)) as [
    number,
    number,
    number,
  ];
  // A runner that failed without naming a test, or that ran none, has not shown anything.
  const silent = failed === 0 && (status !== 0 || passed === 0);
  return { passed, failed: silent ? 1 : failed, skipped };
}

async function nodeTests(patterns: readonly string[], concurrency: number): Promise<Counts> {
  const files: string[] = [];
  for await (const file of glob(patterns, {
    cwd: root,
    exclude: (f) => f.includes('node_modules'),
  })) {
    if (!file.endsWith('.browser.test.ts')) files.push(file);
  }
  if (files.length === 0) return { passed: 0, failed: 1, skipped: 0 };
  return counted(process.execPath, [
    '--test',
    `--test-concurrency=${concurrency}`,
    '--test-timeout=900000',
    `--test-reporter=${root}test/runner/node-reporter.ts`,
    '--test-reporter-destination=stdout',
    ...files.sort(),
  ]);
}

const STAGES: Readonly<Record<string, () => Promise<Counts>>> = {
  types: () => whole('npx', ['tsc', '--noEmit']),
  lint: () => whole('npm', ['run', '--silent', 'lint']),
  unit: () => nodeTests(['packages/*/src/**/*.test.ts', 'kiosk-shell/**/*.test.ts'], 2),
  browser: () => counted('npx', ['wtr', '--config', 'web-test-runner.config.ts']),
  // Whole elections and faults start many processes each: one file at a time.
  whole: () => nodeTests(['test/**/*.test.ts'], 1),
};

const missing = installDebianPackages();
if (missing.length > 0) console.log(`not on this machine: ${missing.join(', ')} (Debian packages)`);

const names = process.argv.slice(2);
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const [name, stage] of Object.entries(STAGES)) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.log(`\n── ${name}`);
  const started = performance.now();
  const counts = await stage();
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`── ${name}: ${counts.passed} passed, ${counts.failed} failed in ${seconds} s`);
}
if (total.skipped > 0) console.log(`\nskipped: ${total.skipped}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
