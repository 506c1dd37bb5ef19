/**
 * The line from a program in the guest to the test outside (`guest/guest.ts`): reports go out as
 * JSON objects, the test's words come in as lines.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Says something to the test. Bytes go as hexadecimal digits. */
export function report(kind: string, fields: Readonly<Record<string, unknown>> = {}): void {
  writeSync(1, `${JSON.stringify({ kind, ...fields })}\n`);
}

/** Runs the program; what it throws is reported. Ends the process, whatever is still open. */
export async function main(program: () => Promise<void>): Promise<never> {
  try {
    await program();
    process.exit(0);
  } catch (error) {
    report('failed', { why: error instanceof Error ? (error.stack ?? error.message) : error });
    process.exit(1);
  }
}

/** What the test says, line by line. */
export function words(): AsyncIterableIterator<string> {
  return createInterface({ input: process.stdin })[Symbol.asyncIterator]();
}
