/** Makes the booth's encryption worker, from a file of the same server. */
export function createBoothWorker(): Worker {
  return new Worker(new URL('./booth-worker.ts', import.meta.url), { type: 'module' });
}
