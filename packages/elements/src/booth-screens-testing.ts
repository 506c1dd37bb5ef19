/** Every screen of the booth by name, for the stories and for tests that must miss none. */
import type { Paper, SessionState } from '@kabina/booth/session';
import { papers, queuedPapers, queuedReceipt, receipt } from './testing.ts';

const hash = '5f0c6b1e'.repeat(8);
const { trackingCode } = receipt;
const question = { contest: 'question', revision: 0 } as const;
const unanswered = { code: 'network.unreachable', retryable: true } as const;
const sealed = {
  at: 'sealed',
  ...question,
  coreHash: hash,
  trackingCode,
  qr: `kabina-core:${hash}:${hash}`,
  busy: false,
  opened: false,
} as const;
const ballots = { at: 'ballots', papers, mayRestore: true, mayKeepCode: true } as const;
const code = { at: 'code', issuer: 'registrar', busy: false, resendAt: 0 } as const;
const login = { at: 'login', issuer: 'registrar', busy: false } as const;

export const everyScreen: readonly (readonly [string, SessionState, readonly Paper[]])[] = (
  [
    ['starting', { at: 'starting' }],
    ['login', { ...login, methods: ['training', 'access-code'] }],
    [
      'login refused',
      {
        ...login,
        methods: ['access-code'],
        error: { code: 'login.code-wrong', retryable: false },
      },
    ],
    ['card', { ...login, issuer: '', methods: ['card'] }],
    [
      'card refused',
      {
        ...login,
        issuer: '',
        methods: ['card'],
        error: { code: 'card.kiosk', retryable: false },
      },
    ],
    ['code', { ...code, sentTo: '+7 *** ***-12-34', resendAt: 4e12 }],
    ['code wrong', { ...code, triesLeft: 2, error: { code: 'codes.wrong', retryable: false } }],
    ['ballots', { ...ballots, voting: 'open' }],
    ['ballots queued', { ...ballots, papers: queuedPapers, voting: 'open' }],
    ['ballots suspended', { ...ballots, voting: 'suspended' }],
    ['ballots with trouble', { ...ballots, voting: 'open', error: unanswered }],
    ['marking one', { at: 'marking', ...question }],
    ['marking several', { at: 'marking', contest: 'projects', revision: 0 }],
    [
      'marking again',
      { at: 'marking', ...question, error: { code: 'ballots.withdrawn', retryable: false } },
    ],
    ['review', { at: 'review', contest: 'projects', revision: 0, busy: false }],
    ['review with trouble', { at: 'review', ...question, busy: false, error: unanswered }],
    ['sealed', sealed],
    ['sealed, opening unanswered', { ...sealed, opened: true, error: unanswered }],
    [
      'challenged',
      {
        at: 'challenged',
        contest: 'question',
        coreHash: hash,
        trackingCode,
        opening: { marks: [0, 1] },
        qr: `kabina-opening:${hash}`,
      },
    ],
    ['casting', { at: 'casting', ...question }],
    ['casting unanswered', { at: 'casting', ...question, error: unanswered }],
    ['receipt', { at: 'receipt', contest: 'question', receipt }],
    [
      'receipt replaced',
      { at: 'receipt', contest: 'question', receipt: { ...receipt, state: 'replaced' } },
    ],
    ['receipt queued', { at: 'receipt', contest: 'question', receipt: queuedReceipt }],
    ['finished queued', { at: 'finished', papers: queuedPapers }],
    ['finished', { at: 'finished', papers }],
    ['ended', { at: 'ended' }],
    ['failed', { at: 'failed', code: 'network.offline', retry: true }],
    ['failed for good', { at: 'failed', code: 'board.manifest', retry: false }],
  ] satisfies [string, SessionState][]
).map(([name, state]) => [name, state, papers] as const);
