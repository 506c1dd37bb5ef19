/**
 * Chromium in the guest, as a test sees it: the DevTools protocol
 * (https://chromedevtools.github.io/devtools-protocol/) over the guest's line. `PWA.install` is
 * there only over a pipe, and only so can an isolated app be installed without hands.
 */
import { createHash } from 'node:crypto';
import type { Guest } from './guest/guest.ts';

interface Answer {
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

interface Target {
  readonly targetId: string;
  readonly type: string;
  readonly url: string;
}

/** Everything takes long under emulation. */
const PATIENCE_MS = 90_000;

/** Text of a page and of all shadow roots in it. Runs in the page. */
function wordsOn(root: Document | ShadowRoot): string {
  const within = [...root.querySelectorAll('*')].flatMap(({ shadowRoot }) =>
    shadowRoot === null ? [] : [wordsOn(shadowRoot)],
  );
  const own = root instanceof Document ? root.body.innerText : root.textContent;
  return [own, ...within].join(' ').replace(/\s+/g, ' ');
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 250));

export class Browser {
  readonly #guest: Guest;
  #id = 0;

  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /** Rejects with what Chromium says against it. */
  async send(
    method: string,
    params: object = {},
    sessionId?: string,
  ): Promise<Record<string, unknown>> {
    const id = ++this.#id;
    this.#guest.say(JSON.stringify({ id, method, params, sessionId }));
    const { result, error } = await this.#guest.report<Answer>(`answer ${id}`);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  /** A page in a tab. */
  async openTab(url: string): Promise<Page> {
    const { targetId } = await this.send('Target.createTarget', { url });
    return this.#attach(targetId as string);
  }

  /** Installs an isolated app in developer mode from its server, and opens its window. */
  async openIsolatedApp(origin: string, server: string): Promise<Page> {
    const manifestId = `${origin}/`;
    await this.send('PWA.install', { manifestId, installUrlOrBundleUrl: server });
    await this.send('PWA.launch', { manifestId });
    // What it answers is the window's tab, and not the page in it.
    for (;;) {
      const { targetInfos } = (await this.send('Target.getTargets')) as { targetInfos: Target[] };
      const page = targetInfos.find(({ type, url }) => type === 'page' && url.startsWith(origin));
      if (page !== undefined) return this.#attach(page.targetId);
      await pause();
    }
  }

  async #attach(targetId: string): Promise<Page> {
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    return new Page(this, sessionId as string);
  }
}

export class Page {
  readonly #browser: Browser;
  readonly #session: string;

  constructor(browser: Browser, session: string) {
    this.#browser = browser;
    this.#session = session;
  }

  /** The value of an expression, awaited, as within a click. Rejects with what the page throws. */
  async evaluate<T>(expression: string): Promise<T> {
    const answer = await this.#browser.send(
      'Runtime.evaluate',
      { expression, awaitPromise: true, returnByValue: true, userGesture: true },
      this.#session,
    );
    const { result, exceptionDetails } = answer as {
      result: { value: T };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    };
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }

  /**
   * Waits until an expression is truthy; answers it. Rejects with what the page shows if it never is.
   */
  async until<T>(expression: string): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline) {
      const value = await this.#look<T>(expression);
      if (value) return value;
      await pause();
    }
    const words = await this.#look<string>(`(${wordsOn})(document)`);
    throw new Error(`never ${expression}\nThe page shows: ${words}`);
  }

  /** The value, or undefined on a page that is still loading: it has not what is asked for. */
  async #look<T>(expression: string): Promise<T | undefined> {
    try {
      return await this.evaluate<T>(`(() => { try { return ${expression} } catch {} })()`);
    } catch (error) {
      if (!/execution context|navigated/.test((error as Error).message)) throw error;
      return undefined;
    }
  }

  /** Goes to another page of the same origin. */
  async navigate(url: string): Promise<void> {
    await this.#browser.send('Page.navigate', { url }, this.#session);
  }
}

/**
 * The origin of an isolated app in developer mode: `isolated-app://`, and in base32 a key of 32
 * bytes with the suffix 00 00 02, which says that nobody has signed it.
 *
 * @param name anything; the same name gives the same origin
 */
export function isolatedOrigin(name: string): string {
  const id = Buffer.concat([createHash('sha256').update(name).digest(), Uint8Array.of(0, 0, 2)]);
  const bits = [...id].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = bits
    .match(/.{5}/g)!
    .map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[parseInt(five, 2)]);
  return `isolated-app://${letters.join('')}`;
}
