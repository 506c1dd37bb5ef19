/**
 * Tells the kiosk's agent again and again that this page still runs (`agent/page-watch.ts`): that and
 * nothing else, always at the same pace, whether somebody votes or not. It is said by the page's own
 * thread, since it is the page that may hang.
 */
import { openMachine } from './machine.ts';

/** Between two beats, in milliseconds. */
export const BEAT_MS = 10_000;

/** Goes on for as long as the page is there, on a kiosk; anywhere else it ends at the first answer. */
export function keepBeating(): void {
  let isKiosk = false;
  const beat = async (): Promise<void> => {
    try {
      if (!isKiosk) {
        isKiosk = (await openMachine())?.role === 'kiosk';
        if (!isKiosk) return clearInterval(timer);
      }
      await fetch('/machine/beat', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
        cache: 'no-store',
        credentials: 'omit',
        signal: AbortSignal.timeout(BEAT_MS),
      });
    } catch {
      // The agent starts anew just now: the next beat finds it.
    }
  };
  const timer = setInterval(() => void beat(), BEAT_MS);
  void beat();
}
