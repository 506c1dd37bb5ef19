/** The operations of the ballot box's listener (anonymous zone). */
import { json, type Route } from './routes.ts';
import * as s from './schemas.ts';

const status = s.object({
  electionId: s.hash,
  phase: s.text(32),
  size: s.count,
  cosigned: s.count,
  contests: s.list(s.object({ id: s.contestId, ballots: s.count })),
  pool: s.count,
  notices: s.list(s.count),
});

export const boxRoutes = {
  board: {
    method: 'GET',
    path: '/board/{path*}',
    summary:
      'The board as static files: C2SP tlog-tiles, with `log.vkey` and `witnesses.vkey` beside them.',
    params: { path: s.text(200) },
    answer: { type: 'application/octet-stream', or: 'text/plain' },
    errors: ['board.not-found'],
  },
  ballots: {
    method: 'POST',
    path: '/ballots',
    summary:
      'Casts a ballot entry; answers with the box’s signed promise. The same entry gets the same promise.',
    body: { type: 'application/cbor' },
    answer: { type: 'application/cbor' },
    errors: [
      'ballots.malformed',
      'ballots.election',
      'ballots.refused',
      'ballots.proof',
      'ballots.permit',
      'ballots.signature',
      'ballots.revision-taken',
      'ballots.core-opened',
      'ballots.closed',
    ],
  },
  lateBallots: {
    method: 'POST',
    path: '/late-ballots',
    summary:
      'Casts a ballot that a station’s kiosk held at closing, as a `late` entry; answers with the box’s signed promise. A ballot that was accepted before keeps its promise.',
    body: { type: 'application/cbor' },
    answer: { type: 'application/cbor' },
    errors: [
      'late.malformed',
      'late.not-held',
      'late.proof',
      'late.closed',
      'ballots.election',
      'ballots.refused',
      'ballots.proof',
      'ballots.permit',
      'ballots.signature',
      'ballots.revision-taken',
      'ballots.core-opened',
      'ballots.closed',
    ],
  },
  challenges: {
    method: 'POST',
    path: '/challenges',
    summary: 'Opens a sealed core for checking instead of casting it.',
    body: { type: 'application/cbor' },
    answer: json(s.object({})),
    errors: [
      'challenges.malformed',
      'challenges.election',
      'challenges.refused',
      'challenges.cast',
      'challenges.closed',
    ],
  },
  entries: {
    method: 'POST',
    path: '/entries',
    summary:
      'Appends a signed entry of the commission, a member, a trustee, an issuer, a station or a kiosk, if it may be the next.',
    rate: 'guess',
    body: { type: 'application/cbor' },
    answer: json(s.object({ index: s.count, size: s.count })),
    errors: ['entries.malformed', 'entries.road', 'entries.refused'],
  },
  proofs: {
    method: 'GET',
    path: '/proofs/{leaf}',
    summary:
      'Inclusion proof (C2SP tlog-proof) of an entry against the cosigned checkpoint. For a ballot that came within a `late` entry: the proof of that entry, which is its extra data.',
    params: { leaf: s.hash },
    answer: { type: 'text/plain' },
    errors: ['proofs.not-yet'],
  },
  notices: {
    method: 'GET',
    path: '/notices/{index}',
    summary:
      'An entry that booths should know, of those in `notices` of the status, as the extra data of its inclusion proof (C2SP tlog-proof): all that a kiosk on a thin line needs.',
    params: { index: s.logIndex },
    answer: { type: 'text/plain' },
    errors: ['proofs.not-yet'],
  },
  receipts: {
    method: 'GET',
    path: '/receipts/{trackingCode}',
    summary:
      'Every revision under the permit of the ballot with this tracking code, and which one counts.',
    params: { trackingCode: s.trackingCode },
    answer: json(
      s.object({
        contest: s.contestId,
        revisions: s.list(
          s.object({
            revision: s.count,
            core: s.hash,
            entry: s.hash,
            state: s.oneOf('accepted', 'recorded', 'counted', 'replaced'),
            'index?': s.count,
          }),
        ),
      }),
    ),
    errors: ['receipts.unknown'],
  },
  status: {
    method: 'GET',
    path: '/status',
    summary: 'Phase and counts of what is on the board; `pool` is the manifest’s least batch.',
    answer: json(status),
    errors: [],
  },
  events: {
    method: 'GET',
    path: '/events',
    summary: 'The same as a stream of server-sent events named `status`, when the board grows.',
    answer: { type: 'text/event-stream' },
    errors: [],
  },
} as const satisfies Record<string, Route>;
