/**
 * What stands around the page of the kiosk's faults: an election with real keys, its issuers, its
 * ballot box as a process that can be killed and comes back, lines that can be cut, the routes of the
 * machine's agent, and the voters with their cards. Chromium is that of the outbox's faults.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
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

export const KIOSK = 'K1';
const STYLE = 'town';
const CONTESTS = ['question', 'few'] as const;
/** The rigs of a test ask more than people do. */
const NO_LIMIT = 1_000_000;
const PATIENCE_MS = 60_000;
const BOX = new URL('../../packages/portal/src/cli/box.ts', import.meta.url).pathname;

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

/** The ballot box as a process of its own, always on the same port. */
class BoxProcess {
  readonly #portal: PortalElection;
  #child: ChildProcess | undefined;
  #port = 0;
  /** The last of its starts: who asks while it comes back waits. */
  #starting: Promise<void> = Promise.resolve();
  #stopped = false;
  kills = 0;

  private constructor(portal: PortalElection) {
    this.#portal = portal;
  }

  static async start(portal: PortalElection): Promise<BoxProcess> {
    const box = new BoxProcess(portal);
    box.#starting = box.#start();
    await box.#starting;
    return box;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async #start(crashAt?: string): Promise<void> {
    const { folder, board, witnessUrls } = this.#portal;
    const args = [
      ...['serve', '--state', join(folder, 'box'), '--board', board],
      ...['--port', String(this.#port), '--requests-per-minute', String(NO_LIMIT)],
      ...['--manifest-entry', join(folder, 'manifest-entry.cbor')],
      ...witnessUrls.flatMap((url) => ['--witness', url]),
    ];
    const env = { ...process.env, ...(crashAt === undefined ? {} : { KABINA_CRASH_AT: crashAt }) };
    const child = fork(BOX, args, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child = child;
    const ended = once(child, 'exit');
    const ready = (once(child, 'message') as Promise<[{ port: number }]>).then(
      ([{ port }]) => (this.#port = port),
    );
    ready.catch(() => undefined);
    await Promise.race([ready, ended]);
    child.once('exit', () => {
      if (this.#stopped || this.#child !== child) return;
      this.kills += 1;
      this.#starting = this.#start();
    });
    // It may have died before it was ready, and not because it was told to end.
    const dead = child.exitCode !== null || child.signalCode !== null;
    if (dead && this.#child === child) {
      this.kills += 1;
      await this.#start();
    }
  }

  /** Starts it anew, to die at this point of accepting or publishing; it comes back by itself. */
  async dieAt(point: string): Promise<void> {
    await this.#end('SIGTERM');
    this.#starting = this.#start(point);
    await this.#starting;
  }

  /** Kills it at this moment; it comes back by itself. */
  async kill(): Promise<void> {
    await this.#starting;
    this.#child?.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#starting;
    this.#stopped = true;
    await this.#end('SIGTERM');
  }

  /** Signed entries, in this order, whatever the box is going through. */
  async post(entries: readonly Uint8Array[]): Promise<void> {
    for (const entry of entries) {
      await this.#starting;
      const answer = await fetch(`${this.url}/entries`, {
        method: 'POST',
        headers: { 'content-type': 'application/cbor' },
        body: Uint8Array.from(entry),
      });
      if (!answer.ok) throw new Error(await answer.text());
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
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

/** Calls the page's rig. */
export function kioskCall<K extends keyof Rig>(
  page: Page,
  name: K,
  ...args: Parameters<Rig[K]>
): Promise<Awaited<ReturnType<Rig[K]>>> {
  return page.evaluate(
    ([method, given]) =>
      (globalThis as unknown as { rig: Record<string, (...all: unknown[]) => unknown> }).rig[
        method as string
      ]!(...(given as unknown[])),
    [name, args] as const,
  ) as Promise<Awaited<ReturnType<Rig[K]>>>;
}

/** Asks for the kiosk's status until it is as awaited. */
export async function statusOnce(
  page: Page,
  good: (status: KioskStatus) => boolean,
): Promise<KioskStatus> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const status = await kioskCall(page, 'status');
    if (good(status)) return status;
    if (Date.now() > deadline) throw new Error(`in vain: ${JSON.stringify(status)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
