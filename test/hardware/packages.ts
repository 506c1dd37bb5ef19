/** What the hardware lab needs from Debian, or why it can't run here. */
import { existsSync, readFileSync } from 'node:fs';
import { installDebianPackages } from '../runner/debian.ts';

const GUEST = [
  ...['qemu-system-x86', 'busybox-static', 'kmod', 'udev', 'xz-utils'],
  ...['libnss3-tools', 'openssl'],
];

// Its derivatives have other kernels.
const isDebian =
  existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));

/**
 * Why the lab can't run here, as a test's `skip` takes it; `false` if it can.
 *
 * @param browser whether Chromium is to run in the guest
 */
export function labIsMissing(browser: boolean): string | false {
  // The guest runs the host's own programs, on a kernel for amd64.
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `the hardware lab runs on Linux on x64, not on ${process.platform} on ${process.arch}`;
  }
  if (!isDebian) return 'the hardware lab takes its kernel and its programs from Debian';
  const needed = browser ? [...GUEST, 'chromium'] : GUEST;
  const absent = installDebianPackages(needed);
  return absent.length > 0 && `not on this machine: apt-get install ${absent.join(' ')}`;
}
