/** How the technician's page finds its facts out. Nothing here changes the machine or asks anybody. */
import type { MachineFacts } from '../agent/preflight.ts';
import { queueCounts } from '@kabina/booth/queue-counts';
import { readConfig, type PageConfig } from '../common/config.ts';
import { MachineError, openMachine, type Machine } from '../common/machine.ts';
import type { TokenRoads } from '../common/readers.ts';
import type { Facts } from './report.ts';
import { sentTold } from './sent.ts';
import type { KeyResult, WorkerAnswer, WorkerTask } from './trial-worker.ts';
import type { TrialResult } from './trial.ts';

/** A board of some hundred entries over a poor line. */
const WORKER_MS = 60_000;
const LINE_MS = 8_000;

/** Tells each fact as soon as it is known. Never rejects. */
export async function gather(tell: (facts: Partial<Facts>) => void): Promise<void> {
  tell({ screen: screenFacts() });
  await Promise.all([machineAndLine(tell), storageFacts().then(tell), trial().then(tell)]);
}

function screenFacts(): NonNullable<Facts['screen']> {
  const { width, height } = screen;
  const ratio = devicePixelRatio;
  return {
    width: Math.round(width * ratio),
    height: Math.round(height * ratio),
    touch: navigator.maxTouchPoints > 0,
  };
}

async function machineAndLine(tell: (facts: Partial<Facts>) => void): Promise<void> {
  const [machine, agent, config] = await Promise.all([
    openMachine().catch((error: unknown) => {
      if (error instanceof MachineError) return undefined;
      throw error;
    }),
    agentFacts(),
    readConfig().catch(() => undefined),
  ]);
  tell({
    agent,
    machine: machine === undefined ? null : { role: machine.role, id: machine.kiosk },
  });
  if (config === undefined) {
    tell({ line: null, ahead: null, key: 'unread', queue: null });
    return;
  }
  const counts = await queueCounts(config.electionId);
  tell({ queue: counts === undefined ? null : { ...counts, sent: sentTold() } });
  const { line, ahead } = await askBox(config.box);
  tell({ line, ahead });
  tell({ key: machine && line ? await keyFact(machine, config) : 'unread' });
}

/** Null where the pages' server is no agent. */
async function agentFacts(): Promise<MachineFacts | null> {
  try {
    const answer = await fetch('/preflight', { cache: 'no-store', credentials: 'omit' });
    return answer.ok ? ((await answer.json()) as MachineFacts) : null;
  } catch {
    return null;
  }
}

async function askBox(box: string): Promise<{ line: boolean; ahead: number | null }> {
  const before = Date.now();
  try {
    const answer = await fetch(`${box}/status`, {
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(LINE_MS),
    });
    // Only a box that exposes the header (CORS) tells its time.
    const date = Date.parse(answer.headers.get('date') ?? '');
    const ours = (before + Date.now()) / 2;
    // The header was cut off to whole seconds.
    return { line: answer.ok, ahead: Number.isNaN(date) ? null : (ours - date - 500) / 1000 };
  } catch {
    return { line: false, ahead: null };
  }
}

async function keyFact(machine: Machine, config: PageConfig): Promise<KeyResult> {
  const { role, kiosk: id, publicKey } = machine;
  const { box, electionId } = config;
  const task = { is: 'key', box, electionId, role, id, publicKey } as const;
  return ((await askWorker(task)) as KeyResult | undefined) ?? 'unread';
}

async function trial(): Promise<Partial<Facts>> {
  const answer = await askWorker({ is: 'trial', suite: 'ristretto255-sha512' });
  return { trial: (answer as TrialResult | undefined) ?? { ok: false } };
}

/** One task in a worker of its own; undefined if it died or takes too long. */
async function askWorker(task: WorkerTask): Promise<WorkerAnswer | undefined> {
  const worker = new Worker(new URL('./trial-worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data as WorkerAnswer);
      worker.onerror = () => resolve(undefined);
      setTimeout(resolve, WORKER_MS, undefined);
      worker.postMessage(task);
    });
  } finally {
    worker.terminate();
  }
}

async function storageFacts(): Promise<Partial<Facts>> {
  // Missing outside of a secure context.
  const { storage } = navigator as { storage?: StorageManager };
  if (storage === undefined) return { storage: { persisted: false, free: 0 } };
  try {
    const persisted = (await storage.persisted()) || (await storage.persist());
    const { quota = 0, usage = 0 } = await storage.estimate();
    return { storage: { persisted, free: quota - usage } };
  } catch {
    return { storage: { persisted: false, free: 0 } };
  }
}

/** Readers of tokens on all the page's roads, or the code of what stands in the way. */
export async function readerFacts(roads: TokenRoads): Promise<Partial<Facts>> {
  const sources = await roads.take();
  try {
    const opened = await Promise.all(sources.map((source) => source.open()));
    const readers = opened.reduce((sum, one) => sum + (one.ok ? one.value.length : 0), 0);
    if (readers > 0) return { readers };
    if (roads.unpaired) return { readers: 'token.unpaired' };
    const problem = opened.find((one) => !one.ok);
    return { readers: problem?.ok === false ? problem.problem.code : 0 };
  } finally {
    roads.leave(sources);
  }
}
