#!/usr/bin/env node
/**
 * The observer's verdict on a board.
 *
 *     node verify.ts BOARD [--json] [--election HEX | --manifest FILE] [--checkpoint FILE]
 *                    [--promise FILE]… [--signatures DIR]
 *
 * BOARD is a folder or an http address. Exit status: 0 only for `verified`, 1 for `failed`, 2 for
 * `incomplete` (a board that could not be read at all is that too), 64 for a wrong call, which
 * includes files of the caller's that are not what they should be.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { equalBytes } from '@kabina/crypto/bytes';
import type { BoardState } from '@kabina/election/board';
import { protocolFiles } from '@kabina/election/members';
import { checkIds } from '@kabina/election/problem';
import { verify, type VerifyOptions } from '@kabina/election/verify';
import { BallotPool } from '../ballot-pool.ts';
import { boardManifest } from '../board-manifest.ts';
import { openSource } from '../board-source.ts';
import { manifestId, readEarlierCheckpoint, readElectionId, readPromise } from '../claims.ts';
import { progressLine } from '../progress.ts';
import { jsonReport, textReport, type JsonReport } from '../report.ts';
import { threadChecker } from '../thread-checker.ts';

const USAGE = `usage: verify BOARD [--json] [--election HEX | --manifest FILE] [--checkpoint FILE] [--promise FILE] [--signatures DIR]
  BOARD              a folder or an http address
  --json             one JSON object on the standard output
  --election HEX     the election's id from a source that you trust
  --manifest FILE    or its manifest
  --checkpoint FILE  an earlier checkpoint of the board: it has to be its beginning
  --promise FILE     a promise of the ballot box or of a station's kiosk, or a receipt; may be repeated
  --signatures DIR   leaves the protocols and the members' signatures there for openssl cms -verify`;

const STATUS = { verified: 0, failed: 1, incomplete: 2 } as const;
const WRONG_CALL = 64;

function described(error: unknown): { code: string; message: string } {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return {
    code: typeof code === 'string' ? code : 'verify.unexpected',
    message: typeof message === 'string' ? message : String(error),
  };
}

function wrongCall(message: string): never {
  console.error(message);
  process.exit(WRONG_CALL);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        election: { type: 'string' },
        manifest: { type: 'string' },
        checkpoint: { type: 'string' },
        promise: { type: 'string', multiple: true, default: [] },
        signatures: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
  } catch (error) {
    return wrongCall(`${(error as Error).message}\n${USAGE}`);
  }
}

async function readFrom<T>(file: string, read: (bytes: Uint8Array) => T): Promise<T> {
  try {
    return read(new Uint8Array(await readFile(file)));
  } catch (error) {
    const { code, message } = described(error);
    return wrongCall(`${file}: ${message} (${code})`);
  }
}

const { values, positionals } = readArguments();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const [board] = positionals;
if (board === undefined || positionals.length > 1) wrongCall(USAGE);

/** What the caller holds the board to. */
async function readClaims(): Promise<VerifyOptions> {
  const { election, manifest, checkpoint, promise } = values;
  let electionId: Uint8Array | undefined;
  try {
    if (election !== undefined) electionId = readElectionId(election);
  } catch (error) {
    wrongCall(`--election: ${(error as Error).message}`);
  }
  if (manifest !== undefined) {
    const fromFile = await readFrom(manifest, manifestId);
    if (electionId && !equalBytes(electionId, fromFile)) {
      wrongCall('--election and --manifest name two different elections');
    }
    electionId = fromFile;
  }
  const promises = [];
  for (const file of promise) promises.push(await readFrom(file, readPromise));
  return {
    ...(electionId && { electionId }),
    ...(checkpoint !== undefined && {
      checkpoint: await readFrom(checkpoint, readEarlierCheckpoint),
    }),
    promises,
  };
}

/** The protocols and their signatures, as files for other people's programs. */
async function leaveSignatures(folder: string, state: BoardState | undefined): Promise<void> {
  const files = state && protocolFiles(state);
  if (!files) {
    console.error('no member has signed the results protocols of this board');
    return;
  }
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), content);
  }
}

const claims = await readClaims();
const pool = new BallotPool(threadChecker, availableParallelism());
const progress = progressLine(process.stderr);
let state: BoardState | undefined;
try {
  const reader = await openSource(board);
  const verdict = await verify(reader, {
    ...claims,
    checkBallots: pool.check,
    onProgress: progress.show,
    onBoard: (board) => (state = board),
  });
  progress.clear();
  if (values.signatures !== undefined) await leaveSignatures(values.signatures, state);
  if (values.json) console.log(JSON.stringify(jsonReport(verdict)));
  else console.log(textReport(verdict, await boardManifest(reader)));
  process.exitCode = STATUS[verdict.verdict];
} catch (error) {
  progress.clear();
  const { code, message } = described(error);
  if (code === 'promise.signature') wrongCall(`--promise: ${message} (${code})`);
  if (values.json) {
    // The same form as ever, so that nobody takes a board that was not read for a good one.
    const none: JsonReport = {
      verdict: 'incomplete',
      electionId: '',
      pinned: claims.electionId !== undefined,
      checks: checkIds.map((id) => ({
        id,
        status: 'incomplete',
        checked: 0,
        expected: 1,
        problems: [],
      })),
      tally: [],
      error: { code, message },
    };
    console.log(JSON.stringify(none));
  }
  console.error(`The board could not be checked: ${message} (${code})`);
  process.exitCode = STATUS.incomplete;
} finally {
  pool.stop();
}
