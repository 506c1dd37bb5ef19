/** A register of synthetic voters for a plan, made by the portal's own command. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElectionPlan } from './election-file.ts';
import { runParty } from './processes.ts';

const VOTERS = new URL('../../packages/portal/src/cli/voters.ts', import.meta.url).pathname;

/** A voter as a person at a training machine may need to know one. */
export interface TrainingVoter {
  readonly number: string;
  readonly login: string;
  readonly style: string;
}

/** What the portal's commands need to know of an election before its keys are made. */
export function draftOf(plan: ElectionPlan, perStyle?: ReadonlyMap<string, number>): object {
  return {
    contests: plan.contests.map(({ id }) => ({ id })),
    styles: plan.styles.map(({ id, contests }) => ({
      id,
      contests,
      ...(perStyle === undefined ? {} : { voters: perStyle.get(id) ?? 0 }),
    })),
  };
}

/**
 * Attaches the voters from place `from` on to a station beforehand: its desk finds them on its list, and
 * they don't vote online.
 */
export function attachedTo(station: string, csv: string, from: number): string {
  const [header = '', ...rows] = csv.trim().split(/\r?\n/);
  const attached = rows.map((row, place) => `${row},${place < from ? '' : station}`);
  return [`${header},station`, ...attached, ''].join('\r\n');
}

/**
 * @param folder where the register and the draft are left
 * @param perStyle how many voters each style has; shared out equally without it
 */
export async function syntheticVoters(
  plan: ElectionPlan,
  count: number,
  folder: string,
  perStyle?: ReadonlyMap<string, number>,
): Promise<{ csv: string; voters: TrainingVoter[] }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, 'draft.json');
  const out = join(folder, 'voters.csv');
  await writeFile(draft, JSON.stringify(draftOf(plan, perStyle)));
  await runParty('voters', VOTERS, ['--count', String(count), '--styles', draft, '--out', out]);
  const csv = await readFile(out, 'utf8');
  const [header = '', ...rows] = csv.trim().split(/\r?\n/);
  const column = (name: string): number => header.split(',').indexOf(name);
  const [number, login, style] = [column('number'), column('login'), column('style')];
  // Synthetic fields have neither commas nor quotes.
  const voters = rows.map((row) => {
    const fields = row.split(',');
    return { number: fields[number]!, login: fields[login]!, style: fields[style]! };
  });
  return { csv, voters };
}
