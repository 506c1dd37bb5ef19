/** Makes the page's workers, from files of the same server. */

export function createAuditWorker(): Worker {
  return new Worker(new URL('./audit-worker.ts', import.meta.url), { type: 'module' });
}

export function createCheckWorker(): Worker {
  return new Worker(new URL('./check-worker.ts', import.meta.url), { type: 'module' });
}
