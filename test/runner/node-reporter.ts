/**
 * A reporter for `node --test`: names each file as it ends and each failure with its cause, then
 * prints `N passed, N failed, N skipped`. Suites are not counted, only tests.
 */
import type { TestEvent } from 'node:test/reporters';

export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for await (const event of source) {
    if (event.type === 'test:pass' && event.data.details.type !== 'suite') {
      if (event.data.skip !== undefined && event.data.skip !== false) {
        skipped++;
        yield `skipped: ${event.data.name} ${event.data.skip === true ? '' : event.data.skip}\n`;
      } else passed++;
    } else if (event.type === 'test:fail' && event.data.details.type !== 'suite') {
      failed++;
      const error = event.data.details.error;
      const cause = error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : '';
      yield `✗ ${event.data.file ?? ''} ${event.data.name}\n  ${error.message}\n${cause}\n`;
    } else if (event.type === 'test:stderr') {
      yield event.data.message;
    }
  }
  yield `${passed} passed, ${failed} failed, ${skipped} skipped\n`;
}
