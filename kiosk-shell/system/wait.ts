/**
 * Waits until a page of this machine is served: `node wait.ts http://127.0.0.1:8800/terminal/`.
 * `kabina-ready.service` runs it before the browser starts, and ends it when it takes too long.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const AGAIN_MS = 250;

const page = process.argv[2];
if (page === undefined) process.exit(64);
for (;;) {
  const served = await fetch(page).catch(() => undefined);
  if (served?.ok) break;
  await sleep(AGAIN_MS);
}
