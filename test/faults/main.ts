/**
 * `npm run test:faults`: the faults in full. Every `test/faults/*.test.ts`, one file at a time, with
 * 200 kills (`KABINA_KILLS`, unless it is set already) where `npm test` makes a dozen. `node
 * test/faults/main.ts NAME…` runs only the files whose names have one of these words. Ends with what
 * the kills have come to (`200 kills: N ballots acknowledged, 0 lost, 0 doubled, …`) and `N passed, N
 * failed`; exits 1 when anything failed, 64 when no file has such a name.
 */
import { glob } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run } from 'node:test';
import { installDebianPackages } from '../runner/debian.ts';
import { EX_USAGE, UsageError } from '../runner/usage.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const KILLS = '200';
/** For a test that names no time of its own; one that hangs ends with it, and its file after it. */
const TIMEOUT_MS = 1_800_000;
/** What a test says of all of its kills together. */
const FIGURES = /^\d+ kills: /;
const here = import.meta.dirname;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

async function chosen(words: readonly string[]): Promise<string[]> {
  const names: string[] = [];
  for await (const name of glob('*.test.ts', { cwd: here })) names.push(name);
  const unknown = words.find((word) => !names.some((name) => name.includes(word)));
  if (unknown !== undefined) {
    const known = names.map((name) => basename(name, '.test.ts')).sort();
    const message = `no file has "${unknown}" in its name; there are ${known.join(', ')}`;
    throw new UsageError('faults.usage', message, EX_USAGE);
  }
  const some = names.filter(
    (name) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  return some.sort().map((name) => join(here, name));
}

/** Runs one file, telling of each test as it ends; what is told of kills goes to `figures` as well. */
async function runFile(file: string, figures: string[]): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const options = { files: [file], concurrency: 1, timeout: TIMEOUT_MS, forceExit: true };
  for await (const event of run(options)) {
    if (event.type === 'test:stderr') process.stderr.write(event.data.message);
    if (event.type === 'test:diagnostic' && event.data.file === file && event.data.nesting > 0) {
      const { message } = event.data;
      console.log(`    ${message}`);
      if (FIGURES.test(message)) figures.push(`${basename(file, '.test.ts')}: ${message}`);
    }
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { name, details, skip } = event.data;
    if (event.type === 'test:fail') {
      // A suite fails by its tests, or by itself in a hook.
      const { error } = event.data.details;
      if (details.type === 'suite' && error.failureType === 'subtestsFailed') continue;
      counts.failed++;
      const cause = error.cause instanceof Error ? error.cause.stack : undefined;
      console.log(`  ✗ ${name} (${seconds(details.duration_ms)})\n${cause ?? error.message}`);
    } else if (details.type === 'suite' || name === file) continue;
    else if (skip !== undefined && skip !== false) {
      counts.skipped++;
      console.log(`  skipped: ${name}${skip === true ? '' : ` (${skip})`}`);
    } else {
      counts.passed++;
      console.log(`  ✓ ${name} (${seconds(details.duration_ms)})`);
    }
  }
  // A file that ends before its first test has shown nothing.
  if (counts.passed + counts.failed + counts.skipped === 0) counts.failed = 1;
  return counts;
}

async function main(): Promise<number> {
  const files = await chosen(process.argv.slice(2));
  const missing = installDebianPackages(['chromium', 'strace']);
  if (missing.length > 0) console.log(`not on this machine: ${missing.join(', ')}`);
  process.env['KABINA_KILLS'] ??= KILLS;
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const figures: string[] = [];
  for (const file of files) {
    const name = basename(file, '.test.ts');
    console.log(`── ${name}`);
    const started = performance.now();
    const { passed, failed, skipped } = await runFile(file, figures);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
    console.log(`── ${name}: ${seconds(performance.now() - started)}`);
  }
  if (total.skipped > 0) console.log(`skipped: ${total.skipped}`);
  for (const line of ['', ...figures]) console.log(line);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = error.status;
}
