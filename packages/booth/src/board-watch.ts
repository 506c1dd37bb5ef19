// What the booth hears of the election while it is open: the phase, candidates who left, the tally.
// The phase is the ballot box's word and only informs; notices are read from the board and verified.

import { bytesToHex } from '@kabina/crypto/bytes';
import { electionId, type Manifest } from '@kabina/election/manifest';
import type { PortalClient } from './client.ts';
import { garbage } from './http.ts';
import type { VotingPhase } from './state.ts';
import type { WorkerClient } from './worker-client.ts';

export class BoardWatch {
  readonly #client: PortalClient;
  readonly #manifest: Manifest;
  readonly #call: WorkerClient['call'];
  readonly #read = new Set<number>();
  readonly #withdrawn = new Map<string, Set<string>>();
  #phase = 'open';
  #tallySize: number | undefined;

  constructor(client: PortalClient, manifest: Manifest, call: WorkerClient['call']) {
    this.#client = client;
    this.#manifest = manifest;
    this.#call = call;
  }

  get withdrawn(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#withdrawn;
  }

  /** Entries of the log up to which ballots count, once that is fixed. */
  get tallySize(): number | undefined {
    return this.#tallySize;
  }

  /** By the box's phase, and by this device's clock for the manifest's hours. */
  get voting(): VotingPhase {
    switch (this.#phase) {
      case 'open':
        return this.#byHours();
      case 'suspended':
      case 'closed':
        return this.#phase;
      case 'tally':
      case 'result':
      case 'published':
        return 'counted';
      default:
        return 'not-yet';
    }
  }

  /** Whether permits are given out at this hour. */
  get issuing(): boolean {
    return Date.now() < Date.parse(this.#manifest.hours.issuingCloses);
  }

  /** @throws BoothError `network.…`, `board.…` */
  async refresh(): Promise<void> {
    const { electionId: id, phase, notices } = await this.#client.status();
    if (id !== bytesToHex(electionId(this.#manifest))) throw garbage('status: election');
    this.#phase = phase;
    const proofs: Uint8Array[] = [];
    for (const index of notices) {
      const proof = this.#read.has(index) ? undefined : await this.#client.notice(index);
      if (proof !== undefined) proofs.push(proof);
    }
    for (const { index, entry } of await this.#call('readNotices', proofs)) {
      this.#read.add(index);
      if (entry.type === 'withdrawn') {
        const { contest, option } = entry.body;
        const options = this.#withdrawn.get(contest) ?? new Set();
        this.#withdrawn.set(contest, options.add(option));
      } else if (entry.type === 'tally') this.#tallySize = entry.body.size;
    }
  }

  #byHours(): VotingPhase {
    const { opens, pauses } = this.#manifest.hours;
    const now = Date.now();
    if (now < Date.parse(opens)) return 'not-yet';
    const paused = pauses.some(({ from, to }) => Date.parse(from) <= now && now < Date.parse(to));
    return paused ? 'paused' : 'open';
  }
}
