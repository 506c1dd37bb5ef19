/**
 * What the machine does for its own pages beside serving them: signs for it, keeps its journals,
 * tells a technician what a page can't see. A handler for any server of Node's; the server in front
 * of it has sent away requests under foreign names (`Host`).
 *
 * A page of another origin gets nothing: `Sec-Fetch-Site` and `Origin`, which no page can write, have
 * to be this server's own, and what changes something has a content type that a foreign page may send
 * only after a question which is answered "no". A program of this machine can write any header; the
 * machine's users are the kiosk's own (README.md).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isDigest, isJournal, JournalError, type JournalFolder } from './journal-file.ts';
import { machineAnswer, MAX_INPUT, signAs, type MachineKey } from './machine-key.ts';
import type { PageWatch } from './page-watch.ts';
import type { MachineFacts } from './preflight.ts';

const MAX_JSON = 256;

export interface MachineParts {
  /** None: `/machine` and `/journal` answer 404. */
  readonly key?: MachineKey;
  readonly journals?: JournalFolder;
  /** None: nobody minds whether the page of this kiosk is alive. */
  readonly watch?: PageWatch | undefined;
  readonly preflight: () => Promise<MachineFacts>;
}

/** An answer that is an error: a status and a stable code. */
class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

type Answer = Uint8Array | object;

/** Answers whether the request was one of these, and has been answered. Never rejects. */
export type MachineHandler = (
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<boolean>;

export function machineRoutes(parts: MachineParts): MachineHandler {
  return async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const route = routeOf(parts, pathname);
    if (route === undefined) return false;
    try {
      checkOrigin(request);
      const work = route[request.method ?? ''];
      if (work === undefined) throw new Refusal(405, 'machine.method');
      send(response, 200, await work(request));
    } catch (error) {
      const { status, code } = refusalOf(error);
      // What is left of a body that was refused is not waited for.
      if (!request.complete) response.setHeader('connection', 'close');
      send(response, status, { code });
    }
    return true;
  };
}

type Route = Readonly<Record<string, (request: IncomingMessage) => Promise<Answer>>>;

function routeOf(parts: MachineParts, pathname: string): Route | undefined {
  if (pathname === '/preflight') return { GET: parts.preflight };
  if (pathname === '/machine') return { GET: async () => machineAnswer(keyOf(parts)) };
  if (pathname === '/machine/sign') return { POST: (request) => signFor(keyOf(parts), request) };
  if (pathname === '/machine/beat') return { POST: (request) => hearBeat(parts, request) };
  const [, name, step] = /^\/journal\/([^/]*)(?:\/([^/]*))?$/.exec(pathname) ?? [];
  if (name === undefined) return undefined;
  const { journals } = parts;
  if (journals === undefined || !isJournal(name)) return missing();
  if (step === undefined) return { GET: () => journals.read(name) };
  if (step === 'prepare') {
    return {
      POST: async (request) => {
        const { digest, ...more } = await json(request);
        if (!isDigest(digest) || Object.keys(more).length > 0) throw malformed();
        await journals.prepare(name, digest);
        return {};
      },
    };
  }
  if (step === 'commit') {
    return {
      POST: async (request) => {
        if (Object.keys(await json(request)).length > 0) throw malformed();
        await journals.commit(name);
        return {};
      },
    };
  }
  return missing();
}

const malformed = (): Refusal => new Refusal(400, 'machine.malformed');

function missing(): Route {
  const refuse = (): Promise<never> => Promise.reject(new Refusal(404, 'machine.none'));
  return { GET: refuse, POST: refuse };
}

function keyOf({ key }: MachineParts): MachineKey {
  if (key === undefined) throw new Refusal(404, 'machine.none');
  return key;
}

async function hearBeat({ key, watch }: MachineParts, request: IncomingMessage): Promise<object> {
  if (key?.role !== 'kiosk') throw new Refusal(404, 'machine.none');
  if (Object.keys(await json(request)).length > 0) throw malformed();
  watch?.beat();
  return {};
}

async function signFor(key: MachineKey, request: IncomingMessage): Promise<Uint8Array> {
  const input = await body(request, 'application/octet-stream', MAX_INPUT);
  const signature = signAs(key, input);
  if (signature === undefined) throw new Refusal(403, 'machine.domain');
  return signature;
}

/** @throws Refusal 403 for anybody but a page of this server, and for a foreign name of it */
function checkOrigin(request: IncomingMessage): void {
  const { host = '', origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const { localPort } = request.socket;
  const own = [`127.0.0.1:${localPort}`, `localhost:${localPort}`].includes(host);
  const sameOrigin = origin === undefined || origin === `http://${host}`;
  const sameSite = site === undefined || site === 'same-origin';
  // A browser names the origin of whatever is not a mere question.
  const named = request.method === 'GET' || origin !== undefined;
  if (!own || !sameOrigin || !sameSite || !named) throw new Refusal(403, 'machine.origin');
}

async function body(request: IncomingMessage, type: string, limit: number): Promise<Uint8Array> {
  if (request.headers['content-type'] !== type) throw new Refusal(415, 'machine.content-type');
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > limit) throw new Refusal(413, 'machine.too-long');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function json(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const text = await body(request, 'application/json', MAX_JSON);
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(text).toString('utf8'));
  } catch {
    throw malformed();
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) throw malformed();
  return read as Record<string, unknown>;
}

function refusalOf(error: unknown): { status: number; code: string } {
  if (error instanceof Refusal) return error;
  if (error instanceof JournalError) return { status: 409, code: error.code };
  // A disk that is full or failing: nothing was acknowledged.
  return { status: 500, code: 'machine.failed' };
}

function send(response: ServerResponse, status: number, answer: Answer): void {
  const bytes = answer instanceof Uint8Array;
  response.writeHead(status, {
    'content-type': bytes ? 'application/octet-stream' : 'application/json',
    'cache-control': 'no-store',
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
  response.end(bytes ? answer : JSON.stringify(answer));
}
