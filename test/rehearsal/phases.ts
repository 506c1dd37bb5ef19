/** The phases of an election that the commission leads, as a rehearsal, a bench or a test plays them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Act } from '@kabina/election/members';
import type { RunningElection } from '@kabina/kiosk-shell/start/setup';

/** How long the other parties may take for their part of one phase. */
const PATIENCE_MS = 600_000;
const LOOK_MS = 100;

/** The parties have not done in time what the commission waits for. */
export class PhaseError extends Error {
  override readonly name = 'PhaseError';
  readonly code = 'rehearsal.stuck';
}

/** Reads the board until it has what is awaited. Throws {@link PhaseError} if it never comes. */
export async function until(
  { commission }: RunningElection,
  what: string,
  met: () => boolean,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    await commission.refresh();
    if (met()) return;
    if (Date.now() > deadline) throw new PhaseError(`waited in vain for ${what}`);
    await sleep(LOOK_MS);
  }
}

/** Lets the members sign an act with their tokens; nothing where they have none. */
export type SignAct = (act: Act) => Promise<void>;

const nobodySigns: SignAct = () => Promise.resolve();

/** Waits for the holders' key and opens the election with it. */
export async function openWithKey(
  running: RunningElection,
  sign: SignAct = nobodySigns,
): Promise<void> {
  await until(running, 'the key', () => running.commission.state.phase === 'ready');
  await sign('open');
  await running.commission.open();
}

/** What stations have to do around `closed`. */
export interface ClosingStations {
  /** Kiosks of which nothing will be heard before it. */
  readonly silent: readonly string[];
  closeKiosks(): Promise<void>;
  bringAll(): Promise<void>;
}

/** From the last ballot to the published protocols. */
export async function closeToResult(
  running: RunningElection,
  sign: SignAct = nobodySigns,
  stations?: ClosingStations,
): Promise<void> {
  const { commission } = running;
  const { state } = commission;
  const issuers = commission.manifest.issuers.length;
  await stations?.closeKiosks();
  await sign('close');
  await commission.close(stations?.silent);
  await stations?.bringAll();
  await until(running, 'the issuers’ statements', () => state.issued.size === issuers);
  await commission.fixTally();
  await until(running, 'enough shares', () => commission.missingShares.length === 0);
  await commission.stateResults();
  await commission.drawUpProtocols({
    signedAt: `${new Date().toISOString().slice(0, 19)}Z`,
    complaints: 0,
    certifiedCopies: 0,
  });
  await sign('publish');
  const { members } = commission.manifest.commission;
  await commission.publish(members.map(() => ({ signed: true, dissent: false })));
}
