/**
 * The machine that this page runs on, through its agent: `kiosk-shell/agent/machine-routes.ts` on the
 * page's own origin. Every effect is durable when its promise resolves.
 */
import type { KioskMachine } from '@kabina/booth/kiosk-view';

/** A kiosk, or the machine of a registration desk, whose `kiosk` is the id of its station. */
export interface Machine extends KioskMachine {
  readonly role: 'kiosk' | 'desk';
}

/** The agent refused, or does not answer. */
export class MachineError extends Error {
  override readonly name = 'MachineError';
  /**
   * `machine.unreachable`, `journal.unreachable`: the agent does not answer, or not as an agent.
   * `journal.damaged`: the record is gone or not whole. `machine.…`, `journal.…`: its own words.
   */
  readonly code: string;
  constructor(code: string, options?: ErrorOptions) {
    super(`the machine answers ${code}`, options);
    this.code = code;
  }
}

const DIGEST = /^[0-9a-f]{64}$/;
const SIGNATURE_LENGTH = 64;
/** A disk may be busy; a voter doesn't wait longer. */
const PATIENCE_MS = 10_000;

/** What the machine is, or undefined where pages come from a server that is none. @throws MachineError */
export async function openMachine(): Promise<Machine | undefined> {
  const answer = await ask('machine', '/machine', {}, [404]);
  if (answer.status === 404) return undefined;
  const { role, id, publicKey } = await jsonOf('machine', answer);
  const key = typeof publicKey === 'string' ? fromBase64url(publicKey) : undefined;
  if ((role !== 'kiosk' && role !== 'desk') || typeof id !== 'string' || key?.length !== 32) {
    throw new MachineError('machine.unreachable');
  }
  return { role, kiosk: id, publicKey: key, sign, journal: journalOf };
}

async function sign(input: Uint8Array): Promise<Uint8Array> {
  const headers = { 'content-type': 'application/octet-stream' };
  const body = input as Uint8Array<ArrayBuffer>;
  const answer = await ask('machine', '/machine/sign', { method: 'POST', headers, body });
  const signature = new Uint8Array(await whole('machine', answer.arrayBuffer()));
  if (signature.length !== SIGNATURE_LENGTH) throw new MachineError('machine.unreachable');
  return signature;
}

function journalOf(name: string): ReturnType<KioskMachine['journal']> {
  const path = `/journal/${name}`;
  const post = async (step: string, body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    await jsonOf('journal', await ask('journal', `${path}/${step}`, init));
  };
  return {
    read: async () => {
      const { committed, prepared } = await jsonOf('journal', await ask('journal', path, {}));
      return { committed: digestOf(committed), prepared: digestOf(prepared) };
    },
    prepare: (digest) => post('prepare', { digest }),
    commit: () => post('commit', {}),
  };
}

type Asked = 'machine' | 'journal';

async function ask(
  what: Asked,
  path: string,
  init: RequestInit,
  expected: readonly number[] = [],
): Promise<Response> {
  const answer = await whole(
    what,
    fetch(path, {
      ...init,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
    }),
  );
  if (answer.ok || expected.includes(answer.status)) return answer;
  const { code } = (await answer.json().catch(() => ({}))) as { code?: unknown };
  throw new MachineError(typeof code === 'string' ? code : `${what}.unreachable`);
}

async function jsonOf(what: Asked, answer: Response): Promise<Record<string, unknown>> {
  const json = await whole(what, answer.json() as Promise<unknown>);
  if (typeof json !== 'object' || json === null) throw new MachineError(`${what}.unreachable`);
  return json as Record<string, unknown>;
}

/** Nobody answers, the connection breaks, or what comes is no answer of an agent's. */
async function whole<T>(what: Asked, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new MachineError(`${what}.unreachable`, { cause });
  }
}

function digestOf(value: unknown): string | undefined {
  if (value === null) return undefined;
  if (typeof value === 'string' && DIGEST.test(value)) return value;
  throw new MachineError('journal.unreachable');
}

function fromBase64url(text: string): Uint8Array | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
