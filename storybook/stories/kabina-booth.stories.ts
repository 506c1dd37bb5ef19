import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { html } from 'lit';
import { scriptedSession, type SessionScript } from '@kabina/booth/testing';
import {
  binding,
  long,
  manifest,
  papers,
  queuedPapers,
  queuedReceipt,
  receipt,
  training,
} from '@kabina/elements/testing';
import '@kabina/elements/kabina-booth';

interface Args {
  readonly mode: 'own-device' | 'kiosk';
  readonly script: SessionScript;
}

const hash = '5f0c6b1e'.repeat(8);
const sealed = {
  at: 'sealed',
  contest: 'council',
  revision: 0,
  coreHash: hash,
  trackingCode: receipt.trackingCode,
  qr: `kabina-core:${hash}:${hash}`,
  busy: false,
  opened: false,
} as const;

function showing(state: NonNullable<SessionScript['state']>): Pick<Args, 'script'> {
  return { script: { manifest: training, papers, state } };
}

const meta: Meta<Args> = {
  title: 'Booth/kabina-booth',
  component: 'kabina-booth',
  args: { mode: 'own-device' },
  argTypes: { mode: { control: 'inline-radio', options: ['own-device', 'kiosk'] } },
  render: ({ mode, script }) =>
    html`<kabina-booth mode=${mode} .session=${scriptedSession(script)}></kabina-booth>`,
};
export default meta;

type Story = StoryObj<Args>;

/** The whole way, with a scripted session: nothing is sent anywhere. */
export const WholeWay: Story = {
  render: ({ mode }) => {
    const session = scriptedSession({
      manifest: training,
      methods: ['access-code', 'training'],
      delay: 600,
    });
    void session.start();
    return html`<kabina-booth mode=${mode} .session=${session}></kabina-booth>`;
  },
};
export const WholeWayOnKiosk: Story = { ...WholeWay, args: { mode: 'kiosk' } };

export const Starting: Story = { args: showing({ at: 'starting' }) };
export const Login: Story = {
  args: showing({ at: 'login', methods: ['training'], issuer: 'registrar', busy: false }),
};
export const AccessCodeOnKiosk: Story = {
  args: {
    mode: 'kiosk',
    ...showing({ at: 'login', methods: ['access-code'], issuer: 'registrar', busy: false }),
  },
};
/** A station's kiosk: a card instead of a login. */
export const CardOnKiosk: Story = {
  args: {
    mode: 'kiosk',
    ...showing({ at: 'login', methods: ['card'], issuer: '', busy: false }),
  },
};
export const CardOfAnotherKiosk: Story = {
  args: {
    mode: 'kiosk',
    ...showing({
      at: 'login',
      methods: ['card'],
      issuer: '',
      busy: false,
      error: { code: 'card.kiosk', retryable: false },
    }),
  },
};
/** The line is down: ballots are saved in the kiosk, and the voter may finish. */
export const QueuedOnKiosk: Story = {
  args: {
    mode: 'kiosk',
    ...showing({
      at: 'ballots',
      papers: queuedPapers,
      voting: 'open',
      mayRestore: false,
      mayKeepCode: false,
    }),
  },
};
export const QueuedReceiptOnKiosk: Story = {
  args: {
    mode: 'kiosk',
    ...showing({ at: 'receipt', contest: 'question', receipt: queuedReceipt }),
  },
};
export const QueuedFinishedOnKiosk: Story = {
  args: { mode: 'kiosk', ...showing({ at: 'finished', papers: queuedPapers }) },
};
export const OneTimeCode: Story = {
  args: showing({
    at: 'code',
    issuer: 'registrar',
    sentTo: '+7 *** ***-12-34',
    resendAt: Date.now() + 60_000,
    triesLeft: 5,
    busy: false,
  }),
};
export const WrongCode: Story = {
  args: showing({
    at: 'code',
    issuer: 'observers',
    sentTo: '+7 *** ***-12-34',
    resendAt: 0,
    triesLeft: 3,
    busy: false,
    error: { code: 'codes.wrong', retryable: false },
  }),
};
export const Ballots: Story = {
  args: showing({ at: 'ballots', papers, voting: 'open', mayRestore: true, mayKeepCode: true }),
};
export const BallotsBinding: Story = {
  args: {
    script: {
      manifest: binding,
      state: { at: 'ballots', papers, voting: 'open', mayRestore: false, mayKeepCode: false },
    },
  },
};
export const Suspended: Story = {
  args: showing({
    at: 'ballots',
    papers,
    voting: 'suspended',
    mayRestore: false,
    mayKeepCode: false,
  }),
};
export const MarkingOne: Story = {
  args: {
    script: {
      manifest: training,
      withdrawn: new Map([['council', new Set(['c3'])]]),
      state: { at: 'marking', contest: 'council', revision: 0 },
    },
  },
};
export const MarkingOneOnKiosk: Story = { args: { mode: 'kiosk', ...MarkingOne.args } };
export const MarkingSeveral: Story = {
  args: showing({ at: 'marking', contest: 'projects', revision: 0 }),
};
export const MarkingQuestion: Story = {
  args: showing({ at: 'marking', contest: 'question', revision: 0 }),
};
export const MarkingSixtyOnKiosk: Story = {
  args: {
    mode: 'kiosk',
    script: {
      manifest: manifest('training', [long]),
      state: { at: 'marking', contest: 'long', revision: 0 },
    },
  },
};
export const MarkingAfterWithdrawal: Story = {
  args: showing({
    at: 'marking',
    contest: 'council',
    revision: 0,
    error: { code: 'ballots.withdrawn', retryable: false },
  }),
};
export const ReviewBlank: Story = {
  args: showing({ at: 'review', contest: 'projects', revision: 0, busy: false }),
};
export const Sealed: Story = { args: showing(sealed) };
export const SealedOnKiosk: Story = { args: { mode: 'kiosk', ...showing(sealed) } };
export const SealedChallengeUnanswered: Story = {
  args: showing({
    ...sealed,
    opened: true,
    error: { code: 'network.unreachable', retryable: true },
  }),
};
export const Challenged: Story = {
  args: showing({
    at: 'challenged',
    contest: 'projects',
    coreHash: hash,
    trackingCode: receipt.trackingCode,
    opening: { marks: [0, 1, 0, 0, 1, 0, 0, 0] },
    qr: `kabina-opening:${hash.repeat(5)}`,
  }),
};
export const Casting: Story = { args: showing({ at: 'casting', contest: 'council', revision: 0 }) };
export const CastingUnanswered: Story = {
  args: showing({
    at: 'casting',
    contest: 'council',
    revision: 0,
    error: { code: 'network.unreachable', retryable: true },
  }),
};
export const ReceiptAccepted: Story = {
  args: showing({ at: 'receipt', contest: 'council', receipt }),
};
export const ReceiptRecordedOnKiosk: Story = {
  args: {
    mode: 'kiosk',
    ...showing({
      at: 'receipt',
      contest: 'council',
      receipt: { ...receipt, state: 'recorded', index: 70_000 },
    }),
  },
};
export const Finished: Story = { args: showing({ at: 'finished', papers }) };
export const Ended: Story = { args: showing({ at: 'ended' }) };
export const FailedOffline: Story = {
  args: showing({ at: 'failed', code: 'network.offline', retry: true }),
};
export const FailedUntrusted: Story = {
  args: showing({ at: 'failed', code: 'board.manifest', retry: false }),
};
