/** A small election whose parties are the portal's real processes, and a kiosk of its station in Node. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProcessWorker } from '@kabina/booth/in-process';
import { MemoryKeeper } from '@kabina/booth/keeper';
import { KioskStation } from '@kabina/booth/station';
import {
  emptyOutbox,
  memoryJournals,
  memoryMachine,
  memoryStorage,
} from '@kabina/booth/station-testing';
import { bytesToHex, hexToBytes } from '@kabina/crypto/bytes';
import { readElectionFile } from '@kabina/kiosk-shell/start/election-file';
import {
  startElection,
  type SetupOptions,
  type RunningElection,
} from '@kabina/kiosk-shell/start/setup';
import { syntheticVoters, type TrainingVoter } from '@kabina/kiosk-shell/start/voters';

const VOTERS = 4;
/** Nobody listens there. */
const NO_LINE = 'http://127.0.0.1:9';
export const STATION = '101';
export const KIOSK = 'K1';
/** The one station that the elections here have, if any. */
export const stations = [
  { id: STATION, name: { ru: 'Участок 101' }, kiosks: [{ id: KIOSK, name: 'Терминал' }] },
];

export interface RealElection {
  readonly running: RunningElection;
  readonly voters: readonly TrainingVoter[];
  stop(): Promise<void>;
}

/** One contest of two candidates, an hour of voting, four voters. Not yet opened. */
export async function realElection(
  title: string,
  options: Partial<SetupOptions> = {},
): Promise<RealElection> {
  const folder = await mkdtemp(join(tmpdir(), 'kabina-election-'));
  const candidates = [
    { id: 'a', name: 'А' },
    { id: 'b', name: 'Б' },
  ];
  const districts = [{ district: 1, name: 'Первый', candidates }];
  const plan = readElectionFile(JSON.stringify({ title, districts }));
  const { csv, voters } = await syntheticVoters(plan, VOTERS, folder);
  const running = await startElection({
    folder: join(folder, 'parties'),
    plan,
    voters: csv,
    minutes: 60,
    revoting: false,
    pool: 1,
    sender: 'ipc',
    ...options,
  });
  const stop = async (): Promise<void> => {
    await running.stop();
    await rm(folder, { recursive: true });
  };
  return { running, voters, stop };
}

/** The station's kiosk: opened again it is the same machine, with the line up or down. */
export class RealKiosk {
  readonly #running: RunningElection;
  readonly #storage = memoryStorage(new MemoryKeeper(), emptyOutbox());
  readonly #journals = memoryJournals();
  readonly #open: KioskStation[] = [];

  constructor(running: RunningElection) {
    this.#running = running;
  }

  async open(line: 'up' | 'down'): Promise<KioskStation> {
    const { machines, electionId, box, issuers } = this.#running;
    const { keyFile, publicKey } = machines.find(({ id }) => id === KIOSK)!;
    const seed = hexToBytes((await readFile(keyFile, 'utf8')).trim());
    const through = (url: string): string => (line === 'up' ? url : NO_LINE);
    const kiosk = await KioskStation.open({
      electionId: bytesToHex(electionId),
      box: through(box.url),
      issuers: (['registrar', 'observers'] as const).map((id) => ({
        id,
        url: through(issuers[id].url),
      })),
      machine: memoryMachine(KIOSK, { seed, publicKey }, this.#journals),
      createWorker: inProcessWorker,
      storage: this.#storage,
    });
    this.#open.push(kiosk);
    return kiosk;
  }

  async stop(): Promise<void> {
    for (const kiosk of this.#open) await kiosk.stop();
  }
}

/** One voter casts a ballot in every contest of the first style, with no line. The receipts' texts. */
export async function voteWithoutLine(
  running: RunningElection,
  kiosk: KioskStation,
  card: string,
): Promise<string[]> {
  const session = kiosk.session();
  await session.start();
  await session.login({ method: 'card', code: card });
  assert.equal(session.state.at, 'ballots', JSON.stringify(session.state));
  const receipts: string[] = [];
  for (const contest of running.manifest.styles[0]!.contests) {
    await session.openPaper(contest);
    session.review();
    await session.seal([1, 0]);
    await session.cast();
    const receipt = session.papers.find((paper) => paper.contest === contest)?.receipt;
    assert.equal(receipt?.state, 'queued', JSON.stringify(session.state));
    receipts.push(receipt.text);
    session.list();
  }
  session.finish();
  await session.end();
  return receipts;
}

/** What the office or the desk asks of an issuer, with the office's secret. */
export async function asDesk<T>(
  { issuers, officeKeys }: RunningElection,
  issuer: 'registrar' | 'observers',
  path: string,
  body?: object,
): Promise<T> {
  const headers = { authorization: `Bearer ${officeKeys.desks[issuer]}` };
  const answer = await fetch(`${issuers[issuer].url}${path}`, {
    method: 'POST',
    headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()) as T;
}

/** The kiosk's cards of the first batch, as the office prints them. */
export async function printedCards(running: RunningElection): Promise<string[]> {
  const { id } = running.manifest.issuers.at(-1)!;
  const path = `/desk/cards/${STATION}/${KIOSK}/1`;
  const { cards } = await asDesk<{ cards: { text: string }[] }>(running, id as 'observers', path);
  return cards.map(({ text }) => text);
}
