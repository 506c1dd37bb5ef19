/**
 * What the desk has written and the servers have not taken yet: entries for the board, and after
 * closing the marks for every issuer. An entry is taken when a proof under the quorum of witnesses
 * shows it on the board, whatever the box has answered; marks when the issuer says that it has them
 * all. Both may be sent again and again: the same bytes, the same marks.
 *
 * The items lie among the desk's own records and not in an `@kabina/outbox`: an entry and the count
 * that goes with it must be written in one transaction.
 *
 * Marks go out at closing alone, and shuffled: during the day they would tell the issuers when each
 * voter came.
 */
import { bytesToHex } from '@kabina/crypto/bytes';
import { boardPolicy } from '@kabina/election/board';
import type { Manifest } from '@kabina/election/manifest';
import { LogError } from '@kabina/log/errors';
import { leafHash } from '@kabina/log/merkle';
import { parseProof, verifyProof } from '@kabina/log/proof';
import { MARKS_AT_ONCE, type DeskClient } from './desk-client.ts';
import { DeskError, troubleOf } from './desk-error.ts';
import type { Trouble } from '@kabina/booth/session';

/** Milliseconds to wait after the first failure; it doubles, with jitter, up to the longest. */
const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 60_000;
/** How often an idle desk asks whether the line is there. */
const IDLE_WAIT = 45_000;

/** What waits, as the desk has it now. */
export interface Waiting {
  readonly manifest: Manifest;
  /** Encoded entries by the name of their record. */
  readonly entries: ReadonlyMap<string, Uint8Array>;
  /** Marked voters for the issuers that don't have them yet; only after closing. */
  readonly marks:
    { readonly numbers: readonly string[]; readonly issuers: readonly string[] } | undefined;
  readonly secrets: Readonly<Record<string, string>>;
}

export interface DeskQueueOptions {
  readonly client: DeskClient;
  /** Undefined while there is nothing to send or nothing may be read. */
  readonly waiting: () => Waiting | undefined;
  /** An entry is on the board. Resolves when that is written down. */
  readonly posted: (name: string) => Promise<void>;
  /** An issuer has all marks. */
  readonly marksTaken: (issuer: string, refused: number) => Promise<void>;
  /** How a round ended. */
  readonly onChange: (round: Round) => void;
}

export interface Round {
  /** What stood in the way of the last thing that failed. */
  readonly trouble: Trouble | undefined;
  /** Entries that the board won't have as things stand. They stay and are offered again. */
  readonly refused: number;
}

const CALM: Round = { trouble: undefined, refused: 0 };

export class DeskQueue {
  readonly #options: DeskQueueOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #running = false;
  /** Something has changed while a round was under way: another follows at once. */
  #again = false;
  #stopped = true;

  constructor(options: DeskQueueOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    this.hurry();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** There is something new to send, or the line may be back. */
  hurry(): void {
    if (this.#stopped) return;
    this.#failures = 0;
    this.#again = true;
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    clearTimeout(this.#timer);
    let round = CALM;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      round = await this.#round();
    }
    this.#running = false;
    if (this.#stopped) return;
    this.#options.onChange(round);
    const { trouble } = round;
    this.#failures = trouble === undefined ? 0 : this.#failures + 1;
    const wait = trouble === undefined ? IDLE_WAIT : FIRST_WAIT * 2 ** Math.min(this.#failures, 5);
    this.#timer = setTimeout(
      () => {
        this.#again = true;
        void this.#run();
      },
      Math.min(wait, LONGEST_WAIT) * (0.5 + Math.random()),
    );
  }

  /** Tries everything once. */
  async #round(): Promise<Round> {
    const { client, waiting } = this.#options;
    const now = waiting();
    if (now === undefined) return CALM;
    let trouble: Trouble | undefined;
    let refused = 0;
    const attempt = async (work: () => Promise<void>): Promise<void> => {
      // Without a line the rest would only wait for its turn to fail.
      if (this.#stopped || trouble?.code === 'desk.offline') return;
      try {
        await work();
      } catch (error) {
        trouble = troubleOf(error);
        if (trouble.code === 'entries.refused') refused++;
      }
    };
    for (const [name, bytes] of shuffled(now.entries)) {
      await attempt(async () => {
        await postEntry(client, now.manifest, bytes);
        await this.#options.posted(name);
      });
    }
    for (const issuer of now.marks?.issuers ?? []) {
      await attempt(() => this.#sendMarks(now, issuer));
    }
    if (now.entries.size === 0 && now.marks === undefined) await attempt(() => client.ping());
    return { trouble, refused };
  }

  async #sendMarks({ marks, secrets }: Waiting, issuer: string): Promise<void> {
    const { client } = this.#options;
    const numbers = shuffled(marks?.numbers ?? []);
    let refused = 0;
    let from = 0;
    // A station where nobody came says so too.
    do {
      if (this.#stopped) return;
      const batch = numbers.slice(from, from + MARKS_AT_ONCE);
      from += batch.length;
      const complete = from >= numbers.length;
      const answer = await client.marks(issuer, secrets[issuer] ?? '', {
        numbers: batch,
        complete,
      });
      refused += answer.refused.length;
    } while (from < numbers.length);
    await this.#options.marksTaken(issuer, refused);
  }
}

/** Resolves when a proof shows the entry on the board. */
async function postEntry(client: DeskClient, manifest: Manifest, bytes: Uint8Array): Promise<void> {
  await client.post(bytes);
  const leaf = leafHash(bytes);
  const proof = await client.proof(bytesToHex(leaf));
  if (proof === undefined) {
    throw new DeskError('proofs.not-yet', 'not cosigned yet', { retryable: true });
  }
  try {
    verifyProof(parseProof(proof), leaf, boardPolicy(manifest));
  } catch (cause) {
    if (!(cause instanceof LogError)) throw cause;
    throw new DeskError('box.proof', cause.message, { retryable: true, cause });
  }
}

function shuffled<T>(items: Iterable<T>): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const [chance = 0] = crypto.getRandomValues(new Uint32Array(1));
    const other = chance % (last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
