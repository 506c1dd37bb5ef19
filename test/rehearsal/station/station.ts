/**
 * One polling station of a rehearsal: its kiosks and its desk as pages of real Chromium, each with an
 * origin, a storage, a key and journals of its own, behind a line that can be cut.
 */
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { bytesToHex } from '@kabina/crypto/bytes';
import { cardIssuer } from '@kabina/election/entries';
import { sealDeskKeys } from '@kabina/kiosk-shell/desk/desk-keys';
import type { PageServer } from '@kabina/kiosk-shell/start/page-server';
import type { IssuerId, RunningElection, StationPlan } from '@kabina/kiosk-shell/start/setup';
import { serveMachine } from '@kabina/kiosk-shell/start/station-machines';
import { Line } from '../line.ts';
import type { CardPaper, StationServices } from './kiosk-page.ts';

/** log2 of scrypt's N: nobody attacks a rehearsal's desk. */
const COST = 14;
const DESK_CODE = 'rehearsal-desk';
/** Cards beyond the voters who come, so that some are left to be cancelled. */
export const SPARE = 2;

/** A voter of the station, with the papers that they will cast there. */
export interface StationVoter {
  readonly number: string;
  readonly style: string;
  readonly papers: readonly CardPaper[];
}

/** What an issuer's printing endpoint answers. */
interface PrintedCards {
  readonly cards: readonly { readonly text: string; readonly typed: string }[];
}

export class RehearsalStation {
  readonly plan: StationPlan;
  readonly #running: RunningElection;
  readonly #lines: readonly Line[];
  readonly #servers: readonly PageServer[];
  readonly #kiosks: ReadonlyMap<string, Page>;
  readonly #desk: Page;
  readonly #services: StationServices;
  /** Cards on the table, by kiosk and style. */
  readonly #piles = new Map<string, string[]>();

  private constructor(parts: {
    plan: StationPlan;
    running: RunningElection;
    lines: readonly Line[];
    servers: readonly PageServer[];
    kiosks: ReadonlyMap<string, Page>;
    desk: Page;
    services: StationServices;
  }) {
    this.plan = parts.plan;
    this.#running = parts.running;
    this.#lines = parts.lines;
    this.#servers = parts.servers;
    this.#kiosks = parts.kiosks;
    this.#desk = parts.desk;
    this.#services = parts.services;
  }

  static async open(
    running: RunningElection,
    plan: StationPlan,
    context: BrowserContext,
    folder: string,
  ): Promise<RehearsalStation> {
    const { manifest, electionId, box, issuers, officeKeys, machines } = running;
    const boxLine = await Line.to(box.url);
    const issuerLines = await Promise.all(
      manifest.issuers.map(({ id }) => Line.to(issuers[id as IssuerId].url)),
    );
    const lines = [boxLine, ...issuerLines];
    const services: StationServices = {
      electionId: bytesToHex(electionId),
      box: boxLine.url,
      issuers: manifest.issuers.map(({ id }, i) => ({ id, url: issuerLines[i]!.url })),
    };
    const servers: PageServer[] = [];
    const kiosks = new Map<string, Page>();
    let desk: Page | undefined;
    for (const machine of machines.filter(({ station }) => station === plan.id)) {
      const secrets = officeKeys.stationDesks.get(plan.id)!;
      const server = await serveMachine({
        machine,
        state: join(folder, `${machine.role}-${machine.id}`),
        port: 0,
        services: lines.map(({ url }) => url),
        config: () => undefined,
        ...(machine.role === 'desk' && { deskKeys: await sealDeskKeys(DESK_CODE, secrets, COST) }),
      });
      servers.push(server);
      const page = await openPage(context, server.url, machine.role);
      if (machine.role === 'desk') desk = page;
      else kiosks.set(machine.id, page);
    }
    return new RehearsalStation({ plan, running, lines, servers, kiosks, desk: desk!, services });
  }

  cutLine(): void {
    for (const line of this.#lines) line.cut();
  }

  mendLine(): void {
    for (const line of this.#lines) line.mend();
  }

  get lineUp(): boolean {
    return this.#lines.some(({ up }) => up);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lines, ...this.#servers].map((one) => one.close()));
  }

  /** With a line: elections and cards to every kiosk, printed cards on the table, the desk's list. */
  async prepare(cards: ReadonlyMap<string, number>): Promise<void> {
    for (const [kiosk, page] of this.#kiosks) {
      const { phase, trouble } = await page.evaluate(
        (services) => window.kioskPage.open(services),
        this.#services,
      );
      if (phase === 'stopped') throw new Error(`kiosk ${kiosk}: ${trouble?.code}`);
      await page.evaluate(() => window.kioskPage.fetchElection());
      for (const [style, number] of cards) {
        await page.evaluate(([s, n]) => window.kioskPage.deliver(s, n), [style, number] as const);
      }
    }
    await this.#print();
    await this.#desk.evaluate(([services, code]) => window.deskPage.open(services, code), [
      this.#services,
      DESK_CODE,
    ] as const);
    await this.#desk.evaluate(() => window.deskPage.fetch());
  }

