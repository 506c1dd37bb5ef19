/**
 * Readers of PC/SC (pcscd on Linux), for Node, over the package `pcsc-mini`. Its native half is
 * loaded on `open`, so that a machine without libpcsclite can import this file; there `open` answers
 * `transport.unsupported`.
 *
 * pcscd may end and start again at any time (a package update, a crash): readers then go and come
 * back by themselves. Sessions are exclusive, and end with the card powered off; if this process is
 * killed pcscd resets the card.
 */
import type * as PcscMini from 'pcsc-mini';
import { PcscTransport } from './pcsc-transport.ts';
import { connectProblem, startProblem } from './pcsc-problems.ts';
import { fail, ok, type Result } from './result.ts';
import type { ApduTransport, CardReader, ReaderSource } from './transport.ts';

/** systemd starts pcscd within this; a pcscd that is missing costs one connect(2) each. */
const RETRY_MS = 500;
const LONGEST_RETRY_MS = 5_000;
/**
 * pcscd tells of its readers right after the start, and of none by silence: how long silence is
 * waited for. Readers that come later are told of by `change`.
 */
const SETTLE_MS = 200;

/**
 * Clients whose pcscd went. pcsc-mini 0.1.3 throws an uncaught error when such a one is collected as
 * garbage (its finalizer releases a context that is no more), and that would end this process: they
 * are kept, one for each time that pcscd ends.
 */
const LOST: PcscMini.Client[] = [];

export function pcscReaders(): ReaderSource {
  return new PcscReaders();
}

class PcscReaders extends EventTarget implements ReaderSource {
  readonly kind = 'pcsc';
  #pcsc: typeof PcscMini | undefined;
  #client: PcscMini.Client | undefined;
  readonly #slots = new Map<string, Slot>();
  #starting: Promise<Result<void>> | undefined;
  #watching = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #delay = RETRY_MS;

  get readers(): readonly CardReader[] {
    return [...this.#slots.values()];
  }

  async open(): Promise<Result<readonly CardReader[]>> {
    this.#watching = true;
    const started = await this.#start();
    return started.ok ? ok(this.readers) : started;
  }

  async close(): Promise<void> {
    this.#watching = false;
    clearTimeout(this.#retry);
    await this.#starting;
    await Promise.all([...this.#slots.values()].map((slot) => slot.close()));
    if (this.#client !== undefined) this.#drop(this.#client);
  }

  #start(): Promise<Result<void>> {
    // Not a client without its readers: the one that is starting is waited for.
    if (this.#starting === undefined && this.#client !== undefined) {
      return Promise.resolve(ok(undefined));
    }
    clearTimeout(this.#retry);
    this.#starting ??= this.#dial().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  async #dial(): Promise<Result<void>> {
    try {
      this.#pcsc ??= (await import('pcsc-mini')) as typeof PcscMini;
    } catch {
      return fail(
        'transport.unsupported',
        'this machine has no PC/SC: no libpcsclite, or no build of pcsc-mini for it',
      );
    }
    if (!this.#watching) return fail('transport.closed', 'the source was closed');
    const client = new this.#pcsc.Client();
    const settled = new Promise<void>((resolve) => {
      const silence = setTimeout(resolve, SETTLE_MS);
      client.on('reader', (reader) => {
        this.#add(client, reader);
        // The others are told of in the same breath.
        setImmediate(() => {
          clearTimeout(silence);
          resolve();
        });
      });
    });
    client.on('error', () => this.#lost(client));
    try {
      client.start();
    } catch (error) {
      this.#startLater();
      return startProblem(error);
    }
    this.#client = client;
    this.#delay = RETRY_MS;
    await settled;
    return ok(undefined);
  }

  #startLater(): void {
    if (!this.#watching) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#start(), this.#delay);
    this.#delay = Math.min(this.#delay * 2, LONGEST_RETRY_MS);
  }

  /** pcscd went, with all its readers. */
  #lost(client: PcscMini.Client): void {
    if (client !== this.#client) return;
    this.#drop(client);
    this.#startLater();
  }

  #drop(client: PcscMini.Client): void {
    this.#client = undefined;
    client.removeAllListeners();
    try {
      client.stop();
    } catch {
      LOST.push(client);
    }
    for (const name of this.#slots.keys()) this.#remove(name);
    this.#changed();
  }

  #add(client: PcscMini.Client, reader: PcscMini.Reader): void {
    const { ReaderStatus } = this.#pcsc!;
    const slot = new Slot(this.#pcsc!, reader);
    this.#slots.set(slot.name, slot);
    // The first change of status follows at once and says whether there is a card.
    let known = false;
    reader.on('change', (status) => {
      const present = status.has(ReaderStatus.PRESENT);
      if (known && present === slot.present) return;
      known = true;
      slot.setPresent(present);
      this.#changed();
    });
    reader.on('disconnect', () => {
      // Also emitted when we stop the client.
      if (client !== this.#client) return;
      this.#remove(slot.name);
      this.#changed();
    });
  }

  #remove(name: string): void {
    this.#slots.get(name)?.setPresent(false);
    this.#slots.delete(name);
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

class Slot implements CardReader {
  readonly name: string;
  present = false;
  readonly #pcsc: typeof PcscMini;
  readonly #reader: PcscMini.Reader;
  /** One is open, or is being opened or closed. */
  #busy = false;
  #session: PcscTransport | undefined;
  /** Cards that have gone. */
  #removals = 0;

  constructor(pcsc: typeof PcscMini, reader: PcscMini.Reader) {
    this.#pcsc = pcsc;
    this.#reader = reader;
    this.name = reader.name();
  }

  async connect(): Promise<Result<ApduTransport>> {
    if (this.#session?.over) await this.#session.released;
    if (this.#busy) return fail('transport.busy', 'a session with this reader is open');
    this.#busy = true;
    const removals = this.#removals;
    try {
      const card = await this.#reader.connect(this.#pcsc.CardMode.EXCLUSIVE);
      const session = await PcscTransport.open(this.#pcsc, this.name, card);
      this.#session = session;
      void session.released.then(() => {
        this.#session = undefined;
        this.#busy = false;
      });
      // The card may have gone while it was being connected to.
      if (this.#removals > removals) session.end('removed');
      return ok(session);
    } catch (error) {
      this.#busy = false;
      return connectProblem(error);
    }
  }

  setPresent(present: boolean): void {
    this.present = present;
    if (present) return;
    this.#removals += 1;
    this.#session?.end('removed');
  }

  async close(): Promise<void> {
    await this.#session?.close();
  }
}
