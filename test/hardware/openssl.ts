/** The judge of signatures that were made in a guest: the host's own openssl. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Rejects, with what openssl says, unless the signature over `message` with SHA-256 is the key's. */
export async function opensslVerifies(
  signature: Uint8Array,
  message: Uint8Array,
  certificate: string | Uint8Array,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kabina-judge-'));
  const at = (name: string): string => join(folder, name);
  try {
    await writeFile(at('certificate'), certificate);
    await writeFile(at('message'), message);
    await writeFile(at('signature'), signature);
    const form = typeof certificate === 'string' ? 'PEM' : 'DER';
    const key = ['x509', '-inform', form, '-in', at('certificate'), '-pubkey', '-noout'];
    await run('openssl', [...key, '-out', at('key')]);
    const judged = ['-verify', at('key'), '-signature', at('signature'), at('message')];
    await run('openssl', ['dgst', '-sha256', ...judged]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
