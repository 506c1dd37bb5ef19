// Strict reading of stored records, which may be damaged or old: CBOR maps with `v: 1`. Everything that
// is not what was written throws `keeper.damaged`, and nothing else.

import { decode } from '@kabina/election/cbor';
import { BoothError } from './errors.ts';

const MAX_RECORD = 1 << 18;

export function damaged(cause?: unknown): BoothError {
  return new BoothError('keeper.damaged', 'a stored record is damaged', { cause });
}

/** Without members that are undefined: CBOR has no word for them here. */
export function present(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}

/** @throws BoothError `keeper.damaged` */
export function record(bytes: Uint8Array, maxBytes = MAX_RECORD): Record<string, unknown> {
  let value: unknown;
  try {
    value = decode(bytes, { maxBytes });
  } catch (cause) {
    throw damaged(cause);
  }
  const members = object(value);
  if (members['v'] !== 1) throw damaged();
  return members;
}

export function object(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged();
  if (value instanceof Uint8Array) throw damaged();
  return value as Record<string, unknown>;
}

export function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw damaged();
  return value;
}

export function text(value: unknown, most = 4096): string {
  if (typeof value !== 'string' || value.length > most) throw damaged();
  return value;
}

export function integer(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw damaged();
  return value;
}

export function boolean(value: unknown): boolean {
  if (typeof value !== 'boolean') throw damaged();
  return value;
}

export function byteString(value: unknown, min: number, max: number): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length < min || value.length > max) throw damaged();
  return value;
}
