/**
 * For tests: OpenSSL with its gost engine as a judge (Debian's packages `openssl` and
 * `libengine-gost-openssl`), and the keys of RFC 9215 in DER.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesToHex, hexToBytes, numberToBytesLE } from '@noble/curves/utils.js';

const CONFIG = `openssl_conf = conf
[conf]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
`;

/** Runs `openssl` in a temporary folder with these files; its standard output. Throws if it fails. */
export function openssl(args: string[], files: Record<string, Uint8Array> = {}): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'kabina-openssl-'));
  try {
    writeFileSync(join(folder, 'openssl.cnf'), CONFIG);
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    const env = { ...process.env, OPENSSL_CONF: join(folder, 'openssl.cnf') };
    const { status, stdout, stderr, error } = spawnSync('openssl', args, { cwd: folder, env });
    if (error) throw error;
    if (status !== 0) throw new Error(`openssl ${args[0]} failed: ${stdout}${stderr}`);
    return new Uint8Array(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function engineWorks(): boolean {
  try {
    return openssl(['dgst', '-md_gost12_256', '-binary', '/dev/null']).length === 32;
  } catch {
    return false;
  }
}

/** `false` if the judge is there, or why the test is skipped. */
export const opensslSkip: string | false =
  !engineWorks() &&
  'needs OpenSSL with the gost engine: apt install openssl libengine-gost-openssl';

// SEQUENCE { id-tc26-gost3410-12-256, SEQUENCE { id-tc26-gost-3410-2012-256-paramSetB } }
const ALGORITHM = '301706082a85030701010101300b06092a8503070102010102';

/** PKCS #8 of a secret scalar. */
export function privateKeyDer(secret: bigint): Uint8Array {
  const key = bytesToHex(numberToBytesLE(secret, 32));
  return hexToBytes(`3040020100${ALGORITHM}04220420${key}`);
}

/** SubjectPublicKeyInfo of `x ‖ y`. */
export function publicKeyDer(xy: Uint8Array): Uint8Array {
  return hexToBytes(`305e${ALGORITHM}0343000440${bytesToHex(xy)}`);
}

/** The `x ‖ y` that OpenSSL computes for a private key. */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  const args = ['pkey', '-inform', 'DER', '-in', 'key.der', '-pubout', '-outform', 'DER'];
  return openssl(args, { 'key.der': privateKey }).slice(-64);
}
