// Every request of the voter's road fails in every way, and what matters most three times in a row:
// the same voter still ends with one accepted ballot, by what the screens offer.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { TestPortal, type Fault } from '../test/portal.ts';
import { sessionOn } from '../test/devices.ts';
import { vote } from '../test/robot.ts';
import { MemoryKeeper } from './keeper.ts';

const REQUESTS = [
  'GET /box/board/checkpoint',
  'GET /box/board/tile/0/',
  'GET /box/board/tile/entries/',
  'GET /box/status',
  'POST /registrar/login',
  'POST /registrar/codes/verify',
  'POST /observers/login',
  'POST /observers/codes/verify',
  'GET /registrar/voter',
  'GET /observers/voter',
  'POST /registrar/permits',
  'POST /observers/permits',
  'POST /box/challenges',
  'POST /box/ballots',
] as const;
/** What a kiosk does in another way than the voter's own device. */
const ON_A_KIOSK: readonly string[] = [
  'POST /registrar/login',
  'POST /observers/login',
  'POST /observers/permits',
  'POST /box/ballots',
];
const FAULTS: readonly Fault[] = ['unsent', 'lost', '500', 'garbage', '429', 'expired'];
const FAULTS_OF_QUESTIONS: readonly Fault[] = ['unsent', '500', 'garbage', 'expired'];

let portal: TestPortal;
let voters = 0;

/** Ballots whose permit nobody had before. */
function ballotsSince(before: number): { permits: number; revisions: number[] } {
  const ballots = portal.ballots.slice(before);
  const permits = new Set(ballots.map(({ body }) => body.permit.key.join()));
  return { permits: permits.size, revisions: ballots.map(({ body }) => body.core.revision) };
}

describe('a request that fails', () => {
  before(async () => {
    portal = await TestPortal.start();
  });
  after(() => portal.stop());

  for (const mode of ['own-device', 'kiosk'] as const) {
    for (const request of REQUESTS) {
      const tries = request.startsWith('POST /box/') ? [1, 3] : [1];
      for (const times of mode === 'kiosk' && !ON_A_KIOSK.includes(request) ? [] : tries) {
        it(`${mode}: ${request}, ${times} times in every way`, async () => {
          // To a question a lost answer is no answer; what is sent may have been worked on.
          for (const fault of request.startsWith('GET') ? FAULTS_OF_QUESTIONS : FAULTS) {
            // The box knows no sessions.
            if (fault === 'expired' && request.includes('/box/')) continue;
            voters += 1;
            const half = String(10_000 + voters);
            const credentials =
              mode === 'kiosk'
                ? ({ method: 'access-code', code: `${half}-${half}` } as const)
                : ({ method: 'training', login: `voter-${voters}` } as const);
            let left: number = times;
            portal.fault = (seen) => {
              if (!seen.startsWith(request) || left === 0) return undefined;
              left -= 1;
              return fault;
            };
            const before = portal.ballots.length;
            const session = sessionOn(portal, new MemoryKeeper(), mode);
            try {
              const wish = { credentials, contest: 'question', marks: [1, 0], challenge: true };
              const screens = await vote(session, wish);
              // The status only informs: nobody waits until it is there.
              if (!request.endsWith('status')) assert.equal(left, 0, 'the fault never happened');
              assert.deepEqual(
                ballotsSince(before),
                { permits: 1, revisions: [0] },
                `${fault}: ${screens.join(' ')}`,
              );
            } finally {
              portal.fault = () => undefined;
              await session.end();
            }
          }
        });
      }
    }
  }
});
