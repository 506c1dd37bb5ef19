/** An observer's verdict on a board, by the command that an observer runs. */
import { execFile } from 'node:child_process';

/** @param board a folder or an address */
export function verify(board: string): Promise<{ verdict: string; problems: string }> {
  const command = new URL('../../packages/observer/src/cli/verify.ts', import.meta.url).pathname;
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [command, board, '--json'],
      { maxBuffer: 64 << 20 },
      (error, out, complaint) => {
        try {
          const { verdict, checks } = JSON.parse(out) as { verdict: string; checks: unknown };
          resolve({ verdict, problems: JSON.stringify(checks) });
        } catch {
          reject(error ?? new Error(complaint));
        }
      },
    );
  });
}
