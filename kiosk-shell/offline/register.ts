/**
 * The page's side of working without a network: one call in an app's `main.ts`, after the Trusted
 * Types policy, which lets the worker's address through.
 */
import { HOLD_QUESTION, IDLE_QUESTION, RELEASE, UPDATE_WISH } from './messages.ts';

declare global {
  interface ImportMeta {
    /** Vite puts it in; the tests' own server does not. */
    readonly env?: { readonly PROD: boolean };
  }
}

/** In the root, so that its scope is every page of this origin. */
const WORKER = '/service-worker.js';
/** How often it is looked whether a new version waits and nobody is in its way. */
const LOOK_MS = 5_000;
/** How often the server is asked for one: a page of the desk stays open all day. */
const ASK_MS = 600_000;
/** How long a held page takes no input, if the worker died before it said what came of it. */
const HOLD_MS = 5_000;

export interface OfflineOptions {
  /**
   * Whether the page may be loaded anew right now: no voter's session, no form half filled in, no key
   * in its memory. Asked often.
   */
  readonly idle: () => boolean;
}

/**
 * Lets this page start without its server, and takes new versions when every page is idle. Does
 * nothing in development and in a browser without service workers.
 */
export function registerOffline({ idle }: OfflineOptions): void {
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  if (import.meta.env?.PROD !== true || serviceWorker === undefined) return;
  let held = false;
  let release: ReturnType<typeof setTimeout> | undefined;
  const hold = (on: boolean): void => {
    held = on;
    // Nobody begins anything between "idle" and the page's end.
    document.documentElement.inert = on;
    clearTimeout(release);
    if (on) release = setTimeout(hold, HOLD_MS, false);
  };

  serviceWorker.addEventListener('message', ({ data, ports: [port] }) => {
    if (data === RELEASE) hold(false);
    if ((data !== IDLE_QUESTION && data !== HOLD_QUESTION) || port === undefined) return;
    const answer = idle();
    if (answer && data === HOLD_QUESTION) hold(true);
    port.postMessage(answer);
  });
  serviceWorker.addEventListener('controllerchange', () => {
    // Without "held" it is the first version, which has come to a page that runs.
    if (held) location.reload();
  });
  serviceWorker.startMessages();

  // A server without the worker's file, or without a line: the page runs as it is.
  void serviceWorker.register(WORKER).then(
    (registration) => {
      setInterval(() => {
        if (idle()) registration.waiting?.postMessage(UPDATE_WISH);
      }, LOOK_MS);
      setInterval(() => void registration.update().catch(() => undefined), ASK_MS);
    },
    () => undefined,
  );
}
