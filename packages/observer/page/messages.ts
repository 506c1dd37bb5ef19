/** What the page and its workers say to each other. Plain data only: it is cloned on the way. */
import type { Phase } from '@kabina/election/board';
import type { Bodies } from '@kabina/election/entries';
import type { Manifest } from '@kabina/election/manifest';
import type { Check, Progress, Verdict } from '@kabina/election/verify';
import type { LookUp } from './look-up.ts';

/** What the page shows of a board beside the verdict. */
export interface BoardView {
  readonly manifest: Manifest;
  readonly phase: Phase;
  readonly withdrawn: readonly Bodies['withdrawn'][];
  readonly protocols: readonly Bodies['protocol'][];
  /** The roll under the protocols, once they are published. */
  readonly roll: Bodies['published']['members'] | undefined;
  /** Permits issued by contest, once every issuer has said. */
  readonly issued: Readonly<Record<string, number>>;
  /** Ballots that count so far, by contest. */
  readonly ballots: Readonly<Record<string, number>>;
}

export interface AuditRequest {
  readonly type: 'audit';
  /** As `boardAddress` gives it. */
  readonly board: string;
  /** 64 hexadecimal digits. */
  readonly electionId?: string;
  /** The last checkpoint that this browser has verified, by election. */
  readonly remembered: Readonly<Record<string, string>>;
}

export interface Live {
  readonly size: number;
  /** Whether the board still begins with what was audited. */
  readonly continues: boolean;
}

export type ToAudit =
  | AuditRequest
  | { readonly type: 'look-up'; readonly id: number; readonly text: string }
  | { readonly type: 'look' }
  | { readonly type: 'checker-broken'; readonly message: string };

export type FromAudit =
  /** A worker is wanted that checks ballots which come through this port. */
  | { readonly type: 'checker'; readonly port: MessagePort }
  | { readonly type: 'progress'; readonly progress: Progress; readonly checks: readonly Check[] }
  | {
      readonly type: 'verdict';
      readonly verdict: Verdict;
      readonly board: BoardView | undefined;
      /** The checkpoint to remember, if log and witnesses are good. */
      readonly note: string | undefined;
      /** Whether an earlier checkpoint was held against the board. */
      readonly held: boolean;
    }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  | { readonly type: 'found'; readonly id: number; readonly answer: LookUp }
  | { readonly type: 'live'; readonly live: Live };
