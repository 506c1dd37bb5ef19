/** What `npm run sign` is asked for: its arguments, or a clear refusal. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CARDS, type CardName } from './cards.ts';

/** What makes signing impossible; `status` is the exit status (sysexits.h). */
export class SignError extends Error {
  override readonly name = 'SignError';
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

const EX_USAGE = 64;
export const EX_DATAERR = 65;
export const EX_NOINPUT = 66;
export const EX_UNAVAILABLE = 69;
export const EX_CANTCREAT = 73;

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

const usage = (message: string, cause?: unknown): SignError =>
  new SignError('sign.usage', message, EX_USAGE, { cause });

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

/** @throws {SignError} `sign.usage`, `sign.card` */
export function readOptions(args: readonly string[]): SignOptions {
  const { board, card, out, member: members, json } = parse(args);
  if (board === undefined) throw usage('--board DIR is missing: the folder of an election');
  const known = CARDS.find((name) => name === card);
  if (known === undefined) {
    const message = `there is no card "${card ?? ''}"; there are ${CARDS.join(', ')}`;
    throw new SignError('sign.card', message, EX_USAGE);
  }
  if (members.some((name) => name.trim() === '')) throw usage('--member takes a name');
  return { board: resolve(board), card: known, out: resolve(out ?? board), members, json };
}