  /** One voter comes: is marked, draws a card, votes at the kiosk. Gives the receipts. */
  async serve({ number, style, papers }: StationVoter, kiosk = this.firstKiosk): Promise<string[]> {
    await this.#desk.evaluate(([n, k]) => window.deskPage.issue(n, k), [number, kiosk] as const);
    return this.#vote(kiosk, this.#draw(kiosk, style), papers);
  }

  /** One who opens the card, walks away, comes back and votes with another. */
  async serveTwice(
    { number, style, papers }: StationVoter,
    kiosk = this.firstKiosk,
  ): Promise<string[]> {
    await this.#desk.evaluate(([n, k]) => window.deskPage.issue(n, k), [number, kiosk] as const);
    const card = this.#draw(kiosk, style);
    // Even a ballot that was cast under the card counts no more.
    await this.#vote(kiosk, card, papers.slice(0, 1));
    await this.#desk.evaluate(([n, c, k]) => window.deskPage.replace(n, c, k), [
      number,
      card,
      kiosk,
    ] as const);
    return this.#vote(kiosk, this.#draw(kiosk, style), papers);
  }

  get firstKiosk(): string {
    return this.plan.kiosks[0]!.id;
  }

  /** How many ballots a kiosk has that the box has not taken. */
  async waiting(kiosk = this.firstKiosk): Promise<number> {
    const status = await this.#kiosks.get(kiosk)!.evaluate(() => window.kioskPage.status());
    return status.queue.waiting;
  }

  /** A kiosk that will not start again: its page is gone. */
  async lose(kiosk: string): Promise<void> {
    await this.#desk.evaluate((k) => window.deskPage.declareDead(k), kiosk);
    await this.#kiosks.get(kiosk)!.close();
  }

  /** The kiosks stay where no line is. */
  async loseKiosks(): Promise<void> {
    for (const page of this.#kiosks.values()) await page.close();
  }

  /** The closing statement of a kiosk, scanned by the desk. */
  async closeKiosk(kiosk = this.firstKiosk): Promise<string> {
    const text = await this.#kiosks.get(kiosk)!.evaluate(() => window.kioskPage.close());
    await this.#desk.evaluate((held) => window.deskPage.takeHeld(held), text);
    return text;
  }

  /** A kiosk's statement as the desk reads it out over the telephone. */
  dictate(kiosk = this.firstKiosk): Promise<string> {
    return this.#desk.evaluate((k) => window.deskPage.dictate(k), kiosk);
  }

  /** Ends issuing. */
  async closeDesk(): Promise<void> {
    await this.#desk.evaluate(() => window.deskPage.close());
  }

  /** Everything goes out that can. */
  async send(): Promise<void> {
    await this.#desk.evaluate(() => window.deskPage.hurry());
    for (const page of this.#kiosks.values()) {
      if (!page.isClosed()) await page.evaluate(() => window.kioskPage.sendNow());
    }
  }

  /** What waits in a kiosk, as it leaves on a stick. */
  async queueFile(kiosk = this.firstKiosk): Promise<Uint8Array> {
    const bytes = await this.#kiosks.get(kiosk)!.evaluate(() => window.kioskPage.exportQueue());
    return Uint8Array.from(bytes);
  }

  async #vote(kiosk: string, card: string, papers: readonly CardPaper[]): Promise<string[]> {
    const page = this.#kiosks.get(kiosk)!;
    return page.evaluate(([c, p]) => window.kioskPage.vote(c, p), [card, papers] as const);
  }

  #draw(kiosk: string, style: string): string {
    const card = this.#piles.get(`${kiosk} ${style}`)?.pop();
    if (card === undefined) throw new Error(`no card of ${style} is left for ${kiosk}`);
    return card;
  }

  /** As the office does: prints each batch, and has the secrets erased. */
  async #print(): Promise<void> {
    const { manifest, issuers, officeKeys } = this.#running;
    const last = cardIssuer(manifest).id as IssuerId;
    const desk = async <T>(path: string, method = 'GET'): Promise<T> => {
      const answer = await fetch(new URL(`/desk/cards/${this.plan.id}${path}`, issuers[last].url), {
        method,
        headers: { authorization: `Bearer ${officeKeys.desks[last]}` },
      });
      if (!answer.ok) throw new Error(`${method} cards${path}: HTTP ${answer.status}`);
      const text = await answer.text();
      return (text === '' ? undefined : JSON.parse(text)) as T;
    };
    const { batches } = await desk<{
      batches: readonly { kiosk: string; style: string; batch: number }[];
    }>('');
    for (const { kiosk, style, batch } of batches) {
      const { cards } = await desk<PrintedCards>(`/${kiosk}/${batch}`, 'POST');
      const pile = this.#piles.get(`${kiosk} ${style}`) ?? [];
      this.#piles.set(`${kiosk} ${style}`, [...pile, ...cards.map(({ text }) => text)]);
      await desk(`/${kiosk}/${batch}`, 'DELETE');
    }
  }
}

async function openPage(
  context: BrowserContext,
  origin: string,
  role: 'kiosk' | 'desk',
): Promise<Page> {
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  // What a kiosk's managed policy does.
  await cdp.send('Browser.setPermission', {
    permission: { name: 'persistent-storage' },
    setting: 'granted',
    origin,
  });
  await page.goto(`${origin}/test/rehearsal/station/${role}.html`);
  await page.waitForFunction((name) => name in window, `${role}Page`);
  return page;
}
