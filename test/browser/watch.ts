/**
 * Watches pages for what must never happen on any of them: an error on the console, a violation of
 * the security policy, a request to a stranger, a finding of axe, a screen that is wider than the
 * window. Keeps every request, so that what a voter chose can be searched for.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Where pictures of the screens are left for people to look at; none without it. */
const pictures = process.env['KABINA_PICTURES'];

interface AxeViolation {
  readonly id: string;
  readonly nodes: readonly {
    readonly target: readonly unknown[];
    readonly failureSummary?: string;
  }[];
}

export class Watch {
  /** What was wrong, in words. */
  readonly problems: string[] = [];
  /** Addresses and bodies of all requests. */
  readonly requests: { readonly url: string; readonly body: Buffer | null }[] = [];
  readonly #allowed: readonly string[];
  readonly #forgiven: readonly RegExp[];

  /**
   * @param allowed origins that pages may speak to
   * @param forgiven console errors that belong to a test, such as the browser's own word on an
   *   answer 404
   */
  constructor(allowed: readonly string[], forgiven: readonly RegExp[] = []) {
    this.#allowed = allowed;
    this.#forgiven = forgiven;
  }

  /** A browser of a person of their own. */
  async context(browser: Browser, options: BrowserContextOptions): Promise<BrowserContext> {
    return this.follow(await browser.newContext({ locale: 'ru-RU', ...options }));
  }

  /** The same of a browser that is there already. */
  follow(context: BrowserContext): BrowserContext {
    // Two busy cores: slowness is not what is tested here.
    context.setDefaultTimeout(120_000);
    context.on('page', (page) => this.#attach(page));
    context.on('request', (request) => {
      const url = request.url();
      this.requests.push({ url, body: request.postDataBuffer() });
      if (url.startsWith('data:') || url.startsWith('blob:')) return;
      if (!this.#allowed.includes(new URL(url).origin)) this.problems.push(`a stranger: ${url}`);
    });
    return context;
  }

  #attach(page: Page): void {
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      const text = `${message.text()} ${message.location().url}`;
      if (!this.#forgiven.some((pattern) => pattern.test(text))) {
        this.problems.push(`console of ${page.url()}: ${text}`);
      }
    });
    page.on('pageerror', (error) => this.problems.push(`${page.url()}: ${error.stack}`));
  }

  /** Axe, width and a picture of a screen. */
  async look(page: Page, name: string): Promise<void> {
    if (pictures !== undefined) {
      mkdirSync(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
    }
    await this.fits(page, name);
    await page.evaluate(axe);
    const violations = (await page.evaluate(
      'axe.run(document, { resultTypes: ["violations"] }).then((result) => result.violations)',
    )) as AxeViolation[];
    for (const { id, nodes } of violations) {
      const where = nodes.map(
        ({ target, failureSummary }) => `${target.join(' ')} ${failureSummary}`,
      );
      this.problems.push(`axe on ${name}: ${id}: ${where.join('; ')}`);
    }
  }

  /** No scrolling sideways. */
  async fits(page: Page, name: string): Promise<void> {
    const [wide, room] = (await page.evaluate(
      '[document.scrollingElement.scrollWidth, document.documentElement.clientWidth]',
    )) as [number, number];
    if (wide > room) this.problems.push(`${name}: ${wide} px wide in ${room} px`);
  }

  /** The same screen at other sizes; the window is put back afterwards. */
  async sizes(
    page: Page,
    name: string,
    sizes: readonly (readonly [number, number])[],
  ): Promise<void> {
    const before = page.viewportSize()!;
    for (const [width, height] of sizes) {
      await page.setViewportSize({ width, height });
      const at = `${name}-${width}x${height}`;
      await this.fits(page, at);
      if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${at}.png`) });
    }
    await page.setViewportSize(before);
  }
}

/** 1280 × 1024 at 400 % is 320 × 256 (WCAG 2.2, 1.4.10). */
export const SIZES = [
  [1080, 1920],
  [1920, 1080],
  [390, 844],
  [320, 640],
  [320, 256],
] as const;

/** Everything that a page's origin keeps, as text to search in. */
export async function kept(page: Page): Promise<string> {
  return (await page.evaluate(async () => {
    const parts: string[] = [];
    for (const storage of [localStorage, sessionStorage]) parts.push(JSON.stringify(storage));
    for (const name of await caches.keys()) parts.push(name);
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(name!);
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error!);
      });
      for (const store of db.objectStoreNames) {
        const all = await new Promise<unknown[]>((resolve, reject) => {
          const reading = db.transaction(store).objectStore(store).getAll();
          reading.onsuccess = () => resolve(reading.result);
          reading.onerror = () => reject(reading.error!);
        });
        parts.push(`${name}/${store}: ${all.length}`);
        for (const record of all) {
          parts.push(
            JSON.stringify(record, (_key, value: unknown) => {
              if (value instanceof ArrayBuffer) return new TextDecoder('latin1').decode(value);
              if (ArrayBuffer.isView(value)) {
                return new TextDecoder('latin1').decode(value as Uint8Array<ArrayBuffer>);
              }
              return value;
            }),
          );
        }
      }
      db.close();
    }
    return parts.join('\n');
  })) as string;
}
