/**
 * A reporter for the browser tests: names what failed, then prints one closing line
 * `N passed, N failed` that the whole test run adds up.
 */
import type { Reporter, TestSession, TestSuiteResult } from '@web/test-runner';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

function walk(suite: TestSuiteResult, path: string, counts: Counts, lines: string[]): void {
  for (const test of suite.tests) {
    if (test.skipped) counts.skipped++;
    else if (test.passed) counts.passed++;
    else {
      counts.failed++;
      lines.push(
        `✗ ${path} ${test.name}\n  ${test.error?.message ?? ''}\n${test.error?.stack ?? ''}`,
      );
    }
  }
  for (const inner of suite.suites) walk(inner, `${path} ${inner.name}`, counts, lines);
}

export function countReporter(): Reporter {
  return {
    onTestRunFinished({ sessions }: { sessions: TestSession[] }): void {
      const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
      const lines: string[] = [];
      for (const session of sessions) {
        for (const error of session.errors) {
          counts.failed++;
          lines.push(`✗ ${session.testFile}\n  ${error.message}\n${error.stack ?? ''}`);
        }
        if (session.testResults === undefined) {
          if (session.errors.length === 0) {
            counts.failed++;
            lines.push(`✗ ${session.testFile} did not report (${session.status})`);
          }
          continue;
        }
        walk(session.testResults, session.testFile, counts, lines);
        for (const log of session.logs)
          lines.push(`  log ${session.testFile}: ${log.map(String).join(' ')}`);
      }
      for (const line of lines) console.log(line);
      // On a line of its own: the runner has left the codes that clear its progress bar on this one.
      console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    },
  };
}
