/**
 * The service worker of the commission's pages: they start when the station's server, or the agent, is
 * not there. It answers for the pages and files of its own build, and for `/config.json`; everything
 * else (the agent's `/machine`, `/journal`, `/preflight` and bridge, the control, other origins) goes
 * by as if there were no worker.
 *
 * A new version waits. It takes over when every open page has said that nobody is in the middle of
 * anything (`register.ts`), or when all of them are closed; a page that does not answer is busy.
 */
import { addPlugins, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { answerConfig, CONFIG, keptConfig, withServices } from './kept-config.ts';
import { HOLD_QUESTION, IDLE_QUESTION, RELEASE, UPDATE_WISH } from './messages.ts';
import type { PrecacheEntry } from './precache.ts';

/** Put in when the worker is built. */
declare const KABINA_PRECACHE: PrecacheEntry[];
const entries = KABINA_PRECACHE;

/** What of the worker's scope is used; TypeScript has its types and the pages' only apart. */
interface Scope extends EventTarget {
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: { type: 'window'; includeUncontrolled: true }): Promise<readonly Client[]>;
  };
  skipWaiting(): Promise<void>;
}
interface Client {
  postMessage(message: unknown, transfer?: readonly Transferable[]): void;
}
type Lasting = Event & { waitUntil(work: Promise<unknown>): void };

const scope = globalThis as unknown as Scope;
/** A page answers at once, or it hangs. */
const IDLE_PATIENCE_MS = 2_000;

addPlugins([
  {
    async cachedResponseWillBeUsed({ cachedResponse }) {
      if (!cachedResponse) return cachedResponse;
      const { body, status, statusText, headers } = cachedResponse;
      const own = withServices(headers, await keptConfig());
      return new Response(body, { status, statusText, headers: own });
    },
  },
]);
precacheAndRoute(entries, { directoryIndex: '', cleanURLs: false });
for (const { url } of entries) {
  if (!url.endsWith('/')) continue;
  // With a query too, which the precache alone would take for another page.
  const allowlist = [new RegExp(`^${url}(index\\.html)?(\\?|$)`)];
  registerRoute(new NavigationRoute(createHandlerBoundToURL(url), { allowlist }));
}
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname === CONFIG,
  ({ request, event }) => {
    const { answer, done } = answerConfig(() => fetch(request));
    event.waitUntil(done);
    return answer;
  },
);

scope.addEventListener('install', (event) => {
  // The page has asked before there was a worker.
  const { done } = answerConfig(() => fetch(CONFIG, { cache: 'no-store', credentials: 'omit' }));
  (event as Lasting).waitUntil(done);
});
scope.addEventListener('activate', (event) => (event as Lasting).waitUntil(scope.clients.claim()));
scope.addEventListener('message', (event) => {
  if ((event as MessageEvent).data !== UPDATE_WISH) return;
  (event as unknown as Lasting).waitUntil(takeOverIfIdle());
});

async function takeOverIfIdle(): Promise<void> {
  const pages = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const all = async (question: string): Promise<boolean> => {
    const answers = await Promise.all(pages.map((page) => answerOf(page, question)));
    return answers.every(Boolean);
  };
  // Nobody is held for a page that may be busy for an hour.
  if (!(await all(IDLE_QUESTION))) return;
  if (await all(HOLD_QUESTION)) await scope.skipWaiting();
  else for (const page of pages) page.postMessage(RELEASE);
}

function answerOf(page: Client, question: string): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data === true);
    setTimeout(resolve, IDLE_PATIENCE_MS, false);
    page.postMessage(question, [port2]);
  });
}
