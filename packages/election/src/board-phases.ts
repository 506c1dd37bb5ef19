/**
 * Where an election can stand, which entries may come there, and which check speaks for them.
 */
import type { EntryType } from './entries.ts';
import type { CheckId } from './problem.ts';

/** Where the election stands. */
export type Phase =
  | 'empty'
  | 'ceremony'
  | 'ready'
  | 'open'
  | 'suspended'
  | 'closed'
  | 'tally'
  | 'result'
  | 'published';

/** Which check of the audit speaks for entries of a type. */
export const checkOf: Readonly<Record<EntryType, CheckId>> = {
  manifest: 'manifest',
  'ceremony/commit': 'ceremony',
  'ceremony/reveal': 'ceremony',
  'ceremony/complaint': 'ceremony',
  'ceremony/answer': 'ceremony',
  'ceremony/restart': 'ceremony',
  'ceremony/confirm': 'ceremony',
  opened: 'ceremony',
  ballot: 'ballots',
  challenge: 'challenges',
  cosigned: 'witnesses',
  withdrawn: 'schedule',
  suspended: 'schedule',
  resumed: 'schedule',
  delivered: 'stations',
  spoiled: 'stations',
  'written-off': 'stations',
  held: 'stations',
  cancelled: 'stations',
  marked: 'stations',
  late: 'ballots',
  issued: 'issued',
  closed: 'schedule',
  tally: 'schedule',
  share: 'shares',
  result: 'result',
  protocol: 'protocol',
  signed: 'protocol',
  published: 'protocol',
};

/** Phases in which an entry of a type may come. */
export const phasesOf: Readonly<Record<EntryType, readonly Phase[]>> = {
  manifest: ['empty'],
  'ceremony/commit': ['ceremony'],
  'ceremony/reveal': ['ceremony'],
  'ceremony/complaint': ['ceremony'],
  'ceremony/answer': ['ceremony'],
  'ceremony/restart': ['ceremony'],
  'ceremony/confirm': ['ceremony'],
  opened: ['ready'],
  ballot: ['open'],
  challenge: ['open'],
  cosigned: ['ceremony', 'ready', 'open', 'suspended', 'closed', 'tally', 'result', 'published'],
  withdrawn: ['ceremony', 'ready', 'open', 'suspended'],
  suspended: ['open'],
  resumed: ['suspended'],
  delivered: ['open', 'suspended'],
  spoiled: ['open', 'suspended', 'closed'],
  'written-off': ['open', 'suspended', 'closed'],
  held: ['open', 'suspended', 'closed'],
  cancelled: ['open', 'suspended', 'closed', 'tally'],
  marked: ['open', 'suspended', 'closed', 'tally'],
  late: ['open', 'closed'],
  closed: ['open', 'suspended'],
  issued: ['closed', 'tally', 'result'],
  tally: ['closed'],
  share: ['tally'],
  result: ['tally'],
  // Not before: accounts of stations, of which its lines are made, may come till then.
  protocol: ['result', 'published'],
  signed: ['ready', 'open', 'suspended', 'result', 'published'],
  published: ['result', 'published'],
};
