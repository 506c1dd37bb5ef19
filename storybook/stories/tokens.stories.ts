import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { html, type TemplateResult } from 'lit';
import {
  digits,
  letters,
  ScriptedToken,
  token,
  tokenStates,
  type TokenScript,
} from '@kabina/elements/testing-token';
import { contrastTheme, textSizes } from '@kabina/elements/themes';
import '@kabina/elements/kabina-pin-pad';
import '@kabina/elements/kabina-token';

interface Args {
  readonly text: 'small' | 'normal' | 'large' | 'largest';
  readonly contrast: boolean;
  readonly kiosk: boolean;
  readonly script: TokenScript;
}

/** A person's token: putting it in, the PIN, progress, and every way to fail. */
const meta: Meta<Args> = {
  title: 'Tokens',
  component: 'kabina-token',
  args: { text: 'normal', contrast: false, kiosk: false, script: {} },
  argTypes: {
    text: { control: 'inline-radio', options: ['small', 'normal', 'large', 'largest'] },
  },
  decorators: [
    (story, { args }) =>
      html`<style>
          ${contrastTheme}
          ${textSizes}
        </style>
        <div
          data-text=${args.text}
          data-theme=${args.contrast ? 'contrast' : 'light'}
          data-mode=${args.kiosk ? 'kiosk' : 'own-device'}
          style="min-block-size: 100dvh; box-sizing: border-box; padding: 1.5rem; background: var(--kabina-surface, #fff)"
        >
          ${story() as TemplateResult}
        </div>`,
  ],
  render: ({ script }) => html`<kabina-token .task=${new ScriptedToken(script)}></kabina-token>`,
};
export default meta;

type Story = StoryObj<Args>;

function showing(name: string, purpose: TokenScript['purpose'] = 'sign'): Story {
  return { args: { script: { purpose, state: tokenStates[name]! } } };
}

function failing(code: string, known = true): Story {
  const state = { at: 'failed', code, retry: true } as const;
  return { args: { script: { state: known ? { ...state, token } : state } } };
}

/** The whole way with a scripted token. The PIN is 123456; three tries. */
export const WholeWay: Story = { args: { script: { delay: 1500 } } };
export const WholeWayOfCheck: Story = { args: { script: { purpose: 'check', delay: 1500 } } };

export const Searching = showing('searching');
export const Pairing = showing('pairing');
export const PairingWrong = showing('pairingWrong');
export const WaitingWithoutReader = showing('waitingNoReader');
export const Waiting = showing('waiting');
export const Choosing = showing('choosing');
export const Reading = showing('reading');
export const Pin = showing('asked');
export const PinOnKiosk: Story = { args: { ...Pin.args, kiosk: true } };
export const PinLargest: Story = { args: { ...Pin.args, text: 'largest', contrast: true } };
export const PinOfLetters = showing('askedLetters');
export const PinWrong = showing('askedAgain');
export const PinLastTry = showing('askedLastTry');
export const PinBlocked = showing('askedBlocked');
export const CertificateEnds: Story = {
  args: {
    script: {
      state: {
        at: 'asked',
        token: {
          ...token,
          application: 'rutoken',
          validUntil: new Date(Date.now() + 12.5 * 86_400_000).toISOString(),
        },
        pinForm: letters,
        triesLeft: 10,
      },
    },
  },
};
export const Working = showing('working');
export const WorkingOnShare = showing('working', 'share');
export const Sending = showing('sending');
export const DoneSigned = showing('done');
export const DoneShare = showing('done', 'share');
export const CheckGood = showing('checkedGood', 'check');
export const CheckBad = showing('checkedBad', 'check');
export const FailedDenied = showing('denied');
export const FailedRemoved = showing('removed');
export const FailedNotOnRoll = failing('token.not-on-roll');
export const FailedAuthority = failing('token.authority');
export const FailedAlreadySigned = failing('token.already-signed');
export const FailedNoCertificate = failing('card.no-certificate', false);
export const FailedUnreachable = failing('network.unreachable');

export const PinPadDigits: Story = {
  render: () => html`<kabina-pin-pad .pinForm=${digits}></kabina-pin-pad>`,
};
export const PinPadLetters: Story = {
  render: () => html`<kabina-pin-pad .pinForm=${letters}></kabina-pin-pad>`,
};
