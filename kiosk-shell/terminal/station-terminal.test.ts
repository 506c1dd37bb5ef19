/** The terminal without a face: its screens, a card that was scanned first, letting go. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BoothSession, SessionState } from '@kabina/booth/session';
import type { KioskPhase, KioskStatus } from '@kabina/booth/station';
import type { Manifest } from '@kabina/election/manifest';
import { screenOf, StationTerminal, suggestedCards, type Kiosk } from './station-terminal.ts';

const CARD = `kabina-card:${'aB3-_'.repeat(9).slice(0, 43)}`;
const TYPED = '7Z7Z-Q7Z7-0000-1111-2222-3333-4444-ABCD';

const status = (phase: KioskPhase, interrupted = false): KioskStatus => ({
  phase,
  kiosk: 'K1',
  cards: [],
  heard: { suspended: false, extension: 0 },
  interrupted,
  queue: { waiting: 0, quarantined: 0, sent: 0, line: undefined, full: false },
});

/** As much of a session as a card needs: what it asks for, and what it was given. */
class ScriptedSession extends EventTarget {
  state: SessionState = { at: 'starting' };
  readonly given: unknown[] = [];
  ended = 0;

  go(state: SessionState): void {
    this.state = state;
    this.dispatchEvent(new Event('change'));
  }
  async login(credentials: unknown): Promise<void> {
    this.given.push(credentials);
    this.go({ at: 'login', methods: ['card'], issuer: '', busy: true });
  }
  async end(): Promise<void> {
    this.ended += 1;
  }
}

function terminal(): { terminal: StationTerminal; sessions: ScriptedSession[]; stops: string[] } {
  const sessions: ScriptedSession[] = [];
  const stops: string[] = [];
  const kiosk: Kiosk = {
    status: status('voting'),
    manifest: undefined,
    session: () => {
      sessions.push(new ScriptedSession());
      return sessions.at(-1) as unknown as BoothSession;
    },
    stop: async () => {
      stops.push(`after ${sessions.at(-1)?.ended ?? 0} ends`);
    },
  };
  return { terminal: new StationTerminal(kiosk), sessions, stops };
}

const LOGIN = { at: 'login', methods: ['card'], issuer: '', busy: false } as const;

describe('a station’s terminal', () => {
  it('shows the screen of the kiosk’s phase, and setting up until somebody says that it is done', () => {
    assert.equal(screenOf(status('setup'), true), 'setup');
    assert.equal(screenOf(status('voting'), false), 'setup');
    assert.equal(screenOf(status('ready'), true), 'idle');
    assert.equal(screenOf(status('voting'), true), 'idle');
    assert.equal(screenOf(status('voting', true), true), 'interrupted');
    assert.equal(screenOf(status('closed', true), false), 'closed');
    assert.equal(screenOf(status('stopped'), true), 'stopped');
  });

  it('presents a card that was scanned first, once, when the session asks for it', () => {
    const { terminal: one, sessions } = terminal();
    assert.ok(one.takeCard(` ${CARD}\r`));
    one.session();
    const session = sessions[0]!;
    assert.deepEqual(session.given, []);
    session.go(LOGIN);
    assert.deepEqual(session.given, [{ method: 'card', code: CARD }]);
    // It was refused: the voter presents another by hand.
    session.go({ ...LOGIN, error: { code: 'card.used', retryable: true } });
    assert.equal(session.given.length, 1);
    // The next voter doesn't get it either.
    one.session();
    sessions[1]!.go(LOGIN);
    assert.deepEqual(sessions[1]!.given, []);
  });

  it('forgets the card where no session may begin', () => {
    const { terminal: one, sessions } = terminal();
    one.takeCard(TYPED);
    one.session();
    sessions[0]!.go({ at: 'failed', code: 'outbox.full', retry: true });
    sessions[0]!.go(LOGIN);
    assert.deepEqual(sessions[0]!.given, []);
  });

  it('takes cards alone', () => {
    const { terminal: one } = terminal();
    assert.ok(one.takeCard(TYPED));
    assert.ok(one.takeCard(TYPED.replaceAll('-', '')));
    for (const other of ['', '7Z7Z7-Q7Z7A', `kabina-held:${'a'.repeat(43)}`, 'kabina-receipt:a']) {
      assert.equal(one.takeCard(other), false, other);
    }
  });

  it('lets go of the kiosk only when the session’s end is on the disk', async () => {
    const { terminal: one, stops } = terminal();
    one.session();
    await one.stop();
    assert.deepEqual(stops, ['after 1 ends']);
  });

  it('suggests a share of the voters and a little more, in tens', () => {
    const manifest = {
      stations: [{ id: '101' }, { id: '102' }],
      kiosks: [
        { id: 'K1', station: '101' },
        { id: 'K2', station: '101' },
        { id: 'K3', station: '102' },
      ],
      styles: [
        { id: 'town', voters: 2_000 },
        { id: 'hamlet', voters: 3 },
      ],
    } as unknown as Manifest;
    assert.equal(suggestedCards(manifest, '101', 'town'), 550);
    assert.equal(suggestedCards(manifest, '102', 'town'), 1_100);
    assert.equal(suggestedCards(manifest, '101', 'hamlet'), 10);
    assert.equal(suggestedCards(manifest, '101', 'city'), 0);
  });
});
