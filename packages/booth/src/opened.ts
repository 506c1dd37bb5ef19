// What a session works with once the board was read and believed.

import { hexToBytes } from '@kabina/crypto/bytes';
import type { Manifest } from '@kabina/election/manifest';
import { BoardWatch } from './board-watch.ts';
import { Casts, type CastOutcome } from './casts.ts';
import type { IssuerAddress } from './client.ts';
import { BoothError, troubleOf } from './errors.ts';
import type { Keeper } from './keeper.ts';
import type { PaperWork } from './paper-work.ts';
import { Papers, type PapersOptions } from './papers.ts';
import type { WorkerEndpoint } from './worker-client.ts';

/** What the embedder knows and trusts. Everything else is read from the board and checked. */
export interface SessionConfig {
  /** Hash of the manifest, 64 hexadecimal digits, from a source the embedder trusts. */
  readonly electionId: string;
  /** Address of the ballot box, which serves the board too. */
  readonly box: string;
  /** In the order in which the voter meets them; the parts of an access code follow it. */
  readonly issuers: readonly IssuerAddress[];
  readonly mode: 'own-device' | 'kiosk';
  /** Makes the dedicated worker; under Trusted Types the embedder's policy creates its address. */
  readonly createWorker: () => WorkerEndpoint;
  /** Default: IndexedDB. */
  readonly keeper?: Keeper;
}

export interface Opened {
  readonly manifest: Manifest;
  readonly watch: BoardWatch;
  readonly papers: Papers;
  readonly casts: Casts;
}

interface Services extends Omit<PapersOptions, 'manifest' | 'kiosk'> {
  readonly settled: (work: PaperWork, outcome: CastOutcome) => void;
}

/** @throws BoothError `board.…`, `network.…`, `config.issuers` */
export async function openBooth(config: SessionConfig, services: Services): Promise<Opened> {
  const { box, electionId, issuers, mode } = config;
  const { client, call, settled } = services;
  const manifest = await call('readElection', box, hexToBytes(electionId));
  const known = issuers.map(({ id }) => id);
  const named = manifest.issuers.map(({ id }) => id);
  if (known.length !== named.length || !named.every((id) => known.includes(id))) {
    throw new BoothError('config.issuers', `the manifest names ${named.join(', ')}`);
  }
  const watch = new BoardWatch(client, manifest, call);
  // Only informs, so that its failure stops nobody.
  await watch.refresh().catch(() => undefined);
  const papers = new Papers({ ...services, manifest, kiosk: mode === 'kiosk' });
  return { manifest, watch, papers, casts: new Casts(watch, settled) };
}

/** News from the box and the board. A failure is no news; a false proof is the paper's trouble. */
export async function hearNews({ watch, papers }: Opened): Promise<void> {
  await watch.refresh().catch(() => undefined);
  for (const work of papers.all) {
    if (!work.following) continue;
    try {
      await work.follow();
      if (watch.tallySize !== undefined) await work.tallied(watch.tallySize);
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble.code === 'box.proof') work.error = trouble;
    }
  }
}
