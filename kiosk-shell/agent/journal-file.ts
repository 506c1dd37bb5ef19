/**
 * The journals of this machine: for each set that a page keeps in the browser (what waits to be
 * sent, the cards, the desk's marks) one digest of the set, on disk, where the browser can't lose
 * it. `SetJournal` in `@kabina/outbox/journal` is the page's view of one.
 *
 * A record is replaced and never appended to: a history of digests would tell anybody who later sees
 * the ballots in which order they came. It is sealed with an HMAC under a key that lies beside it,
 * so that a page, a stick or a text editor makes none. Beside the record lies a mark that there was
 * one: a record that has gone is damage, and not a new machine. Who is root here, or puts the whole
 * folder back as it was, is not noticed by this file but by the page, whose set no longer fits.
 *
 * If the process dies: before the rename the old record stands, after it the new one. The mark is
 * made after the first record and before the first answer; a record without a mark is whole.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { frame } from '@kabina/crypto/bytes';
import { syncFolder, writeDurably } from './durable-file.ts';

/** A set of one election: of a machine that has served before, each election's is a new one. */
export type JournalName = `${'outbox' | 'cards' | 'desk'}-${string}`;

/** Two digests of one set, in hexadecimal digits: what it is, and what it may have become. */
export interface JournalRecord {
  readonly committed: string | null;
  readonly prepared: string | null;
}

/** - `empty`: never written; `kept`: at rest; `prepared`: between a change's two halves. */
export type JournalState = 'empty' | 'kept' | 'prepared' | 'damaged';

export type JournalErrorCode =
  /** The record is gone, cut short or not ours. Only a technician may go on from here. */
  | 'journal.damaged'
  /** A commit without anything prepared, ever. */
  | 'journal.order';

export class JournalError extends Error {
  readonly code: JournalErrorCode;

  constructor(code: JournalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JournalError';
    this.code = code;
  }
}

const EMPTY: JournalRecord = { committed: null, prepared: null };
const KEY_FILE = 'journal.key';
const KEY_LENGTH = 32;
/** The first 16 digits of the electionId. */
const NAME = /^(?:outbox|cards|desk)-[0-9a-f]{16}$/;
/** SHA-256, as `setDigest` writes it. */
const DIGEST = /^[0-9a-f]{64}$/;

export const isDigest = (value: unknown): value is string =>
  typeof value === 'string' && DIGEST.test(value);

export const isJournal = (name: string): name is JournalName => NAME.test(name);

/** The journals in one folder. One process at a time; within it calls go one after another. */
export class JournalFolder {
  readonly path: string;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param path a folder that is there, readable for its owner alone */
  constructor(path: string) {
    this.path = path;
  }

  /** @throws JournalError `journal.damaged`; what the file system throws */
  read(name: JournalName): Promise<JournalRecord> {
    return this.#next(() => this.#read(name));
  }

