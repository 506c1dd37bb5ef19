/**
 * Some of a rehearsal's voters go through the real booth in Chromium: by turns on a portal's page
 * with login and one-time codes, and at a terminal with an access code from the registration desk.
 */
import type { Browser } from 'playwright-core';
import { bytesToHex } from '@kabina/crypto/bytes';
import type { Contest } from '@kabina/election/manifest';
import { servePages, type PageServer } from '@kabina/kiosk-shell/start/page-server';
import { ISSUER_IDS, type IssuerId, type RunningElection } from '@kabina/kiosk-shell/start/setup';
import { launchChromium } from '../browser/chromium.ts';
import { VoterDriver } from '../browser/voter-driver.ts';
import type { PlannedPaper } from './plan.ts';
import type { CodeMessage, VoterJob, VoterReport } from './voter-thread.ts';

/** From so many voters on, four of them use a browser; otherwise two. */
const MANY = 200;

/** Which of the voters: the first and the last, and in a large election one who votes again and one who challenges. */
export function boothPlaces(total: number): readonly number[] {
  const places = total >= MANY ? [0, 19, 49, total - 1] : [0, total - 1];
  return [...new Set(places)];
}

export class BoothVoters {
  #running: RunningElection;
  #jobs: readonly VoterJob[];
  #browser: Browser;
  #pages: PageServer;
  #codes = new Map<string, string>();
  #waiting = new Map<string, (code: string) => void>();

  private constructor(
    running: RunningElection,
    jobs: readonly VoterJob[],
    browser: Browser,
    pages: PageServer,
  ) {
    this.#running = running;
    this.#jobs = jobs;
    this.#browser = browser;
    this.#pages = pages;
  }

  /** Undefined where there is no Chromium; `onMissing` is told why. */
  static async open(
    running: RunningElection,
    jobs: readonly VoterJob[],
    onMissing: (reason: string) => void,
  ): Promise<BoothVoters | undefined> {
    let browser: Browser;
    try {
      browser = await launchChromium();
    } catch (error) {
      onMissing((error as Error).message.split('\n')[0]!);
      return undefined;
    }
    const { electionId, manifest, box, issuers } = running;
    const config = JSON.stringify({
      electionId: bytesToHex(electionId),
      kind: manifest.kind,
      box: box.url,
      registrar: issuers.registrar.url,
      observers: issuers.observers.url,
    });
    try {
      const pages = await servePages({
        port: 0,
        services: [box.url, ...ISSUER_IDS.map((id) => issuers[id].url)],
        control: (request, response) => {
          const found = request.method === 'GET' && request.url === '/config.json';
          response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
          response.end(found ? config : '{}');
        },
      });
      return new BoothVoters(running, jobs, browser, pages);
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  get count(): number {
    return this.#jobs.length;
  }

  /** A one-time code that an issuer has sent; those of other voters are left alone. */
  deliver({ issuer, login, code }: CodeMessage): void {
    if (!this.#jobs.some((job) => job.login === login)) return;
    const key = `${issuer} ${login}`;
    const wanted = this.#waiting.get(key);
    this.#waiting.delete(key);
    if (wanted === undefined) this.#codes.set(key, code);
    else wanted(code);
  }

  /** One voter after the other. Rejects with the first failure. */
  async run(report: (report: VoterReport) => void): Promise<void> {
    for (const [turn, job] of this.#jobs.entries()) {
      const context = await this.#browser.newContext({
        locale: 'ru-RU',
        viewport: { width: 1080, height: 1920 },
      });
      try {
        const driver = new VoterDriver(await context.newPage());
        if (turn % 2 === 0) await this.#atHome(driver, job);
        else await this.#atTerminal(driver, job);
        for (const paper of job.papers) await this.#vote(driver, paper, report);
        await driver.finish();
        report({ type: 'voter' });
      } finally {
        await context.close();
      }
    }
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#pages.close();
  }

  async #atHome(driver: VoterDriver, { login }: VoterJob): Promise<void> {
    const issuers = this.#running.manifest.issuers.map(({ id, name }) => ({
      name: name.ru,
      code: () => this.#code(id, login),
    }));
    await driver.logIn(`${this.#pages.url}/portal/`, login, issuers);
  }

  async #atTerminal(driver: VoterDriver, { number }: VoterJob): Promise<void> {
    const halves: string[] = [];
    for (const id of ISSUER_IDS) halves.push(await accessHalf(this.#running, id, number));
    await driver.enter(`${this.#pages.url}/terminal/`, halves.join('-'));
  }

  async #vote(
    driver: VoterDriver,
    { contest, marks, firstMarks, challenge }: PlannedPaper,
    report: (report: VoterReport) => void,
  ): Promise<void> {
    const { title } = this.#contest(contest);
    const [first, ...rest] = firstMarks === undefined ? [marks] : [firstMarks, marks];
    await driver.seal(title.ru, first!);
    if (challenge) {
      await driver.challenge();
      report({ type: 'challenged' });
      await driver.markAndSeal(title.ru, first!);
    }
    await driver.cast();
    report({ type: 'accepted', revision: 0 });
    for (const [i, again] of rest.entries()) {
      await driver.seal(title.ru, again);
      await driver.cast();
      report({ type: 'accepted', revision: i + 1 });
    }
  }

  #contest(id: string): Contest {
    return this.#running.manifest.contests.find((contest) => contest.id === id)!;
  }

  #code(issuer: string, login: string): Promise<string> {
    const key = `${issuer} ${login}`;
    const here = this.#codes.get(key);
    if (here !== undefined) return Promise.resolve(here);
    return new Promise((resolve) => this.#waiting.set(key, resolve));
  }
}

/** An issuer's half of an access code, as its registration desk gives it out. */
export async function accessHalf(
  { issuers, officeKeys }: RunningElection,
  issuer: IssuerId,
  number: string,
): Promise<string> {
  const path = `/desk/voters/${encodeURIComponent(number)}/access-code`;
  const answer = await fetch(new URL(path, issuers[issuer].url), {
    method: 'POST',
    headers: { authorization: `Bearer ${officeKeys.desks[issuer]}` },
  });
  if (!answer.ok) throw new Error(`the desk of ${issuer} answers HTTP ${answer.status}`);
  return ((await answer.json()) as { part: string }).part;
}
