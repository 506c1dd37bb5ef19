/**
 * What the tests need from Debian, and `npm run sign` with them: installed here by root on Debian, so
 * that a fresh machine needs no other preparation. Elsewhere the missing programs are named, and the
 * tests that need them say that they are skipped.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A package, and a file whose presence shows that it is installed. */
const NEEDED: readonly (readonly [name: string, file: string])[] = [
  ['chromium', '/usr/bin/chromium'],
  ['openssl', '/usr/bin/openssl'],
  ['libengine-gost-openssl', '/usr/share/doc/libengine-gost-openssl'],
  ['pcscd', '/usr/sbin/pcscd'],
  ['vsmartcard-vpcd', '/etc/reader.conf.d/vpcd'],
  ['opensc', '/usr/bin/pkcs11-tool'],
  ['yubico-piv-tool', '/usr/bin/yubico-piv-tool'],
  ['gpg', '/usr/bin/gpg'],
  ['scdaemon', '/usr/lib/gnupg/scdaemon'],
  ['qemu-system-x86', '/usr/bin/qemu-system-x86_64'],
  ['busybox-static', '/usr/share/doc/busybox-static'],
  ['kmod', '/sbin/depmod'],
  ['udev', '/lib/systemd/systemd-udevd'],
  ['xz-utils', '/usr/bin/xz'],
  ['libnss3-tools', '/usr/bin/certutil'],
  ['strace', '/usr/bin/strace'],
];

/** Those of the packages named that are not installed; of all without names. */
export function missingDebianPackages(names?: readonly string[]): string[] {
  return NEEDED.filter(([name, file]) => (names?.includes(name) ?? true) && !existsSync(file)).map(
    ([name]) => name,
  );
}

/** Installs what is missing of the packages named; answers what is still missing afterwards. */
export function installDebianPackages(names?: readonly string[]): string[] {
  const missing = missingDebianPackages(names);
  if (missing.length === 0) return [];
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return missing;
  console.error(`installing from Debian: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  spawnSync('apt-get', ['update', '-qq'], { stdio: [...stdio], env });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
    stdio: [...stdio],
    env,
  });
  return missingDebianPackages(names);
}
