/**
 * The training machine's own control: which election runs, who sits on the holders' seats, and the
 * office's key file. It serves its own pages only: it listens on loopback, and a change needs a
 * header that no foreign page can send without being asked for it first (CORS preflight).
 */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@kabina/crypto/bytes';
import { sealUnderPassphrase } from '@kabina/crypto/passphrase';
import { OFFICE_KEYS_LABEL, type OfficeSecrets } from '../office/office-keys.ts';
import type { Bridge } from '../common/readers.ts';
import type { ElectionPlan } from './election-file.ts';
import {
  HOLDERS,
  startElection,
  type RunningElection,
  type Seat,
  type StationPlan,
} from './setup.ts';
import type { TrainingTokens } from './training-tokens.ts';

export type Stage = 'seats' | 'preparing' | 'running' | 'failed';

export interface ControlOptions {
  /** Below it each election gets a folder. */
  readonly states: string;
  readonly plan: ElectionPlan;
  readonly voters: string;
  readonly minutes: number;
  readonly passphrase: string;
  readonly ports: { readonly box: number; readonly registrar: number; readonly observers: number };
  readonly onMessage: (party: string, message: unknown) => void;
  /** Whether the commission's part up to the opening is done by itself. */
  readonly byHand: boolean;
  readonly tokens: TrainingTokens;
  /** The way from a page to the tokens. */
  readonly bridge: Bridge;
  readonly stations: readonly StationPlan[];
  /** An election runs whose stations have machines. */
  readonly onMachines: (election: RunningElection) => Promise<void>;
}

const MAX_BODY = 4096;
const HEX_32 = /^[0-9a-f]{64}$/;

export class Control {
  #options: ControlOptions;
  #stage: Stage = 'seats';
  #byHand: boolean;
  #seats = new Map<number, Seat>();
  #election: RunningElection | undefined;
  #officeKeys: Uint8Array | undefined;
  #failure: string | undefined;

  constructor(options: ControlOptions) {
    this.#options = options;
    this.#byHand = options.byHand;
  }

  get election(): RunningElection | undefined {
    return this.#election;
  }

  /** What pages read as `/config.json`; undefined while no election runs. */
  get config(): object | undefined {
    const election = this.#election;
    if (election === undefined) return undefined;
    return {
      electionId: bytesToHex(election.electionId),
      kind: election.manifest.kind,
      box: election.box.url,
      registrar: election.issuers.registrar.url,
      observers: election.issuers.observers.url,
    };
  }

