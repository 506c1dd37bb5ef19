/**
 * `/config.json` without a network: the server's own word if it comes in time, else the last good one.
 * Nothing but a whole configuration is kept, so that a hotel's login page or a half answer never takes
 * its place. A server that says that there is no election (404) is believed.
 */
import type { PageConfig } from '../common/config.ts';

export const CONFIG = '/config.json';
const KEPT = 'kabina-config';
/** A line of 2 kbit/s takes a second for it. */
const PATIENCE_MS = 4_000;

const SERVICES = ['box', 'registrar', 'observers'] as const;

const isOrigin = (value: unknown): value is string =>
  typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value;

/** Strict: what is not exactly a configuration gives undefined. */
function readKept(text: string): PageConfig | undefined {
  let json: Partial<Record<string, unknown>> | null;
  try {
    json = JSON.parse(text) as typeof json;
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const { electionId, kind, bridge } = json;
  if (typeof electionId !== 'string' || !/^[0-9a-f]{64}$/.test(electionId)) return undefined;
  if (kind !== 'training' && kind !== 'binding') return undefined;
  if (!SERVICES.every((service) => isOrigin(json[service]))) return undefined;
  const bridged = bridge === undefined || (typeof bridge === 'string' && URL.canParse(bridge));
  return bridged ? (json as unknown as PageConfig) : undefined;
}

/** The configuration that was kept last. */
export async function keptConfig(): Promise<PageConfig | undefined> {
  const kept = await (await caches.open(KEPT)).match(CONFIG);
  return kept === undefined ? undefined : readKept(await kept.text());
}

/**
 * Answers a page's question.
 *
 * @param ask asks the server
 * @returns the answer, and what goes on after it: a late answer is kept for the next time
 */
export function answerConfig(ask: () => Promise<Response>): {
  readonly answer: Promise<Response>;
  readonly done: Promise<unknown>;
} {
  const fresh = ask().then(keep, () => undefined);
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS, undefined));
  const answer = Promise.race([fresh, late]).then(async (response) => {
    if (response !== undefined) return response;
    const kept = await (await caches.open(KEPT)).match(CONFIG);
    // Nothing was ever kept: what the server said, whatever it is, or that there is none.
    return kept ?? (await fresh) ?? Response.error();
  });
  return { answer, done: fresh };
}

/** The server's answer if it is to be believed; kept or, with a 404, forgotten. */
async function keep(response: Response): Promise<Response | undefined> {
  const cache = await caches.open(KEPT);
  if (response.status === 404) {
    await cache.delete(CONFIG);
    return response;
  }
  if (!response.ok) return undefined;
  const text = await response.text();
  if (readKept(text) === undefined) return undefined;
  const headers = { 'content-type': 'application/json' };
  await cache.put(CONFIG, new Response(text, { headers }));
  return new Response(text, { headers });
}

/**
 * A kept page's headers with the policy that goes with the kept configuration: a page's policy names
 * the services that it may ask, and they may have changed since the page was kept.
 */
export function withServices(headers: Headers, config: PageConfig | undefined): Headers {
  const policy = headers.get('content-security-policy');
  const out = new Headers(headers);
  if (policy === null || config === undefined) return out;
  const origins = [config.box, config.registrar, config.observers];
  if (config.bridge !== undefined) origins.push(new URL(config.bridge).origin);
  const named = `connect-src 'self' ${origins.join(' ')}`;
  out.set(
    'content-security-policy',
    policy.replace(/connect-src [^;]*/, () => named),
  );
  return out;
}
