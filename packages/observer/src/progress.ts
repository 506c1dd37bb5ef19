/** Progress as one line of a terminal that is written over and over. */
import type { WriteStream } from 'node:tty';

/** What is being done, and how much of it. */
interface Progress {
  readonly step: 'reading' | 'checking' | 'copying';
  readonly done: number;
  readonly total: number;
}

const WORDS: Readonly<Record<Progress['step'], string>> = {
  reading: 'reading entries',
  checking: 'checking ballots',
  copying: 'copying entries',
};
/** A terminal need not be written to more often. */
const EVERY_MS = 100;
const BAR = 30;

/** Shows nothing where the stream is not a terminal. */
export function progressLine(stream: WriteStream): {
  show(progress: Progress): void;
  clear(): void;
} {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
  let last = 0;
  return {
    show({ step, done, total }) {
      const now = performance.now();
      if (now - last < EVERY_MS && done < total) return;
      last = now;
      const part = total === 0 ? 1 : Math.min(1, done / total);
      const bar = '█'.repeat(Math.round(part * BAR)).padEnd(BAR, '░');
      stream.write(`\r\u001b[2K${bar} ${WORDS[step]}: ${done} of ${total}`);
    },
    clear: () => void stream.write('\r\u001b[2K'),
  };
}
