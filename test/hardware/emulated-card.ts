/**
 * QEMU's own smart card: libcacard's emulation of a CAC, whose RSA keys are in an NSS database that
 * is made here and thrown away.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** QEMU's `usb-ccid` on the bus: the ids of a GemPC Twin. */
export const EMULATED_READER = { vendor: 0x08e6, product: 0x4433 } as const;

export interface EmulatedCard {
  /** A reader with this card in it, for QEMU. */
  readonly qemuArguments: string[];
  /** Of the card's key, RSA-2048, PEM. */
  readonly certificate: string;
  remove(): Promise<void>;
}

export async function emulatedCard(): Promise<EmulatedCard> {
  const folder = await mkdtemp(join(tmpdir(), 'kabina-card-'));
  const database = `sql:${folder}`;
  const noise = join(folder, 'noise');
  await writeFile(noise, randomBytes(64));
  await run('certutil', ['-N', '-d', database, '--empty-password']);
  const subject = ['-s', 'CN=Kabina hardware lab', '-n', 'card', '-x', '-t', ',,', '-m', '1'];
  const key = ['-k', 'rsa', '-g', '2048', '-Z', 'SHA256', '-z', noise];
  await run('certutil', ['-S', '-d', database, ...subject, ...key]);
  const { stdout } = await run('certutil', ['-L', '-d', database, '-n', 'card', '-a']);
  // The emulation wants three certificates, for identity, signatures and encryption.
  const card = `ccid-card-emulated,backend=certificates,db=${database},cert1=card,cert2=card,cert3=card`;
  return {
    qemuArguments: ['-device', 'usb-ccid,bus=xhci.0', '-device', card],
    certificate: stdout,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
