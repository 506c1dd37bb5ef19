/** A simulated card that shows what a road does to it, and what tests of the roads say over and over. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Result } from '@kabina/tokens/result';
import type { SimulatedCard } from '@kabina/tokens/testing/simulated-card';
import type { ReaderSource } from '@kabina/tokens/transport';

/** As pcscd calls vpcd's first slot. */
export const SLOT = 'Virtual PCD 00 00';
export const VERIFY = Uint8Array.of(0, 0x20, 0, 0x80, 4, 0x31, 0x32, 0x33, 0x34);
export const CHALLENGE = Uint8Array.of(0, 0x84, 0, 0, 8);

/** Remembers a verified PIN until it is reset, counts commands, and can be slow. */
export class ProbeCard implements SimulatedCard {
  // T=1, no historical bytes.
  readonly atr = Uint8Array.of(0x3b, 0x80, 0x80, 0x01, 0x01);
  verified = false;
  commands: number[] = [];
  /** Called by a command of the instruction 99, whose answer it makes. */
  onSlow: () => Promise<Uint8Array> = () => Promise.resolve(Uint8Array.of(0x90, 0));

  /** Called when a verified PIN is forgotten. */
  onForgotten: () => void = () => undefined;

  reset(): void {
    if (this.verified) this.onForgotten();
    this.verified = false;
  }

  transmit(command: Uint8Array): Uint8Array | Promise<Uint8Array> {
    this.commands.push(command[1]!);
    if (command[1] === 0x20) this.verified = true;
    if (command[1] === 0x99) return this.onSlow();
    // Gives back the length that it got, so that a long command is seen to have come whole.
    return Uint8Array.of(command.length >> 8, command.length & 0xff, 0x90, 0);
  }
}

/** Resolves when the condition holds, which is looked at after each change of the source. */
export async function until(source: ReaderSource, holds: () => boolean): Promise<void> {
  while (!holds()) await once(source, 'change');
}

export function opened<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.problem));
  return result.value;
}

export function problem(result: Result<unknown>): string {
  assert.ok(!result.ok, 'a problem was expected');
  return result.problem.code;
}
