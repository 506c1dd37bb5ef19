/**
 * The audit's way into a board: the manifest in entry 0, the checkpoint under the key that the
 * manifest names, the witnesses, and every tile and entry held against the checkpoint's root.
 */
import { bytesToHex, equalBytes } from '@kabina/crypto/bytes';
import { openCheckpoint, peekCheckpoint } from '@kabina/log/checkpoint';
import { verifyQuorum } from '@kabina/log/cosignature';
import { LogError } from '@kabina/log/errors';
import { leafHash } from '@kabina/log/merkle';
import { readCheckpoint, TILE_WIDTH, TileTree, type TileReader } from '@kabina/log/tiles';
import { BoardState } from './board.ts';
import { boardPolicy } from './board-cosigned.ts';
import { checkOf } from './board-phases.ts';
import { castBallot, decodeEntry, type Entry, type EntryType } from './entries.ts';
import { ElectionError } from './errors.ts';
import { checkManifest, electionId, type Manifest } from './manifest.ts';
import type { Findings } from './verdict.ts';

/** What the audit stands on: the tree of the log's signed checkpoint. */
export interface OpenBoard {
  readonly tree: TileTree;
  readonly manifest: Manifest;
  readonly electionId: Uint8Array;
}

/** Reports an error of the log under `log`; any other is thrown. */
function reportLog(findings: Findings, error: unknown): void {
  if (!(error instanceof LogError)) throw error;
  findings.report({ check: 'log', message: error.message });
}

async function readManifest(tree: TileTree, findings: Findings): Promise<Manifest | undefined> {
  const fault = (message: string) => findings.report({ check: 'manifest', message }, 0);
  for await (const { entry: bytes } of tree.entries(0, Math.min(1, tree.size))) {
    try {
      const entry = decodeEntry(bytes);
      if (entry.type !== 'manifest') break;
      checkManifest(entry.body.manifest);
      return entry.body.manifest;
    } catch (error) {
      if (!(error instanceof ElectionError)) throw error;
      fault(error.message);
      return undefined;
    }
  }
  fault('the board does not begin with a manifest');
  return undefined;
}

/** Opens the board, or reports why that can't be done. */
export async function openBoard(
  reader: TileReader,
  pinned: { electionId?: Uint8Array | undefined; checkpoint?: string | undefined },
  findings: Findings,
): Promise<OpenBoard | undefined> {
  try {
    const note = await readCheckpoint(reader);
    const tree = await TileTree.open(reader, peekCheckpoint(note));
    const manifest = await readManifest(tree, findings);
    if (!manifest) return undefined;
    const id = electionId(manifest);
    findings.count('manifest', 1, 1);
    if (pinned.electionId !== undefined) {
      findings.count('manifest', 1, 1);
      if (!equalBytes(id, pinned.electionId)) {
        const message = `this is the board of election ${bytesToHex(id)}, not of the expected one`;
        findings.report({ check: 'manifest', message }, 0);
      }
    }
    const policy = boardPolicy(manifest);
    // Nothing of the tree counts before the log's own signature is known to be good.
    openCheckpoint(note, policy.logKey, policy.origin);
    checkWitnesses(note, manifest, findings);
    if (pinned.checkpoint !== undefined) {
      await checkEarlier(tree, pinned.checkpoint, manifest, findings);
    }
    return { tree, manifest, electionId: id };
  } catch (error) {
    reportLog(findings, error);
    return undefined;
  }
}

function checkWitnesses(note: string, manifest: Manifest, findings: Findings): void {
  // Without witnesses nothing says that everybody is shown one board: never more than incomplete.
  findings.count('witnesses', 0, 1);
  if (manifest.witnesses.keys.length === 0) return;
  try {
    verifyQuorum(note, boardPolicy(manifest));
    findings.count('witnesses', 1, 0);
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    if (error.code !== 'quorum') findings.report({ check: 'witnesses', message: error.message });
  }
}

/** The board has to be a continuation of what the caller has seen before. */
async function checkEarlier(
  tree: TileTree,
  earlier: string,
  manifest: Manifest,
  findings: Findings,
): Promise<void> {
  const { logKey, origin } = boardPolicy(manifest);
  const { size, root } = openCheckpoint(earlier, logKey, origin);
  findings.count('log', 1, 1);
  if (size > tree.size) {
    const message = `the board has ${tree.size} entries, an earlier checkpoint has ${size}`;
    findings.report({ check: 'log', message });
  } else if (!equalBytes(await tree.rootAt(size), root)) {
    const message = `the first ${size} entries are not those of the earlier checkpoint`;
    findings.report({ check: 'log', message });
  }
}

/** How many of each kind a replay has met. */
export interface Replay {
  readonly state: BoardState;
  /** Indices of `ballot` and `late`, and of `challenge` entries. */
  readonly ballots: number[];
  readonly challenges: number[];
}

/** Entries whose rules depend on which ballots count. */
const afterCounting: readonly EntryType[] = ['share', 'result', 'protocol', 'published'];

/**
 * Reads every entry and every tile, and replays the entries. Before the first entry that depends on
 * which ballots count, and at the end, `catchUp` is called to take out the bad ones.
 *
 * Answers undefined if the log can't be read to its end.
 */
export async function replayBoard(
  { tree }: OpenBoard,
  findings: Findings,
  onEntry: (index: number) => void,
  catchUp: (replay: Replay) => Promise<void>,
): Promise<Replay | undefined> {
  const replay: Replay = { state: new BoardState(), ballots: [], challenges: [] };
  const { state, ballots, challenges } = replay;
  let counting = false;
  const tiles = Math.ceil(tree.size / TILE_WIDTH);
  findings.count('log', 0, tree.size + tiles);
  findings.count('revisions', 0, 0);
  try {
    for await (const { index, entry: bytes } of tree.entries()) {
      const entry = read(bytes);
      if (!counting && entry && afterCounting.includes(entry.type)) {
        counting = true;
        await catchUp(replay);
      }
      const wrong = state.apply(entry, leafHash(bytes));
      if (wrong) findings.report(wrong, index);
      if (entry) countEntry(entry, findings);
      if (entry && castBallot(entry)) ballots.push(index);
      if (entry?.type === 'challenge') challenges.push(index);
      findings.count('log', 1, 0);
      onEntry(index);
    }
    // Entries vouch for the upper tiles; the lowest are what a client that seeks a proof reads.
    for (let tile = 0; tile < tiles; tile++) {
      await tree.leaf(tile * TILE_WIDTH);
      findings.count('log', 1, 0);
    }
    await catchUp(replay);
  } catch (error) {
    reportLog(findings, error);
    return undefined;
  }
  return replay;
}

function read(bytes: Uint8Array): Entry | undefined {
  try {
    return decodeEntry(bytes);
  } catch (error) {
    if (!(error instanceof ElectionError)) throw error;
    return undefined;
  }
}

function countEntry(entry: Entry, findings: Findings): void {
  if (entry.type.startsWith('ceremony/')) findings.count('ceremony', 1, 1);
  if (entry.type === 'cosigned') findings.count('witnesses', 1, 1);
  if (castBallot(entry)) findings.count('revisions', 1, 1);
  if (checkOf[entry.type] === 'stations') findings.count('stations', 1, 1);
  if (entry.type === 'signed') findings.count('protocol', 1, 1);
}
