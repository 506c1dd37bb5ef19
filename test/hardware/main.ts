/**
 * `npm run test:hardware`: the tests of level 5, a browser in a guest with simulated hardware. One
 * guest at a time; a file that fails is run once more, because a busy machine may starve a guest.
 * Prints each test's time and ends with `N passed, N failed`. `node test/hardware/main.ts NAME…` runs
 * only the files whose names have one of these words.
 */
import { glob } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run } from 'node:test';
import { labIsMissing } from './packages.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const here = new URL('.', import.meta.url).pathname;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Runs one file, telling of each test as it ends. */
async function runFile(file: string): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const event of run({ files: [file], concurrency: 1 })) {
    if (event.type === 'test:stdout' || event.type === 'test:stderr') {
      process.stdout.write(event.data.message);
    }
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { name, details, skip } = event.data;
    if (details.type === 'suite' || name === file) continue;
    if (event.type === 'test:fail') {
      counts.failed++;
      const { error } = event.data.details;
      const cause = error.cause instanceof Error ? error.cause.stack : undefined;
      console.log(`  ✗ ${name} (${seconds(details.duration_ms)})\n${cause ?? error.message}`);
    } else if (skip !== undefined && skip !== false) {
      counts.skipped++;
      console.log(`  skipped: ${name}`);
    } else {
      counts.passed++;
      console.log(`  ✓ ${name} (${seconds(details.duration_ms)})`);
    }
  }
  // A file that ends before its first test has shown nothing.
  if (counts.passed + counts.failed + counts.skipped === 0) counts.failed = 1;
  return counts;
}

const words = process.argv.slice(2);
const files: string[] = [];
for await (const name of glob('*.hardware.ts', { cwd: here })) {
  if (words.length === 0 || words.some((word) => name.includes(word))) files.push(join(here, name));
}
const missing = labIsMissing(true);
if (missing !== false) console.log(missing);

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const file of files.sort()) {
  const name = basename(file, '.hardware.ts');
  const started = performance.now();
  console.log(`── ${name}`);
  let counts = await runFile(file);
  if (counts.failed > 0) {
    console.log(`── ${name}: once more`);
    counts = await runFile(file);
  }
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  console.log(`── ${name}: ${seconds(performance.now() - started)}, with booting`);
}
if (total.skipped > 0) console.log(`skipped: ${total.skipped}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed + total.skipped > 0 ? 0 : 1;
