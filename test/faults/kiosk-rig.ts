/**
 * What stands around the page of the kiosk's faults: an election with real keys, its issuers, its
 * ballot box (`box-process.ts`), lines that can be cut, the routes of the machine's agent, and the
 * voters with their cards. Chromium is that of the outbox's faults.
 */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import type { BrowserContext, Page } from 'playwright-core';
import type { KioskStatus } from '@kabina/booth/station';
import { bytesToHex } from '@kabina/crypto/bytes';
import { coreHash } from '@kabina/election/ballot';
import {
  castBallot,
  cosignEntry,
  decodeEntry,
  encodeEntry,
  type EntryOf,
} from '@kabina/election/entries';
import { receiptFromText, verifyPromise } from '@kabina/election/receipt';
import { seedSigner } from '@kabina/election/station-delivery';
import { testSeed } from '@kabina/election/testing';
import { JournalFolder } from '@kabina/kiosk-shell/agent/journal-file';
import { machineRoutes, type MachineHandler } from '@kabina/kiosk-shell/agent/machine-routes';
import { PortalElection, STATION, STATION_DESK_SECRET } from '@kabina/portal/test-election';
import { Line } from '../rehearsal/line.ts';
import type { Rig, Services, Visit } from './kiosk-page.ts';
import { BoxProcess, NO_LIMIT } from './box-process.ts';
import { drive, rigCall } from './outbox-rig.ts';

export const KIOSK = 'K1';
const STYLE = 'town';
const CONTESTS = ['question', 'few'] as const;
const PATIENCE_MS = 60_000;

const bundles = new Map<string, Promise<string>>();

function bundle(entry: string): Promise<string> {
  const made =
    bundles.get(entry) ??
    build({
      entryPoints: [new URL(import.meta.resolve(entry)).pathname],
      bundle: true,
      format: 'esm',
      target: 'es2022',
      write: false,
      logLevel: 'error',
    }).then(({ outputFiles }) => outputFiles[0]!.text);
  bundles.set(entry, made);
  return made;
}

/** What the page has said of a start. */
export interface Opened {
  readonly phase: string;
  readonly code: string;
  readonly interrupted: boolean;
}

interface Voter {
  readonly card: string;
  papers: Visit['papers'];
  /** - `waits`; `inside`: it has come, and not told that it is through; `gone`. */
  state: 'waits' | 'inside' | 'gone';
}

export interface KioskLabOptions {
  /** Ballots that leave together. */
  readonly pool: number;
  readonly cards: number;
}

