/**
 * The stations of a rehearsal and all that happens at them: cards are delivered, voters come with the
 * line up and with the line down, some spoil a card, the line of the last station never comes back,
 * and one of its kiosks dies.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { PortalClient } from '@kabina/booth/client';
import { readQueueFile, sendQueueFile } from '@kabina/booth/queue-file';
import { stationBalance, type StationBalance } from '@kabina/election/station-balance';
import { readDictated } from '@kabina/kiosk-shell/desk/dictation';
import type { RunningElection, StationPlan } from '@kabina/kiosk-shell/start/setup';
import { launchPersistent } from '../../browser/chromium.ts';
import { until } from '../phases.ts';
import type { Place } from './places.ts';
import { RehearsalStation, SPARE, type StationVoter } from './station.ts';

/** A voter of a station and whether the line is down when they come. */
export type Visit = StationVoter & Place;

/** A station for each number; the last has a second kiosk, which will die. */
export function stationPlans(number: number): StationPlan[] {
  return Array.from({ length: number }, (_, i) => {
    const id = String(101 + i);
    const kiosks = [{ id: `K${i + 1}`, name: `Терминал ${i + 1}` }];
    if (i === number - 1) kiosks.push({ id: `K${i + 1}-2`, name: `Терминал ${i + 1}-2` });
    return { id, name: { ru: `Избирательный участок № ${id}` }, kiosks };
  });
}

export class RehearsalStations {
  readonly #running: RunningElection;
  readonly #visits: readonly Visit[];
  readonly #stations: readonly RehearsalStation[];
  readonly #context: BrowserContext;
  readonly #folder: string;

  private constructor(
    running: RunningElection,
    visits: readonly Visit[],
    stations: readonly RehearsalStation[],
    context: BrowserContext,
    folder: string,
  ) {
    this.#running = running;
    this.#visits = visits;
    this.#stations = stations;
    this.#context = context;
    this.#folder = folder;
  }

  static async open(
    running: RunningElection,
    plans: readonly StationPlan[],
    visits: readonly Visit[],
  ): Promise<RehearsalStations> {
    const folder = await mkdtemp(join(tmpdir(), 'kabina-stations-'));
    const context = await launchPersistent(join(folder, 'profile'));
    const stations: RehearsalStation[] = [];
    for (const plan of plans) {
      stations.push(await RehearsalStation.open(running, plan, context, folder));
    }
    return new RehearsalStations(running, visits, stations, context, folder);
  }

  async close(): Promise<void> {
    await this.#context.close();
    await Promise.all(this.#stations.map((station) => station.close()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Cards of every style for each kiosk: as many as voters come, and some more. */
  async prepare(): Promise<void> {
    const styles = this.#running.manifest.styles.map(({ id }) => id);
    for (const station of this.#stations) {
      const own = this.#of(station);
      const cards = new Map(
        styles.map((id) => [id, own.filter(({ style }) => style === id).length + SPARE]),
      );
      await station.prepare(cards);
    }
  }

  /**
   * Everybody votes, first with the line and then without. `accepted` is told of each ballot that counts,
   * and whether it was cast with the line down.
   */
  async vote(accepted: (offline: boolean) => void): Promise<void> {
    await Promise.all(
      this.#stations.map(async (station) => {
        const visits = this.#of(station);
        let held = 0;
        const tell = (receipts: readonly string[]): void => {
          const offline = !station.lineUp;
          for (let n = 0; n < receipts.length; n++) accepted(offline);
          if (offline) held += receipts.length;
        };
        for (const visit of visits.filter(({ offline }) => !offline)) {
          tell(await station.serve(visit));
        }
        station.cutLine();
        const [first, ...others] = visits.filter(({ offline }) => offline);
        if (first !== undefined) tell(await station.serveTwice(first));
        for (const visit of others) tell(await station.serve(visit));
        // The kiosk's own word for it: none of them has found a way out.
        const waiting = await station.waiting();
        if (waiting < held) throw new Error(`${held} cast without a line, ${waiting} of them wait`);
      }),
    );
  }

  get #last(): RehearsalStation {
    return this.#stations.at(-1)!;
  }

  /** The kiosk of the last station that dies. */
  get #dead(): string {
    return this.#last.plan.kiosks.at(-1)!.id;
  }

  /** Kiosks of which nothing is heard before `closed`. */
  get silent(): readonly string[] {
    return [this.#dead];
  }

  /** From the last voter until every statement that will come is on the board. */
  async closeKiosks(): Promise<void> {
    const { commission } = this.#running;
    for (const station of this.#stations) {
      if (station !== this.#last) station.mendLine();
      else await station.lose(this.#dead);
      await station.closeKiosk();
      await station.closeDesk();
    }
    const last = this.#last;
    const [station, kiosk] = [last.plan.id, last.firstKiosk];
    const dictated = readDictated(kiosk, await last.dictate());
    await commission.stateHeld({ station, kiosk, ...dictated });
    await until(this.#running, 'what kiosks hold', () => {
      const missing = commission.state.stations!.closed().missing ?? [];
      return missing.join() === this.silent.join();
    });
  }

  /** After `closed`: held ballots come, over the line and on a stick, and every account. */
  async bringAll(): Promise<void> {
    const running = this.#running;
    const { commission, manifest } = running;
    const last = this.#last;
    await commission.writeOff({
      station: last.plan.id,
      kiosk: this.#dead,
      reason: 'Терминал не включается, журнал и карточки пересчитаны комиссией',
      cards: this.#received(this.#dead),
      members: [],
    });
    const file = readQueueFile(await last.queueFile(), manifest);
    const client = new PortalClient({ box: running.box.url, issuers: [] });
    const { refused } = await sendQueueFile(file, client);
    if (refused.length > 0) throw new Error(`refused from the stick: ${JSON.stringify(refused)}`);
    // The desk's machine comes back to where there is a line; its kiosk stays where it was.
    await last.loseKiosks();
    last.mendLine();
    const arrived = (): boolean =>
      this.balances().every(
        ({ missing, held }) =>
          missing.length === 0 && held.every((one) => one.arrived === one.number),
      );
    const hurry = setInterval(() => void this.#sendAll(), 1_000);
    try {
      await until(running, 'held ballots and accounts', arrived);
    } finally {
      clearInterval(hurry);
    }
  }

  balances(): StationBalance[] {
    const { state } = this.#running.commission;
    return this.#stations.map(({ plan }) => stationBalance(state, plan.id));
  }

  async #sendAll(): Promise<void> {
    await Promise.all(this.#stations.map((station) => station.send().catch(() => undefined)));
  }

  #received(kiosk: string): [string, number][] {
    const cards = this.#running.commission.state.stations!.cards.of(kiosk);
    return [...cards].map(([style, { received }]) => [style, received]);
  }

  #of({ plan }: RehearsalStation): Visit[] {
    return this.#visits.filter(({ station }) => station === plan.id);
  }
}
