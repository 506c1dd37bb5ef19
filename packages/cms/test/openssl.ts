/**
 * For tests: OpenSSL with its gost engine as a judge (Debian's packages `openssl` and
 * `libengine-gost-openssl`).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CONFIG = `openssl_conf = conf
[conf]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
[req]
distinguished_name = dn
[dn]
`;

/** A temporary folder with these files, for the time that `use` takes. */
export function inFolder<T>(
  files: Record<string, Uint8Array | string>,
  use: (folder: string) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), 'kabina-cms-'));
  try {
    writeFileSync(join(folder, 'openssl.cnf'), CONFIG);
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs `openssl` in a folder; its standard output. Throws if it fails. */
export function run(folder: string, args: string): string {
  const env = { ...process.env, OPENSSL_CONF: join(folder, 'openssl.cnf') };
  const words = args.match(/'[^']*'|\S+/g)?.map((word) => word.replaceAll("'", '')) ?? [];
  const options = { cwd: folder, env, encoding: 'utf8' } as const;
  const { status, stdout, stderr, error } = spawnSync('openssl', words, options);
  if (error) throw error;
  if (status !== 0) throw new Error(`openssl ${words[0]} failed: ${stdout}${stderr}`);
  return stdout + stderr;
}

export function read(folder: string, name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, name)));
}

function works(): boolean {
  try {
    return inFolder({}, (folder) => run(folder, 'dgst -md_gost12_256 openssl.cnf').length > 0);
  } catch {
    return false;
  }
}

/** `false` if the judge is there, or why the test is skipped. */
export const opensslSkip: string | false =
  !works() && 'needs OpenSSL with the gost engine: apt install openssl libengine-gost-openssl';
