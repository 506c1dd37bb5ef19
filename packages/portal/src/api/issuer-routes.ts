/** The operations of an issuer's listener (identified zone). */
import { MAX_DELIVERY_BYTES } from '@kabina/election/station-delivery';
import { json, type Route } from './routes.ts';
import * as s from './schemas.ts';

const loginAnswer = s.object({
  session: s.base64url(64),
  next: s.oneOf('code', 'ready'),
  'sentTo?': s.text(64),
  'resendAfter?': s.count,
  'triesLeft?': s.count,
});

const voterRow = s.object({
  position: s.count,
  number: s.text(64),
  name: s.text(200),
  document: s.text(100),
  style: s.text(64),
  served: s.list(s.contestId),
});

/** Marks in one request. */
const MAX_MARKS = 500;
const stationAndNumber = s.object({ station: s.id, number: s.text(64) });
const batchParams = { station: s.id, kiosk: s.id, batch: s.batchNumber };

const turnout = s.object({
  contests: s.list(s.object({ id: s.contestId, issued: s.count })),
  styles: s.list(s.object({ id: s.text(64), voters: s.count, served: s.count })),
});

export const issuerRoutes = {
  login: {
    method: 'POST',
    path: '/login',
    summary:
      'Opens a session: training login (a one-time code is sent) or this issuer’s half of an access code.',
    body: json({
      oneOf: [
        s.object({ method: { const: 'training' }, login: s.text(64) }),
        s.object({ method: { const: 'access-code' }, code: s.accessHalf }),
      ],
    }),
    answer: json(loginAnswer),
    errors: [
      'login.unknown',
      'login.code-wrong',
      'login.method',
      'login.too-many',
      'codes.not-sent',
    ],
    rate: 'guess',
  },
  resend: {
    method: 'POST',
    path: '/codes',
    summary: 'Sends another one-time code, not sooner than the pause after the former.',
    bearer: 'session',
    body: json(s.object({})),
    answer: json(s.object({ resendAfter: s.count })),
    errors: ['codes.too-soon', 'codes.not-sent'],
    rate: 'guess',
  },
  verifyCode: {
    method: 'POST',
    path: '/codes/verify',
    summary: 'Shows the one-time code; the session is ready after that.',
    bearer: 'session',
    body: json(s.object({ code: s.oneTimeDigits })),
    answer: json(s.object({ next: s.oneOf('ready') })),
    errors: ['codes.wrong', 'codes.expired'],
    rate: 'guess',
  },
  voter: {
    method: 'GET',
    path: '/voter',
    summary:
      'The voter of the session: place in the list, its salt, ballot style, contests and which are served.',
    bearer: 'session',
    answer: json(
      s.object({
        position: s.count,
        salt: s.salt,
        style: s.text(64),
        contests: s.list(s.object({ id: s.contestId, served: s.flag })),
      }),
    ),
    errors: ['session.not-ready'],
  },
  permits: {
    method: 'POST',
    path: '/permits',
    summary:
      'Blind signature of one permit. The same request always gets the same answer; another is refused.',
    bearer: 'session',
    body: json(s.object({ contest: s.contestId, list: s.text(80), blinded: s.base64url(2048) })),
    answer: json(s.object({ blindSignature: s.base64url(2048) })),
    errors: [
      'session.not-ready',
      'permits.contest',
      'permits.list',
      'permits.served',
      'permits.elsewhere',
      'permits.length',
      'permits.range',
      'permits.closed',
    ],
  },
  endSession: {
    method: 'DELETE',
    path: '/session',
    summary: 'Ends the session.',
    bearer: 'session',
    answer: undefined,
    errors: [],
  },
  issuedProof: {
    method: 'GET',
    path: '/issued-proof',
    summary:
      'The voter’s own leaf of the tree of what was issued, with its inclusion proof; after closing.',
    bearer: 'session',
    answer: json(
      s.object({
        position: s.count,
        size: s.count,
        salt: s.salt,
        contests: s.list(s.contestId),
        proof: s.list(s.hash),
        root: s.hash,
      }),
    ),
    errors: ['session.not-ready', 'issued.not-yet'],
  },
  deskVoters: {
    method: 'GET',
    path: '/desk/voters',
    summary: 'Looks a voter up by number, name or document; any desk may.',
    bearer: 'desk',
    query: { query: s.text(100) },
    answer: json(
      s.object({
        voters: s.list(
          s.object({
            number: s.text(64),
            name: s.text(200),
            document: s.text(100),
            style: s.text(64),
            list: s.text(80),
            served: s.list(s.contestId),
          }),
        ),
      }),
    ),
    errors: [],
  },
  deskCode: {
    method: 'POST',
    path: '/desk/voters/{number}/access-code',
    summary: 'Makes this issuer’s half of an access code; the voter’s former half stops working.',
    bearer: 'desk',
    params: { number: s.text(64) },
    answer: json(s.object({ part: s.accessHalf, expires: s.minute })),
    errors: ['desk.voter', 'desk.rights'],
  },
  deliveries: {
    method: 'POST',
    path: '/deliveries',
    summary:
      'Blind-signs a batch of cards for a station’s kiosk, under the kiosk’s signature. The same request gets the same answer; other cards under its number are refused.',
    body: { type: 'application/cbor' },
    maxBytes: MAX_DELIVERY_BYTES,
    answer: { type: 'application/cbor' },
    errors: [
      'deliveries.malformed',
      'deliveries.election',
      'deliveries.kiosk',
      'deliveries.style',
      'deliveries.batch',
      'deliveries.closed',
      'deliveries.full',
    ],
    rate: 'guess',
  },
  confirmDelivery: {
    method: 'POST',
    path: '/deliveries/confirm',
    summary:
      'The card issuer countersigns a `delivered` entry that a kiosk has signed, and puts it on the board. May be repeated.',
    body: { type: 'application/cbor' },
    answer: json(s.object({ index: s.count, size: s.count })),
    errors: [
      'deliveries.malformed',
      'deliveries.election',
      'deliveries.kiosk',
      'deliveries.batch',
      'deliveries.closed',
    ],
    rate: 'guess',
  },
  deskCards: {
    method: 'GET',
    path: '/desk/cards/{station}',
    summary:
      'Batches of cards of a station that stand on the board; `printed` says that the office has counted them on paper.',
    bearer: 'desk',
    params: { station: s.id },
    answer: json(
      s.object({
        batches: s.list(
          s.object({
            kiosk: s.id,
            style: s.id,
            batch: s.count,
            cards: s.count,
            printed: s.flag,
          }),
        ),
      }),
    ),
    errors: ['desk.rights', 'desk.station'],
  },
  printCards: {
    method: 'POST',
    path: '/desk/cards/{station}/{kiosk}/{batch}',
    summary:
      'The secrets of a batch, to be printed: what the code says and what can be typed, in an order of their own each time.',
    bearer: 'desk',
    params: batchParams,
    answer: json(s.object({ cards: s.list(s.object({ text: s.text(80), typed: s.text(80) })) })),
    errors: ['desk.rights', 'desk.station', 'cards.unknown', 'cards.erased'],
  },
  eraseCards: {
    method: 'DELETE',
    path: '/desk/cards/{station}/{kiosk}/{batch}',
    summary: 'The batch is printed and counted: erases its secrets. May be repeated.',
    bearer: 'desk',
    params: batchParams,
    answer: undefined,
    errors: ['desk.rights', 'desk.station', 'cards.unknown'],
  },
  deskList: {
    method: 'POST',
    path: '/desk/lists/{station}',
    summary:
      'Hands a station its voter list, for good, in slices by position; its voters can’t be served online any more.',
    bearer: 'desk',
    params: { station: s.id },
    body: json(s.object({ from: s.count })),
    answer: json(s.object({ voters: s.list(voterRow), more: s.flag })),
    errors: ['desk.rights', 'desk.station'],
  },
  deskTransfer: {
    method: 'POST',
    path: '/desk/transfers',
    summary: 'Puts a voter whom nobody has served on a station’s list. May be repeated.',
    bearer: 'desk',
    body: json(stationAndNumber),
    answer: json(voterRow),
    errors: [
      'desk.rights',
      'desk.station',
      'desk.voter',
      'desk.style',
      'desk.served',
      'desk.elsewhere',
    ],
  },
  deskRelease: {
    method: 'POST',
    path: '/desk/releases',
    summary: 'Puts an unserved voter of a station’s list back online. May be repeated.',
    bearer: 'desk',
    body: json(stationAndNumber),
    answer: json(s.object({})),
    errors: ['desk.rights', 'desk.station', 'desk.voter', 'desk.served', 'desk.elsewhere'],
  },
  deskMarks: {
    method: 'POST',
    path: '/desk/marks',
    summary:
      'Voters whom a station’s desk has marked; `complete` with the last of them. May be repeated.',
    bearer: 'desk',
    body: json(
      s.object({
        station: s.id,
        marks: s.list(s.object({ number: s.text(64) }), MAX_MARKS),
        complete: s.flag,
      }),
    ),
    maxBytes: 65_535,
    answer: json(
      s.object({
        stored: s.count,
        refused: s.list(
          s.object({
            number: s.text(64),
            code: s.oneOf('desk.voter', 'desk.elsewhere', 'desk.served'),
          }),
        ),
      }),
    ),
    errors: ['desk.rights', 'desk.station', 'desk.closed'],
  },
  turnout: {
    method: 'GET',
    path: '/turnout',
    summary: 'How many permits were issued per contest, and voters served per ballot style.',
    answer: json(turnout),
    errors: [],
  },
  events: {
    method: 'GET',
    path: '/events',
    summary: 'The same as a stream of server-sent events named `turnout`.',
    answer: { type: 'text/event-stream' },
    errors: [],
  },
  keys: {
    method: 'GET',
    path: '/keys',
    summary: 'This issuer’s public keys, as the manifest has them.',
    answer: json(
      s.object({
        id: s.text(64),
        signingKey: s.base64url(43),
        keys: s.list(
          s.object({
            contest: s.contestId,
            list: s.text(80),
            modulus: s.base64url(2048),
            exponent: s.count,
          }),
        ),
      }),
    ),
    errors: [],
  },
} as const satisfies Record<string, Route>;
