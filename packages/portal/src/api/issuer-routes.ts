/** The operations of an issuer's listener (identified zone). */
import { json, type Route } from './routes.ts';
import * as s from './schemas.ts';

const loginAnswer = s.object({
  session: s.base64url(64),
  next: s.oneOf('code', 'ready'),
  'sentTo?': s.text(64),
  'resendAfter?': s.count,
  'triesLeft?': s.count,
});

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
    summary: 'Looks a voter up by number, name or document.',
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
    errors: ['desk.voter'],
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
