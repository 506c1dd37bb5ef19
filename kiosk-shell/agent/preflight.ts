/** What a technician's page can't see by itself: `GET /preflight`. Facts; the page judges them. */
import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { arch, platform, release } from 'node:os';
import { promisify } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { checkBuild, type BuildFacts } from './build-list.ts';
import type { JournalFolder, JournalState } from './journal-file.ts';
import type { PageFacts, PageWatch } from './page-watch.ts';

/** timedated is started when it is asked. */
const CLOCK_MS = 5_000;
const run = promisify(execFile);

export interface MachineFacts {
  /** Whether the system holds its clock to a server's; null where the system does not say. */
  readonly clockSynchronised: boolean | null;
  /** Of the file system with the journals, or else with the pages. Bytes. */
  readonly disk: { readonly free: number; readonly total: number };
  readonly build: BuildFacts;
  /** Those that were begun, of any election; null where this machine keeps none. */
  readonly journals: Readonly<Record<string, JournalState>> | null;
  /** Of the kiosk's page; null where nobody looks. */
  readonly page: PageFacts | null;
  readonly versions: { readonly agent: string; readonly node: string; readonly system: string };
}

/** @param pages the folder of the built pages */
export async function machineFacts(
  pages: string,
  journals: JournalFolder | undefined,
  watch?: PageWatch,
): Promise<MachineFacts> {
  const { bavail, bsize, blocks } = await statfs(journals?.path ?? pages);
  return {
    clockSynchronised: await clockSynchronised(),
    disk: { free: bavail * bsize, total: blocks * bsize },
    build: await checkBuild(pages),
    journals: journals === undefined ? null : await statesOf(journals),
    page: watch?.facts ?? null,
    versions: {
      agent: manifest.version,
      node: process.versions.node,
      system: `${platform()} ${release()} ${arch()}`,
    },
  };
}

async function statesOf(journals: JournalFolder): Promise<Record<string, JournalState>> {
  const states: Record<string, JournalState> = {};
  for (const name of await journals.names()) states[name] = await journals.state(name);
  return states;
}

/** systemd-timedated's word, which is the kernel's: it holds for timesyncd, chrony and ntpd alike. */
async function clockSynchronised(): Promise<boolean | null> {
  const args = ['show', '--property=NTPSynchronized', '--value'];
  try {
    const { stdout } = await run('timedatectl', args, { timeout: CLOCK_MS });
    const said = stdout.trim();
    return said === 'yes' ? true : said === 'no' ? false : null;
  } catch {
    return null;
  }
}
