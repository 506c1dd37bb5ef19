/**
 * The training machine's control as its own pages ask it: where the making of an election stands,
 * who sits on the holders' seats. Nothing secret goes this way but the office's sealed key file.
 */
import { reach } from './reach.ts';

export interface SeatView {
  readonly index: number;
  readonly name: string;
  /** A person has taken it; the others are played by processes. */
  readonly taken: boolean;
}

export interface ControlState {
  readonly stage: 'seats' | 'preparing' | 'running' | 'failed';
  readonly byHand: boolean;
  readonly failure?: string;
  readonly seats: readonly SeatView[];
  /** Address of the bridge to tokens. */
  readonly bridge?: string;
}

/** The control refused, or does not answer. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  /** The control's own code, or `control.unreachable`. */
  readonly code: string;
  constructor(code: string, options?: ErrorOptions) {
    super(`the training machine answers ${code}`, options);
    this.code = code;
  }
}

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await reach(path, { cache: 'no-store', credentials: 'omit', ...init });
  } catch (cause) {
    throw new ControlError('control.unreachable', { cause });
  }
  if (answer.ok) return answer;
  const { code } = (await answer.json().catch(() => ({}))) as { code?: string };
  throw new ControlError(code ?? 'control.unreachable');
}

async function post(path: string, body: object): Promise<ControlState> {
  const answer = await ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-kabina': '1' },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as ControlState;
}

/** Where things stand. All of these throw {@link ControlError}. */
export async function readControl(): Promise<ControlState> {
  return (await (await ask('/control/state')).json()) as ControlState;
}

/** The office's keys under the office's passphrase. */
export async function readOfficeKeys(): Promise<Uint8Array> {
  return new Uint8Array(await (await ask('/control/office-keys')).arrayBuffer());
}

/** Takes a seat with the public halves of its keys, 32 bytes each in hexadecimal digits. */
export function claimSeat(seat: {
  readonly index: number;
  readonly name: string;
  readonly signingKey: string;
  readonly hpkeKey: string;
}): Promise<ControlState> {
  return post('/control/seats', seat);
}

/** Makes the election's keys and starts every party. */
export function createElection(): Promise<ControlState> {
  return post('/control/create', {});
}

/** Ends the election that runs and offers the seats of a new one. */
export function renewElection(): Promise<ControlState> {
  return post('/control/renew', {});
}
