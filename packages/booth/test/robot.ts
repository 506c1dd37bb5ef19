// A voter who wants one thing, a ballot of theirs accepted, and does on every screen what it offers
// for that. If the robot gets stuck, the flow has no way on.

import { MemoryKeeper, type Keeper } from '../src/keeper.ts';
import { inProcessWorker } from '../src/in-process.ts';
import { VotingSession } from '../src/session.ts';
import type { Credentials } from '../src/state.ts';
import { CODE, type Device, type TestPortal } from './portal.ts';

const MOST_STEPS = 30;

export interface Wish {
  readonly credentials: Credentials;
  readonly contest: string;
  readonly marks: readonly number[];
  /** Whether to challenge a sealed ballot once before casting another. */
  readonly challenge?: boolean;
}

export function sessionOn(
  portal: TestPortal,
  keeper: Keeper,
  mode: 'own-device' | 'kiosk',
  device: Device = portal.device(),
): VotingSession {
  const { box, issuers } = device;
  return new VotingSession({
    electionId: portal.electionId,
    box,
    issuers,
    mode,
    createWorker: inProcessWorker,
    keeper,
  });
}

/** Goes on until the paper is accepted, or `stopped`. Answers the screens it came through. */
export async function vote(
  session: VotingSession,
  { credentials, contest, marks, challenge = false }: Wish,
  stopped: () => boolean = () => false,
): Promise<string[]> {
  const screens: string[] = [];
  let challenged = !challenge;
  for (let step = 0; step < MOST_STEPS && !stopped(); step++) {
    const { state } = session;
    const error = 'error' in state ? state.error?.code : undefined;
    screens.push(error === undefined ? state.at : `${state.at}:${error}`);
    if (state.at === 'starting') await session.start();
    else if (state.at === 'failed' && state.retry) await session.retry();
    else if (state.at === 'login') await session.login(credentials);
    else if (state.at === 'code') await session.submitCode(CODE);
    else if (state.at === 'ballots') {
      const paper = session.papers.find((found) => found.contest === contest);
      if (['accepted', 'recorded'].includes(paper?.state ?? '')) return screens;
      await session.openPaper(contest);
    } else if (state.at === 'marking') session.review();
    else if (state.at === 'review') await session.seal(marks);
    else if (state.at === 'sealed' && (!challenged || state.opened)) {
      challenged = true;
      await session.challenge();
    } else if (state.at === 'sealed') await session.cast();
    else if (state.at === 'challenged') session.back();
    else if (state.at === 'casting') await session.retry();
    else if (state.at === 'receipt') session.list();
    else break;
  }
  if (stopped()) return screens;
  throw new Error(`no way on: ${screens.join(' ')}`);
}

/** What would be on the disk now. */
export async function copyOf(keeper: Keeper): Promise<MemoryKeeper> {
  const copy = new MemoryKeeper();
  for (const name of await keeper.names('')) {
    const value = await keeper.read(name);
    if (value !== undefined) await copy.write(name, value);
  }
  return copy;
}

/** A keeper that tells of every write, before and after it; what follows waits for the answer. */
export class WatchedKeeper extends MemoryKeeper {
  readonly #event: (name: string) => Promise<void>;

  constructor(event: (name: string) => Promise<void>) {
    super();
    this.#event = event;
  }

  override async write(name: string, value: Uint8Array): Promise<void> {
    await this.#event('before write');
    await super.write(name, value);
    await this.#event('after write');
  }

  override async delete(name: string): Promise<void> {
    await this.#event('before delete');
    await super.delete(name);
    await this.#event('after delete');
  }
}
