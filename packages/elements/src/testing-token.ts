/** A token without hardware: shows one state and does nothing, or goes the whole way by a script. */
import type { TokenFinding, TokenState, TokenTask, TokenView } from './token-task.ts';

/** Of a member whose certificate has long to go. */
export const token: TokenView = {
  application: 'piv',
  experimental: false,
  serial: '14238907',
  name: 'Соколова Ирина Петровна',
  post: { ru: 'Председатель', kk: 'Төраға', en: 'Chair' },
  validUntil: '2099-03-31T23:59:59+03:00',
};

export const digits = { least: 6, most: 8, digits: true } as const;
export const letters = { least: 6, most: 32, digits: false } as const;

const goodFindings: readonly TokenFinding[] = [
  { what: 'certificate', good: true },
  { what: 'pin', good: true },
  { what: 'signature', good: true },
  { what: 'share', good: true },
];

/** What is left of the goodness of a token that another centre has issued and that can't agree. */
const badFindings: readonly TokenFinding[] = [
  { what: 'certificate', good: false, code: 'token.authority' },
  { what: 'pin', good: true },
  { what: 'signature', good: true },
  { what: 'share', good: false, code: 'card.unsupported' },
];

/** Every state, and the forms of it that look different. */
export const tokenStates: Readonly<Record<string, TokenState>> = {
  searching: { at: 'searching' },
  pairing: { at: 'pairing', wrong: false, busy: false },
  pairingWrong: { at: 'pairing', wrong: true, busy: false },
  waitingNoReader: { at: 'waiting', readers: [], choosable: true },
  waiting: { at: 'waiting', readers: ['ACS ACR39U ICC Reader 00 00'], choosable: false },
  choosing: {
    at: 'choosing',
    readers: ['ACS ACR39U ICC Reader 00 00', 'Yubico YubiKey OTP+FIDO+CCID 01 00'],
    choosable: true,
  },
  reading: { at: 'reading', reader: 'ACS ACR39U ICC Reader 00 00' },
  asked: { at: 'asked', token, pinForm: digits, triesLeft: 3 },
  askedLetters: {
    at: 'asked',
    token: { ...token, application: 'openpgp', experimental: true },
    pinForm: letters,
  },
  askedAgain: {
    at: 'asked',
    token,
    pinForm: digits,
    triesLeft: 2,
    refusal: 'card.pin-wrong',
  },
  askedLastTry: {
    at: 'asked',
    token,
    pinForm: digits,
    triesLeft: 1,
    refusal: 'card.pin-wrong',
  },
  askedBlocked: { at: 'asked', token, pinForm: digits, triesLeft: 0 },
  working: { at: 'working', token, step: 'pin' },
  sending: { at: 'working', token, step: 'sending' },
  done: { at: 'done', token },
  checkedGood: { at: 'done', token, findings: goodFindings },
  checkedBad: { at: 'done', token, findings: badFindings },
  denied: { at: 'failed', code: 'transport.denied', retry: false },
  removed: { at: 'failed', code: 'transport.removed', token, retry: true },
};

export interface TokenScript {
  readonly purpose?: TokenTask['purpose'];
  readonly subject?: TokenTask['subject'];
  /** Stands still in this state; without it the whole way is gone, from `searching`. */
  readonly state?: TokenState;
  /** Between two steps of the whole way, in milliseconds. */
  readonly delay?: number;
}

/** What opens the scripted token, of three tries. */
const PIN = '123456';

export class ScriptedToken extends EventTarget implements TokenTask {
  readonly purpose: TokenTask['purpose'];
  readonly subject: TokenTask['subject'];
  readonly #still: boolean;
  readonly #delay: number;
  #state: TokenState;
  #tries = 3;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ purpose = 'sign', subject, state, delay = 0 }: TokenScript = {}) {
    super();
    this.purpose = purpose;
    this.subject = subject ?? {
      ru: 'Протоколы об итогах голосования',
      kk: 'Дауыс беру қорытындылары туралы хаттамалар',
      en: 'Protocols of the results',
    };
    this.#still = state !== undefined;
    this.#state = state ?? { at: 'searching' };
    this.#delay = delay;
  }

  get state(): TokenState {
    return this.#state;
  }

  /** Goes to a state. */
  show(state: TokenState): void {
    this.#state = state;
    this.dispatchEvent(new Event('change'));
  }

  start(): void {
    if (this.#still) return;
    this.#walk([
      { at: 'waiting', readers: ['ACS ACR39U ICC Reader 00 00'], choosable: false },
      { at: 'reading', reader: 'ACS ACR39U ICC Reader 00 00' },
      { at: 'asked', token, pinForm: digits, triesLeft: this.#tries },
    ]);
  }

  pair(code: string): void {
    if (code === '') this.show({ at: 'pairing', wrong: true, busy: false });
    else this.start();
  }

  choose(): void {
    this.show({ at: 'reading', reader: 'ACS ACR39U ICC Reader 00 00' });
  }

  use(reader: string): void {
    this.show({ at: 'reading', reader });
  }

  submit(pin: Uint8Array, lastTry = false): void {
    const right = new TextDecoder().decode(pin) === PIN;
    pin.fill(0);
    if (this.#tries === 1 && !lastTry) {
      this.#ask('card.pin-last-try');
      return;
    }
    const working: TokenState = { at: 'working', token, step: 'pin' };
    if (right) {
      const findings = this.purpose === 'check' ? { findings: goodFindings } : {};
      this.show(working);
      this.#walk([
        { at: 'working', token, step: 'sending' },
        { at: 'done', token, ...findings },
      ]);
      return;
    }
    this.#tries -= 1;
    if (this.#tries === 0)
      this.show({ at: 'failed', code: 'card.pin-blocked', token, retry: false });
    else this.#ask('card.pin-wrong');
  }

  retry(): void {
    this.show({ at: 'searching' });
    this.start();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #ask(refusal: string): void {
    this.show({ at: 'asked', token, pinForm: digits, triesLeft: this.#tries, refusal });
  }

  #walk([next, ...rest]: readonly TokenState[]): void {
    this.#timer = setTimeout(() => {
      if (next === undefined) return;
      this.show(next);
      this.#walk(rest);
    }, this.#delay);
  }
}