export class KioskLab {
  readonly portal: PortalElection;
  readonly box: BoxProcess;
  readonly lines: readonly Line[];
  /** Card to contest to the hash of the core that the voter was shown a promise for. */
  readonly shown = new Map<string, Map<string, string>>();
  /** What must never happen, as it was told. */
  readonly failures: string[] = [];
  readonly voters: Voter[] = [];
  /** Called when the page has opened its kiosk. */
  onOpened: (opened: Opened) => void = () => undefined;
  /** Called when the page holds still at the point that it was told. */
  onPoint: () => void = () => undefined;
  #machine!: MachineHandler;
  #services!: Services;
  readonly #cards: number;
  readonly #issuers: { close(): Promise<void> }[] = [];
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.writeHead(404).end());
  });

  private constructor(
    portal: PortalElection,
    box: BoxProcess,
    lines: readonly Line[],
    cards: number,
  ) {
    this.portal = portal;
    this.box = box;
    this.lines = lines;
    this.#cards = cards;
  }

  static async make({ pool, cards }: KioskLabOptions): Promise<KioskLab> {
    const portal = await PortalElection.make({
      station: true,
      // An issuer signs for no more cards than people may want.
      voters: cards,
      change: (manifest) => ({
        ...manifest,
        pool,
        kiosks: manifest.kiosks.filter(({ id }) => id === KIOSK),
      }),
    });
    await portal.startWitnesses();
    const box = await BoxProcess.start(portal);
    await box.post(portal.openingEntries());
    const running = await Promise.all(
      (['registrar', 'observers'] as const).map((id) =>
        portal.startIssuer(id, box.url, [], Date.now, NO_LIMIT),
      ),
    );
    const urls = await Promise.all(
      running.map(async ({ listener }) => `http://127.0.0.1:${await listener.listen(0)}`),
    );
    const lines = await Promise.all([box.url, ...urls].map((url) => Line.to(url)));
    const lab = new KioskLab(portal, box, lines, cards);
    lab.#issuers.push(...running);
    await new Promise<void>((resolve) => lab.#server.listen(0, '127.0.0.1', resolve));
    const [boxLine, ...issuers] = lines.map(({ url }) => url);
    lab.#services = {
      electionId: bytesToHex(portal.election.electionId),
      box: boxLine!,
      issuers: portal.manifest.issuers.map(({ id }, i) => ({ id, url: issuers[i]! })),
    };
    await lab.useMachine('machine');
    return lab;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await this.box.stop();
    for (const issuer of this.#issuers) await issuer.close();
    for (const line of this.lines) await line.close();
    await this.portal.remove();
  }

  get profile(): string {
    return join(this.portal.folder, 'profile');
  }

  /** IndexedDB belongs to host and port: every start of this lab has the same. */
  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The folder of the origin's databases in a profile. */
  databasesIn(profile: string): string {
    const { port } = new URL(this.origin);
    return join(profile, `Default/IndexedDB/http_127.0.0.1_${port}.indexeddb.leveldb`);
  }

  /** electionId, hex. */
  get electionId(): string {
    return this.#services.electionId;
  }

  url(parameters: Readonly<Record<string, string>> = {}): string {
    return `${this.origin}/?${new URLSearchParams(parameters).toString()}`;
  }

  /** The machine that the page finds: its key, and the journals in this folder. */
  async useMachine(name: string): Promise<void> {
    const folder = join(this.portal.folder, name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const seed = testSeed(`kiosk/${KIOSK}`);
    this.#machine = machineRoutes({
      key: { role: 'kiosk', id: KIOSK, seed },
      journals: new JournalFolder(folder),
      preflight: () => Promise.reject(new Error('nobody asks')),
    });
  }

  cutLine(): void {
    for (const line of this.lines) line.cut();
  }

  mendLine(): void {
    for (const line of this.lines) line.mend();
  }

  /** With a line: the election and the cards; their holders come in no order. */
  async setUp(page: Page): Promise<void> {
    const cards = this.#cards;
    await kioskCall(page, 'open');
    for (const code of [
      await kioskCall(page, 'fetchElection'),
      await kioskCall(page, 'deliver', STYLE, cards),
    ]) {
      if (code !== 'ok') throw new Error(code);
    }
    const printer = this.lines[2]!.url;
    const headers = { authorization: `Bearer ${STATION_DESK_SECRET}` };
    for (let batch = 1; this.voters.length < cards; batch++) {
      const answer = await fetch(`${printer}/desk/cards/${STATION}/${KIOSK}/${batch}`, {
        method: 'POST',
        headers,
      });
      if (!answer.ok) throw new Error(await answer.text());
      const printed = (await answer.json()) as { cards: { text: string }[] };
      for (const { text } of printed.cards) this.voters.push(newVoter(text));
    }
  }

  /** A browser over this profile, with the page of this lab; it is closed after the work. */
  async within<T>(
    profile: string,
    work: (page: Page, context: BrowserContext) => Promise<T>,
  ): Promise<T> {
    const { context, page } = await drive(profile, this.url());
    try {
      return await work(page, context);
    } finally {
      await context.close();
    }
  }

  /** A voter comes to the kiosk of the page; answers how many papers they were promised. */
  async visit(page: Page): Promise<number> {
    const next = this.next()!;
    this.left(next.card, await kioskCall(page, 'vote', next));
    assert.deepEqual(this.failures, []);
    return next.papers.length;
  }

  /** How many ballots voters have a promise for. */
  get promised(): number {
    return [...this.shown.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** The next voter, or the one who was there when the kiosk died. */
  next(): Visit | undefined {
    const voter =
      this.voters.find(({ state }) => state === 'inside') ??
      this.voters.find(({ state }) => state === 'waits');
    if (voter === undefined) return undefined;
    voter.state = 'inside';
    return { card: voter.card, papers: voter.papers };
  }

  left(card: string, code: string): void {
    const voter = this.voters.find((one) => one.card === card)!;
    // The kiosk may have died between the end and its telling.
    const through = code === 'ok' || code === 'card.used';
    if (through) voter.state = 'gone';
    else this.failures.push(`${voter.state}: ${code}`);
    if (through && (this.shown.get(card)?.size ?? 0) < voter.papers.length) {
      this.failures.push('went without a receipt');
    }
  }

  /** A voter has a promise in hand. */
  takeReceipt(card: string, contest: string, text: string): void {
    const { promise } = receiptFromText(text);
    if (!verifyPromise(this.portal.manifest, promise)) this.failures.push('a false promise');
    const core = bytesToHex(promise[0].core);
    const own = this.shown.get(card) ?? new Map<string, string>();
    if ((own.get(contest) ?? core) !== core) this.failures.push('another ballot under one permit');
    this.shown.set(card, own.set(contest, core));
  }

  /** The desk scans a closing statement. */
  async takeHeld(text: string): Promise<EntryOf<'held'>['body']> {
    const bytes = Buffer.from(text.replace('kabina-held:', ''), 'base64url');
    const entry = decodeEntry(Uint8Array.from(bytes)) as EntryOf<'held'>;
    const by = `station/${STATION}`;
    await this.box.post([encodeEntry(await cosignEntry(entry, seedSigner(by, testSeed(by))))]);
    return entry.body;
  }

  /** What waits in the box's pool goes to the board now. */
  async emptyPool(): Promise<void> {
    await this.box.post([this.portal.signed('suspended', 'commission', { reason: 'проверка' })]);
  }

  /** The board has exactly what was promised, each once. */
  async assertBoard(): Promise<void> {
    await this.emptyPool();
    const { cores } = await this.board();
    const shown = [...this.shown.values()].flatMap((own) => [...own.values()]).sort();
    assert.deepEqual([...cores.values()].flatMap((under) => [...under]).sort(), shown);
    assert.ok([...cores.values()].every(({ size }) => size === 1));
  }

  /** The board as it stands: hashes of cores by ballot key, hex, and what stands of the cards. */
  async board(): Promise<{
    readonly cores: Map<string, Set<string>>;
    readonly delivered: number;
    readonly accounts: readonly EntryOf<'cancelled'>['body'][];
  }> {
    const cores = new Map<string, Set<string>>();
    const accounts: EntryOf<'cancelled'>['body'][] = [];
    let delivered = 0;
    for await (const bytes of this.portal.entries()) {
      const entry = decodeEntry(bytes);
      if (entry.type === 'delivered') delivered += entry.body.cards.length;
      if (entry.type === 'cancelled') accounts.push(entry.body);
      const ballot = castBallot(entry);
      if (ballot === undefined) continue;
      const key = bytesToHex(ballot.body.permit.key);
      cores.set(key, (cores.get(key) ?? new Set()).add(bytesToHex(coreHash(ballot.body.core))));
    }
    return { cores, delivered, accounts };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0]!;
    const send = (type: string, body: string): void =>
      void response.writeHead(200, { 'content-type': type }).end(body);
    if (path === '/') {
      send('text/html', '<!doctype html><script type="module" src="/page.js"></script>');
    } else if (path === '/page.js') {
      send('text/javascript', await bundle(new URL('kiosk-page.ts', import.meta.url).href));
    } else if (path === '/worker.js') {
      send('text/javascript', await bundle('@kabina/booth/worker'));
    } else if (!(await this.#machine(request, response))) {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const text = Buffer.concat(parts).toString();
      const answer = this.#told(path, (text === '' ? {} : JSON.parse(text)) as object);
      if (answer !== undefined) send('application/json', JSON.stringify(answer));
    }
  }

  /** What the page says; undefined leaves it waiting for ever. */
  #told(path: string, told: object): object | undefined {
    const { card = '', contest = '', text = '', code = '' } = told as Record<string, string>;
    if (path === '/services') return this.#services;
    if (path === '/visit') {
      const visit = this.next();
      return visit === undefined ? {} : { visit };
    }
    if (path === '/receipt') this.takeReceipt(card, contest, text);
    else if (path === '/left') this.left(card, code);
    else if (path === '/opened') this.onOpened(told as Opened);
    else if (path === '/failed') this.failures.push(code);
    else if (path.startsWith('/point/')) {
      this.onPoint();
      return undefined;
    } else throw new Error(path);
    return {};
  }
}

/** Casts one paper or both, as it comes. */
function newVoter(card: string): Voter {
  const mixed = Math.random() < 0.5 ? CONTESTS : CONTESTS.toReversed();
  const papers = mixed
    .slice(0, Math.random() < 0.7 ? 2 : 1)
    .map((contest) => ({ contest, option: Math.random() < 0.5 ? 0 : 1 }) as const);
  return { card, papers, state: 'waits' };
}

export const kioskCall = rigCall<Rig>();

/** Asks for the kiosk's status until it is as awaited. */
export async function statusOnce(
  page: Page,
  good: (status: KioskStatus) => boolean,
): Promise<KioskStatus> {
  let status: KioskStatus | undefined;
  await until(
    async () => good((status = await kioskCall(page, 'status'))),
    () => JSON.stringify(status),
  );
  return status!;
}

/** Looks again and again. @param found what there is instead, for whoever reads the failure */
export async function until(
  there: () => boolean | Promise<boolean>,
  found: () => string,
  patience = PATIENCE_MS,
): Promise<void> {
  const deadline = Date.now() + patience;
  while (!(await there())) {
    if (Date.now() > deadline) throw new Error(`in vain: ${found()}`);
    await sleep(100);
  }
}