  /** Resolves when it is durable. @throws as {@link read} */
  prepare(name: JournalName, digest: string): Promise<void> {
    return this.#next(async () => {
      const { committed } = await this.#read(name);
      await this.#write(name, { committed, prepared: digest });
    });
  }

  /**
   * Resolves when it is durable. Again after a lost answer: nothing changes.
   * @throws as {@link read}, and JournalError `journal.order`
   */
  commit(name: JournalName): Promise<void> {
    return this.#next(async () => {
      const { committed, prepared } = await this.#read(name);
      if (prepared !== null) return this.#write(name, { committed: prepared, prepared: null });
      if (committed === null) throw new JournalError('journal.order', `${name}: nothing prepared`);
    });
  }

  /** The journals that were begun and not forgotten, by name. */
  async names(): Promise<JournalName[]> {
    const files = await readdir(this.path);
    const names = files.map((file) => file.replace(/\.(?:journal|began)$/, ''));
    return [...new Set(names.filter(isJournal))].sort();
  }

  async state(name: JournalName): Promise<JournalState> {
    try {
      const { committed, prepared } = await this.read(name);
      return prepared !== null ? 'prepared' : committed !== null ? 'kept' : 'empty';
    } catch (error) {
      if (error instanceof JournalError) return 'damaged';
      throw error;
    }
  }

  /** Forgets a journal, for a technician who knows what was lost. Answers whether there was one. */
  reset(name: JournalName): Promise<boolean> {
    return this.#next(async () => {
      const was = (await exists(this.#file(name))) || (await exists(this.#mark(name)));
      // In this order: if we die in between, the mark still says that there was a record.
      await rm(this.#file(name), { force: true });
      await syncFolder(this.path);
      await rm(this.#mark(name), { force: true });
      await syncFolder(this.path);
      return was;
    });
  }

  #file(name: JournalName): string {
    return join(this.path, `${name}.journal`);
  }

  #mark(name: JournalName): string {
    return join(this.path, `${name}.began`);
  }

  async #read(name: JournalName): Promise<JournalRecord> {
    const text = await readOrMissing(this.#file(name));
    if (text === undefined) {
      if (!(await exists(this.#mark(name)))) return EMPTY;
      throw new JournalError('journal.damaged', `${name}: the record has gone`);
    }
    const key = await readKey(join(this.path, KEY_FILE));
    if (key === undefined) throw new JournalError('journal.damaged', 'the key has gone');
    return openRecord(key, name, text);
  }

  async #write(name: JournalName, record: JournalRecord): Promise<void> {
    await writeDurably(this.#file(name), sealRecord(await this.#key(), name, record));
    if (!(await exists(this.#mark(name)))) await writeDurably(this.#mark(name), '');
  }

  /** The key, made with the first record. While there are others that it sealed, a lost key is damage. */
  async #key(): Promise<Buffer> {
    const path = join(this.path, KEY_FILE);
    const kept = await readKey(path);
    if (kept !== undefined) return kept;
    if ((await this.names()).length > 0) {
      throw new JournalError('journal.damaged', 'the key has gone');
    }
    const made = randomBytes(KEY_LENGTH);
    await writeDurably(path, made.toString('hex'));
    return made;
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

function seal(key: Buffer, name: JournalName, { committed, prepared }: JournalRecord): Buffer {
  // Absent is no digest: digests have 64 digits.
  const said = frame('kabina/v1/journal', name, committed ?? '', prepared ?? '');
  return createHmac('sha256', key).update(said).digest();
}

/** A record as its file has it: one line of JSON. */
export function sealRecord(key: Buffer, name: JournalName, record: JournalRecord): string {
  const { committed, prepared } = record;
  const mac = seal(key, name, record).toString('hex');
  return `${JSON.stringify({ v: 1, name, committed, prepared, mac })}\n`;
}

/** Strict: exactly the bytes that {@link sealRecord} writes. @throws JournalError `journal.damaged` */
export function openRecord(key: Buffer, name: JournalName, text: string): JournalRecord {
  const damaged = (cause?: unknown) =>
    new JournalError('journal.damaged', `${name}: the record is not whole`, { cause });
  let read: Partial<Record<string, unknown>> | null;
  try {
    read = JSON.parse(text) as typeof read;
  } catch (cause) {
    throw damaged(cause);
  }
  if (typeof read !== 'object' || read === null) throw damaged();
  const { committed, prepared, mac } = read;
  if (!(committed === null || isDigest(committed))) throw damaged();
  if (!(prepared === null || isDigest(prepared)) || !isDigest(mac)) throw damaged();
  const record = { committed, prepared };
  if (!timingSafeEqual(seal(key, name, record), Buffer.from(mac, 'hex'))) throw damaged();
  if (sealRecord(key, name, record) !== text) throw damaged();
  return record;
}

async function readKey(path: string): Promise<Buffer | undefined> {
  const text = await readOrMissing(path);
  if (text === undefined) return undefined;
  if (!DIGEST.test(text)) throw new JournalError('journal.damaged', 'the key is not whole');
  return Buffer.from(text, 'hex');
}

async function readOrMissing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
