/**
 * What the tests need from Debian: installed here when the tests run as root on Debian, so that a
 * fresh machine needs no other preparation. Elsewhere the missing programs are named, and the tests
 * that need them say that they are skipped.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A package, and a file whose presence shows that it is installed. */
const NEEDED: readonly (readonly [name: string, file: string])[] = [
  ['chromium', '/usr/bin/chromium'],
  ['openssl', '/usr/bin/openssl'],
  ['libengine-gost-openssl', '/usr/share/doc/libengine-gost-openssl'],
];

/** Installs what is missing; answers what is still missing afterwards. */
export function installDebianPackages(): string[] {
  const missing = NEEDED.filter(([, file]) => !existsSync(file)).map(([name]) => name);
  if (missing.length === 0) return [];
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return missing;
  console.log(`installing from Debian: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
  });
  return NEEDED.filter(([, file]) => !existsSync(file)).map(([name]) => name);
}
