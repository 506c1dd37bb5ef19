// Devices of test voters in Node: a session on a test portal, and disks that survive its death.

import { inProcessWorker } from '../src/in-process.ts';
import { MemoryKeeper, type Keeper } from '../src/keeper.ts';
import { VotingSession } from '../src/session.ts';
import type { Device, TestPortal } from './portal.ts';

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

/** What would be on the disk now. */
export async function copyOf(keeper: Keeper): Promise<MemoryKeeper> {
  const copy = new MemoryKeeper();
  for await (const [name, value] of keeper.readAll('')) await copy.write(name, value);
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

  override async change(records: ReadonlyMap<string, Uint8Array | undefined>): Promise<void> {
    await this.#event('before change');
    await super.change(records);
    await this.#event('after change');
  }

  override async delete(name: string): Promise<void> {
    await this.#event('before delete');
    await super.delete(name);
    await this.#event('after delete');
  }
}