  /** Makes the keys and starts every party; by itself also holds the ceremony and opens. */
  async create(): Promise<void> {
    if (this.#stage !== 'seats') return;
    this.#stage = 'preparing';
    const { states, plan, voters, minutes, ports, onMessage, passphrase } = this.#options;
    const { bridge, tokens, stations } = this.#options;
    try {
      await mkdir(states, { recursive: true, mode: 0o700 });
      const election = await startElection({
        folder: await mkdtemp(join(states, 'election-')),
        plan,
        voters,
        minutes,
        revoting: true,
        pool: 1,
        seats: [...this.#seats.values()],
        ports,
        sender: 'ipc',
        onMessage,
        authority: tokens.authority,
        stations,
      });
      const secrets: OfficeSecrets = { desks: election.officeKeys.desks, bridge };
      this.#officeKeys = await sealUnderPassphrase(
        passphrase,
        OFFICE_KEYS_LABEL,
        concatBytes(election.officeKeys.commission, utf8ToBytes(JSON.stringify(secrets))),
      );
      this.#election = election;
      this.#stage = 'running';
      await this.#options.onMachines(election);
      if (!this.#byHand) await this.#openByItself(election);
    } catch (error) {
      this.#stage = 'failed';
      this.#failure = (error as Error).message;
      throw error;
    }
  }

  async #openByItself({ commission }: RunningElection): Promise<void> {
    for (;;) {
      await commission.refresh();
      if (commission.state.phase === 'ready') break;
      await sleep(200);
    }
    await this.#options.tokens.sign(commission, 'open');
    await commission.open();
  }

  /** Ends the election that runs and offers the seats of a new one, to be held by hand. */
  async renew(): Promise<void> {
    const old = this.#election;
    this.#election = undefined;
    this.#officeKeys = undefined;
    this.#failure = undefined;
    this.#seats.clear();
    this.#byHand = true;
    // The next election takes the ports of this one.
    this.#stage = 'preparing';
    await end(old);
    this.#stage = 'seats';
  }

  stop(): Promise<void> {
    return end(this.#election);
  }

  #state(): object {
    return {
      stage: this.#stage,
      byHand: this.#byHand,
      bridge: this.#options.bridge.url,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
      seats: HOLDERS.map((name, i) => {
        const taken = this.#seats.get(i + 1);
        return { index: i + 1, name: taken?.name ?? name, taken: taken !== undefined };
      }),
    };
  }

  /** Takes a seat for a person. Answers why not, or undefined. */
  #takeSeat(body: unknown): string | undefined {
    if (this.#stage !== 'seats') return 'seats.closed';
    const { index, name, signingKey, hpkeKey } = (body ?? {}) as Record<string, unknown>;
    const good =
      typeof index === 'number' &&
      HOLDERS[index - 1] !== undefined &&
      typeof name === 'string' &&
      name.trim().length > 0 &&
      name.length <= 200 &&
      typeof signingKey === 'string' &&
      HEX_32.test(signingKey) &&
      typeof hpkeKey === 'string' &&
      HEX_32.test(hpkeKey);
    if (!good) return 'seats.malformed';
    const before = this.#seats.get(index);
    if (before !== undefined && bytesToHex(before.signingKey) !== signingKey) return 'seats.taken';
    this.#seats.set(index, {
      index,
      name: name.trim(),
      signingKey: hexToBytes(signingKey),
      hpkeKey: hexToBytes(hpkeKey),
    });
    return undefined;
  }

  /** Answers a request below `/control/`, and `/config.json`. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const json = (status: number, value: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (request.method === 'GET') {
      if (path === '/config.json') {
        const { config } = this;
        if (config === undefined) json(404, { code: 'config.no-election' });
        else json(200, config);
      } else if (path === '/control/state') json(200, this.#state());
      else if (path === '/control/office-keys' && this.#officeKeys !== undefined) {
        response.writeHead(200, { 'content-type': 'application/octet-stream' });
        response.end(this.#officeKeys);
      } else json(404, { code: 'control.not-found' });
      return;
    }
    if (request.method !== 'POST' || request.headers['x-kabina'] !== '1') {
      json(403, { code: 'control.forbidden' });
      return;
    }
    const body = await readJson(request);
    if (body === undefined) {
      json(400, { code: 'control.malformed' });
    } else if (path === '/control/seats') {
      const code = this.#takeSeat(body);
      if (code === undefined) json(200, this.#state());
      else json(code === 'seats.malformed' ? 400 : 409, { code });
    } else if (path === '/control/create') {
      // The page watches the state; making keys takes some seconds.
      this.create().catch(() => undefined);
      json(202, this.#state());
    } else if (path === '/control/renew') {
      // The parties of an election that is being prepared would be left without a master.
      if (this.#stage === 'preparing') {
        json(409, { code: 'control.busy' });
        return;
      }
      await this.renew();
      json(200, this.#state());
    } else json(404, { code: 'control.not-found' });
  }
}

/** Ends an election. Of its folder only the board stays: registers and keys have served. */
async function end(election: RunningElection | undefined): Promise<void> {
  if (election === undefined) return;
  await election.stop();
  for (const name of await readdir(election.folder)) {
    const path = join(election.folder, name);
    if (path !== election.board) await rm(path, { recursive: true });
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const part of request.setEncoding('utf8') as AsyncIterable<string>) {
    text += part;
    if (text.length > MAX_BODY) return undefined;
  }
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return undefined;
  }
}
