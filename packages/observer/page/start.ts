/** Where the page begins: what its address says, or else what the server suggests. */
import type { IdSource } from './observer.ts';

export interface Start {
  /** Empty if nothing is known. */
  readonly board: string;
  readonly electionId: string;
  readonly idSource: IdSource;
}

interface Config {
  readonly electionId: string;
  readonly box: string;
}

async function readConfig(): Promise<Config | undefined> {
  try {
    const answer = await fetch('/config.json', { cache: 'no-store', credentials: 'omit' });
    if (!answer.ok) return undefined;
    const { electionId, box } = (await answer.json()) as Partial<Record<string, unknown>>;
    return typeof electionId === 'string' && typeof box === 'string'
      ? { electionId, box }
      : undefined;
  } catch {
    // A page that is served alone has no configuration.
    return undefined;
  }
}

/** `href` may carry `board` and `election` as parameters. Never throws. */
export async function readStart(href: string): Promise<Start> {
  const { searchParams } = new URL(href);
  const board = searchParams.get('board');
  const electionId = searchParams.get('election') ?? '';
  if (board !== null) {
    return { board, electionId, idSource: electionId === '' ? 'none' : 'person' };
  }
  const config = await readConfig();
  if (!config) return { board: '', electionId, idSource: electionId === '' ? 'none' : 'person' };
  const ours = `${config.box}/board/`;
  if (electionId !== '') return { board: ours, electionId, idSource: 'person' };
  return { board: ours, electionId: config.electionId, idSource: 'server' };
}
