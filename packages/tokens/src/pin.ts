/**
 * The PIN, as every card application here takes it: its form is checked, the tries are asked for,
 * and only then is it sent, once. Nothing here loses a try that the person has not decided to use.
 */
import type { Command } from './apdu.ts';
import type { PinForm, PinOptions } from './card.ts';
import type { Channel } from './channel.ts';
import { fail, ok, type Result } from './result.ts';

const DIGITS = [0x30, 0x39] as const;
const SUCCESS = 0x9000;
const BLOCKED = 0x6983;

/** How one application takes its PIN. */
export interface PinEntry {
  readonly form: PinForm;
  /** VERIFY (ISO/IEC 7816-4, 11.6.6) without its data. */
  readonly verify: Command;
  /** Asks for the tries that are left, which costs none; undefined where the card does not say. */
  readonly tries: () => Promise<Result<number | undefined>>;
  /** A new array with the bytes that VERIFY carries. It is overwritten after use. */
  readonly encode: (pin: Uint8Array) => Uint8Array;
  /** Statuses besides 63Cx that say that the PIN is wrong. */
  readonly wrong: readonly number[];
}

/**
 * Sends the PIN to the card, at most once.
 *
 * @returns `card.pin-malformed`, `card.pin-last-try` and `card.pin-blocked` where nothing was sent;
 *   `card.pin-wrong` with the tries that are left; `card.refused`; `transport.*`
 */
export async function verifyPin(
  channel: Channel,
  entry: PinEntry,
  pin: Uint8Array,
  options: PinOptions = {},
): Promise<Result<void>> {
  const { least, most, digits } = entry.form;
  const [zero, nine] = DIGITS;
  if (
    pin.length < least ||
    pin.length > most ||
    (digits && pin.some((byte) => byte < zero || byte > nine))
  ) {
    return fail('card.pin-malformed', `The PIN is not of ${least} to ${most} allowed characters.`);
  }
  const tries = await entry.tries();
  if (!tries.ok) return tries;
  if (tries.value === 0) return blocked();
  if (tries.value === 1 && options.lastTry !== true) {
    return fail('card.pin-last-try', 'One try of the PIN is left.', { triesLeft: 1 });
  }
  const data = entry.encode(pin);
  const answer = await channel.send({ ...entry.verify, data });
  data.fill(0);
  if (!answer.ok) return answer;
  const { status } = answer.value;
  if (status === SUCCESS) return ok(undefined);
  // Some cards say so of the very try that has used up the last one.
  if (status === BLOCKED) return tries.value === undefined ? blocked() : wrong(0);
  if (isCounter(status)) return wrong(status & 0x0f);
  if (!entry.wrong.includes(status)) return refused('VERIFY', status);
  // The card has counted the try but doesn't say how many are left; asking costs nothing.
  const left = await entry.tries();
  return wrong(left.ok ? left.value : undefined);
}

/**
 * Asks for the tries with a VERIFY that carries no PIN (ISO/IEC 7816-4, 11.6.6): 63Cx says how many,
 * 6983 that there are none, 9000 that the PIN is verified already.
 */
export async function askTries(
  channel: Channel,
  verify: Command,
): Promise<Result<number | undefined>> {
  const answer = await channel.send(verify);
  if (!answer.ok) return answer;
  const { status } = answer.value;
  if (isCounter(status)) return ok(status & 0x0f);
  if (status === BLOCKED) return ok(0);
  return status === SUCCESS ? ok(undefined) : refused('VERIFY without data', status);
}

/** The card has answered a command with a status that we have no better name for. */
export function refused(what: string, status: number): ReturnType<typeof fail> {
  const hex = status.toString(16).padStart(4, '0');
  return fail('card.refused', `The card has answered ${what} with status ${hex}.`, { status });
}

function isCounter(status: number): boolean {
  return (status & 0xfff0) === 0x63c0;
}

function wrong(triesLeft: number | undefined): ReturnType<typeof fail> {
  const more = triesLeft === undefined ? {} : { triesLeft };
  return fail('card.pin-wrong', 'The card has refused the PIN.', more);
}

function blocked(): ReturnType<typeof fail> {
  return fail('card.pin-blocked', 'No try of the PIN is left.', { triesLeft: 0 });
}
