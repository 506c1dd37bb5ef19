/**
 * The roads to a token that this page has: the kiosk's agent, once it is paired; WebUSB and Web
 * Smart Card, where the browser lets the page drive a reader (the kiosk's own app); APDUs over HID.
 */
import { agentReaders } from '@kabina/tokens/agent-readers';
import { hidReaders } from '@kabina/tokens/hid-readers';
import { smartCardReaders } from '@kabina/tokens/smart-card-readers';
import type { ReaderSource } from '@kabina/tokens/transport';
import { usbReaders } from '@kabina/tokens/usb-readers';
import type { Roads } from './token-session.ts';

/** The kiosk's agent and the secret that pairs this page with it. */
export interface Bridge {
  /** `ws://127.0.0.1:8800/bridge` */
  readonly url: string;
  readonly secret: string;
}

/** The page's roads, for one session at a time. The agent's pairing secret lives here, in the page's memory, and nowhere else. */
export class TokenRoads implements Roads {
  readonly #agent: string | undefined;
  #secret: string | undefined;
  #closing: Promise<unknown> = Promise.resolve();

  /**
   * @param agent address of the agent's bridge, where the machine has one
   * @param secret its pairing secret, where the page was given it; otherwise a person types it
   */
  constructor(agent?: string, secret?: string) {
    this.#agent = agent;
    this.#secret = secret;
  }

  /** Whether there is an agent whose pairing code has to be asked for. */
  get unpaired(): boolean {
    return this.#agent !== undefined && this.#secret === undefined;
  }

  pair(secret: string | undefined): void {
    this.#secret = secret;
  }

  async take(): Promise<readonly ReaderSource[]> {
    await this.#closing;
    return this.#sources();
  }

  leave(sources: readonly ReaderSource[], after: Promise<unknown> = Promise.resolve()): void {
    // A browser has one object for a device: a late close would take it from the next session.
    const closed = after.then(() => Promise.all(sources.map((source) => source.close())));
    this.#closing = Promise.all([this.#closing, closed]);
  }

  #sources(): readonly ReaderSource[] {
    const { usb, hid } = navigator as { usb?: USB; hid?: HID };
    const smartCards = smartCardReaders();
    return [
      ...(this.#agent === undefined || this.#secret === undefined
        ? []
        : [agentReaders({ url: this.#agent, secret: this.#secret })]),
      ...(smartCards === undefined ? [] : [smartCards]),
      ...(usb === undefined ? [] : [usbReaders(usb)]),
      ...(hid === undefined ? [] : [hidReaders(hid)]),
    ];
  }
}
