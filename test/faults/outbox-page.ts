/**
 * The page of the outbox's faults: an outbox and a sender in a real browser, as a kiosk has them. It
 * works by itself (`?work=1`) and tells its server what it was told, or is called by a test through
 * `globalThis.rig`. Its journal is its server, which keeps it on the disk.
 */
import { openDB } from 'idb';
import { IdbKeeper } from '@kabina/booth/keeper-idb';
import { OutboxError } from '@kabina/outbox/errors';
import type { SetJournal } from '@kabina/outbox/journal';
import { Outbox } from '@kabina/outbox/outbox';
import { Sender, type Outcome, type SenderStatus } from '@kabina/outbox/sender';
import { assureStorage } from '@kabina/outbox/storage';

const ITEM_SIZE = 300;
const DATABASE = 'faults';
const PATIENCE_MS = 20_000;

const query = new URLSearchParams(location.search);
const box = query.get('box') ?? '';
const boxKey = query.get('key') ?? '';
/** Where to die: at the so-manyth time of this point. */
const fatal = query.get('point');
let left = Number(query.get('skip') ?? '0');

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function sha256(bytes: Uint8Array): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes.slice())));
}

async function tell(path: string, body: unknown = {}): Promise<unknown> {
  const response = await fetch(path, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

const journal: SetJournal = {
  read: async () => {
    const { committed, prepared } = (await tell('/journal/read')) as Record<string, string | null>;
    return { committed: committed ?? undefined, prepared: prepared ?? undefined };
  },
  prepare: async (digest) => void (await tell('/journal/prepare', { digest })),
  commit: async () => void (await tell('/journal/commit')),
};

/** A synchronous request holds the page at this very line, transactions included, until it is killed. */
function onPoint(point: string): void {
  if (point !== fatal || left-- > 0) return;
  const request = new XMLHttpRequest();
  request.open('POST', `/point/${point}`, false);
  request.send();
}

/** The receiver's answer is believed for its signature over what was sent, and for nothing else. */
async function send(bytes: Uint8Array, signal: AbortSignal): Promise<Outcome> {
  let status: number;
  let answer: Uint8Array<ArrayBuffer>;
  try {
    const response = await fetch(`${box}/items`, {
      method: 'POST',
      body: bytes.slice(),
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    status = response.status;
    answer = new Uint8Array(await response.arrayBuffer());
  } catch {
    return { is: 'later', code: 'network.unreachable' };
  }
  if (status === 422) return { is: 'poison', code: 'items.refused' };
  if (status !== 200) return { is: 'later', code: 'network.server' };
  const key = await crypto.subtle.importKey('raw', bytesOf(boxKey), 'Ed25519', false, ['verify']);
  const signed = new TextEncoder().encode(`taken ${await sha256(bytes)}`);
  const good = await crypto.subtle.verify('Ed25519', key, answer, signed).catch(() => false);
  return good ? { is: 'taken' } : { is: 'later', code: 'network.garbage' };
}

let outbox: Outbox | undefined;
let sender: Sender | undefined;
const seen = new Set<string>();

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'ok';
  } catch (error) {
    return error instanceof OutboxError ? error.code : String(error);
  }
}

/** What an item was, known to the server before it is put: whatever else turns up was made up. */
async function putNew(): Promise<string> {
  const key = hexOf(crypto.getRandomValues(new Uint8Array(16)));
  const length = 1 + crypto.getRandomValues(new Uint8Array(1))[0]!;
  const bytes = crypto.getRandomValues(new Uint8Array(length + 16));
  await tell('/planned', { key, sha: await sha256(bytes) });
  const code = await codeOf(() => outbox!.put(key, bytes));
  if (code === 'ok') await tell('/acked', { key });
  return code;
}

async function held(): Promise<{ key: string; sha: string }[]> {
  const aside = (await outbox!.quarantined()).map(({ key }) => key);
  const all: { key: string; sha: string }[] = [];
  for (const key of [...(await outbox!.keys()), ...aside]) {
    all.push({ key, sha: await sha256((await outbox!.get(key))!) });
  }
  return all;
}

const rig = {
  open: (options: { limit?: number; journal?: boolean } = {}): Promise<string> =>
    codeOf(async () => {
      outbox = await Outbox.open({
        database: DATABASE,
        itemSize: ITEM_SIZE,
        ...(options.journal === false ? {} : { journal }),
        ...(options.limit === undefined ? {} : { limit: options.limit }),
        onPoint,
      });
    }),
  putNew,
  held,
  count: (): Promise<number> => outbox!.count(),
  quarantined: (): Promise<readonly { key: string; code: string }[]> => outbox!.quarantined(),
  release: (): Promise<string> => codeOf(() => outbox!.release()),
  close: (): Promise<string> => codeOf(() => outbox!.close()),
  assure: (need: number): Promise<string> => codeOf(() => assureStorage({ need })),
  start(least = 1, pace = { first: 20, most: 200 }): void {
    sender = new Sender(outbox!, {
      send,
      least,
      pace,
      onPoint,
      onChange: ({ line, trouble }) => {
        if (line !== undefined) seen.add(line);
        if (trouble !== undefined) seen.add(trouble.code);
      },
    });
    sender.start();
  },
  flush: (): Promise<void> => sender!.flush(),
  status: (): SenderStatus => sender!.status,
  /** Every state of the line and every trouble so far. */
  seen: (): string[] => [...seen],
  stop: (): Promise<void> => sender!.stop(),
  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while ((await outbox!.count()) > 0) await new Promise((done) => setTimeout(done, 20));
  },
};

/** The kiosk's day, over and over: put, send, set aside, release; until somebody kills the browser. */
async function work(): Promise<void> {
  const opened = await rig.open();
  await tell('/opened', { code: opened, held: opened === 'ok' ? await held() : [] });
  if (opened !== 'ok') return;
  // Several at once, so that they are removed together.
  rig.start(5);
  for (;;) {
    const code = await putNew();
    if (code !== 'ok') await tell('/failed', { code });
    if ((await outbox!.quarantined()).length > 1) await outbox!.release();
  }
}

/**
 * Writes of the queue's, of a kiosk's cards and, as a yardstick, of a database that a power cut may hurt;
 * marked before and after.
 */
async function timed(): Promise<void> {
  const db = await openDB('relaxed', 1, { upgrade: (fresh) => fresh.createObjectStore('items') });
  const keeper = new IdbKeeper('cards');
  await rig.open({ journal: false });
  const writes = {
    queue: (key: string) => outbox!.put(key, new Uint8Array(ITEM_SIZE)),
    // One card is opened and another is ended.
    cards: (key: string) =>
      keeper.change(
        new Map([
          [`place/${key}`, new Uint8Array(ITEM_SIZE)],
          ['place/another', new Uint8Array(ITEM_SIZE)],
        ]),
      ),
    relaxed: async (key: string) => {
      const change = db.transaction('items', 'readwrite', { durability: 'relaxed' });
      await Promise.all([change.store.put(new Uint8Array(ITEM_SIZE), key), change.done]);
    },
  };
  for (const [name, write] of Object.entries(writes)) {
    for (let n = 0; n < 10; n++) {
      await tell('/timed', { mark: 'begin' });
      await write(hexOf(crypto.getRandomValues(new Uint8Array(16))));
      await tell('/timed', { mark: name });
    }
  }
  await tell('/timed', { mark: 'end' });
}

export type Rig = typeof rig;
Object.assign(globalThis, { rig });
function failed(error: unknown): void {
  void tell('/failed', { code: String(error) });
}
if (query.has('work')) work().catch(failed);
if (query.has('timed')) timed().catch(failed);
