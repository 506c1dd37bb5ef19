/** What the tests of simulated cards by other people's programs have in common. */
import assert from 'node:assert/strict';
import { toPem } from '@kabina/cms/pem';
import type { SimulatedCard } from '@kabina/tokens/testing/simulated-card';
import { insertCard } from '@kabina/tokens/testing/vpcd';
import { Folder, run } from './programs.ts';

/** Puts a card into pcscd for the time of `work`, which has a folder for its files. */
export async function withCard(
  card: SimulatedCard,
  work: (folder: Folder, reader: string) => Promise<void>,
): Promise<void> {
  const folder = await Folder.make();
  const inserted = await insertCard(card);
  try {
    await work(folder, inserted.reader);
  } finally {
    inserted.remove();
    // A card that has thrown says so here.
    assert.equal(await inserted.removed, undefined);
    await folder.remove();
  }
}

/** Runs a program that must succeed; answers what it said. */
export async function succeed(...[program, ...args]: [string, ...string[]]): Promise<string> {
  const { status, said } = await run(program, args);
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${said}`);
  return said;
}

/**
 * Leaves the public key of a certificate (DER) in a file, as openssl takes it.
 *
 * @param engine arguments by which openssl learns of the key's algorithm
 */
export async function publicKeyFile(
  folder: Folder,
  certificate: Uint8Array,
  ...engine: string[]
): Promise<string> {
  const file = await folder.write('certificate.pem', toPem(certificate, 'CERTIFICATE'));
  const said = await succeed('openssl', 'x509', ...engine, '-in', file, '-noout', '-pubkey');
  return folder.write('public-key.pem', said.replace(/^Engine .*\n/, ''));
}
