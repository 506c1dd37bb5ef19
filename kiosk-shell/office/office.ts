/**
 * The commission's office without a face: follows the training machine and the board, holds the
 * office's keys in memory and nowhere else, and runs one act at a time. An act that fails changes
 * nothing that it had not done: it may be repeated.
 */
import { hexToBytes } from '@kabina/crypto/bytes';
import type { BoardState } from '@kabina/election/board';
import { readConfig, type PageConfig } from '../common/config.ts';
import { readControl, readOfficeKeys, type ControlState } from '../common/control.ts';
import { TokenRoads } from '../common/readers.ts';
import { Commission } from './commission.ts';
import { Desk } from './desk.ts';
import { CardPrinter } from './stations.ts';
import { errorCode } from './office-errors.ts';
import { openOfficeKeys } from './office-keys.ts';
import { Turnout } from './turnout.ts';

/** How often the office looks, in milliseconds. */
const POLL = 1_500;

export interface Trouble {
  /** What was being done, in words. */
  readonly act: string;
  readonly code: string;
}

/** Every change fires a plain `change`. */
export class Office extends EventTarget {
  control: ControlState | undefined;
  config: PageConfig | undefined;
  commission: Commission | undefined;
  desk: Desk | undefined;
  /** The card issuer's desk, which has the stations' access cards printed. */
  cards: CardPrinter | undefined;
  turnout = new Turnout();
  /** What is being done now, in words. */
  busy: string | undefined;
  trouble: Trouble | undefined;
  /** The last look failed: what is shown may be old. */
  offline: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  /** The roads to members' tokens. */
  roads = new TokenRoads();

  start(): void {
    this.#running = true;
    void this.#watch();
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
    this.lock();
  }

  get board(): BoardState | undefined {
    const state = this.commission?.state;
    return state?.manifest === undefined ? undefined : state;
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }

  async #watch(): Promise<void> {
    try {
      await this.look();
      this.offline = undefined;
    } catch (error) {
      this.offline = errorCode(error);
    }
    this.#changed();
    if (this.#running) this.#timer = setTimeout(() => void this.#watch(), POLL);
  }

  /** Reads what is new. */
  async look(): Promise<void> {
    this.control = await readControl();
    const config = this.control.stage === 'running' ? await readConfig() : undefined;
    if (config?.electionId !== this.config?.electionId) {
      // Another election, other keys.
      this.lock();
      this.turnout = new Turnout();
    }
    this.config = config;
    const { commission } = this;
    if (config === undefined || commission === undefined) return;
    await commission.refresh();
    if (['open', 'suspended', 'closed'].includes(commission.state.phase)) {
      await this.turnout.read(config, commission.manifest);
    }
  }

  /** Looks now and shows what is new: something was done beside {@link Office.act}. */
  async refresh(): Promise<void> {
    // What went wrong with the look itself the next one will say.
    await this.look().catch(() => undefined);
    this.#changed();
  }

  /** Opens the office's keys; they stay in this page's memory until it goes or is locked. */
  unlock(passphrase: string): Promise<boolean> {
    return this.act('Вход комиссии', async () => {
      const { config } = this;
      if (config === undefined) return;
      const keys = await openOfficeKeys(await readOfficeKeys(), passphrase);
      const commission = new Commission({
        electionId: hexToBytes(config.electionId),
        seed: keys.seed,
        box: config.box,
      });
      await commission.refresh();
      this.commission = commission;
      this.desk = new Desk(config, keys.desks);
      this.cards = new CardPrinter(config, keys.desks, commission.manifest);
      this.roads = new TokenRoads(keys.bridge?.url ?? config.bridge, keys.bridge?.secret);
      await this.turnout.read(config, commission.manifest);
    });
  }

  lock(): void {
    this.commission?.forget();
    this.commission = undefined;
    this.desk = undefined;
    this.cards = undefined;
    this.roads = new TokenRoads();
    this.trouble = undefined;
    this.#changed();
  }

  /**
   * Does one thing; answers whether it was done. What went wrong is in `trouble` until the next act.
   * While one thing is being done another is not begun.
   */
  async act(name: string, work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy !== undefined) return false;
    this.busy = name;
    this.trouble = undefined;
    this.#changed();
    try {
      await work();
      await this.look();
      return true;
    } catch (error) {
      this.trouble = { act: name, code: errorCode(error) };
      return false;
    } finally {
      this.busy = undefined;
      this.#changed();
    }
  }
}
