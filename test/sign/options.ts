/** What `npm run sign` is asked for: its arguments, or a clear refusal. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EX_USAGE, UsageError } from '../runner/usage.ts';
import { CARDS, type CardName } from './cards.ts';

export interface SignOptions {
  /** Folder of the board. */
  readonly board: string;
  readonly card: CardName;
  /** Where the protocol and its signatures are left. */
  readonly out: string;
  /** Who signs, in order; nobody: the first of the commission's roll. */
  readonly members: readonly string[];
  readonly json: boolean;
}

const usage = (message: string, cause?: unknown): UsageError =>
  new UsageError('sign.usage', message, EX_USAGE, { cause });

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        board: { type: 'string' },
        card: { type: 'string' },
        out: { type: 'string' },
        member: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw usage((error as Error).message, error);
  }
}

/** @throws {UsageError} `sign.usage`, `sign.card` */
export function readOptions(args: readonly string[]): SignOptions {
  const { board, card, out, member: members, json } = parse(args);
  if (board === undefined) throw usage('--board DIR is missing: the folder of an election');
  const known = CARDS.find((name) => name === card);
  if (known === undefined) {
    const message = `there is no card "${card ?? ''}"; there are ${CARDS.join(', ')}`;
    throw new UsageError('sign.card', message, EX_USAGE);
  }
  if (members.some((name) => name.trim() === '')) throw usage('--member takes a name');
  return { board: resolve(board), card: known, out: resolve(out ?? board), members, json };
}
