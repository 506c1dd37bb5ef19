/**
 * A kiosk's closing statement as it is read out over the telephone: decimal digits in groups, so that
 * a person of any language can say and write them down. Every group ends in a check digit (Damm, 2004)
 * that catches one wrong digit and two swapped neighbours, and that depends on the group's place, so
 * that groups left out or swapped are noticed where it happened; the last group checks the whole.
 *
 *     0137-4
 *     12345-6 …          16 groups, four a line, for the 32 bytes of the root
 *     54321-0
 */
import { frame, uint32 } from '@kabina/crypto/bytes';
import { leafHash } from '@kabina/log/merkle';

const ROOT = 32;
const GROUP_BYTES = 2;
const GROUP_DIGITS = 5;
const GROUPS = ROOT / GROUP_BYTES;
const MOST = 200_000_000;

/** A group was misheard or mistyped. */
export class DictationError extends Error {
  override readonly name = 'DictationError';
  readonly code = 'held.text';
  /** Which one, from 1; 0 where the number of groups is wrong; undefined where only the last check failed. */
  readonly group: number | undefined;
  constructor(group: number | undefined) {
    super('the statement was misheard');
    this.group = group;
  }
}

/** A totally antisymmetric quasigroup of order 10 (H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004). */
const DAMM = [
  [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
  [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
  [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
  [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
  [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
  [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
  [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
  [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
  [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
  [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
] as const;

function checkDigit(place: number, digits: string): number {
  return [...`${place}${digits}`].reduce<number>((state, digit) => DAMM[state]![Number(digit)]!, 0);
}

function group(place: number, digits: string): string {
  return `${digits}-${checkDigit(place, digits)}`;
}

/** The check of the whole: the first bytes of a hash, so that a wrong kiosk is noticed too. */
function whole(kiosk: string, number: number, root: Uint8Array): string {
  const hash = leafHash(frame('kabina/v1/dictation', kiosk, uint32(number), root));
  return String(hash[0]! * 256 + hash[1]!).padStart(GROUP_DIGITS, '0');
}

/** @param root 32 bytes */
export function dictated(kiosk: string, number: number, root: Uint8Array): string {
  const groups = [group(1, String(number).padStart(4, '0'))];
  for (let i = 0; i < GROUPS; i++) {
    const value = root[2 * i]! * 256 + root[2 * i + 1]!;
    groups.push(group(i + 2, String(value).padStart(GROUP_DIGITS, '0')));
  }
  groups.push(group(GROUPS + 2, whole(kiosk, number, root)));
  // The number, the root in four lines, the check of the whole: a line is said in one breath.
  const lines = [0, 1, 2, 3].map((i) => groups.slice(4 * i + 1, 4 * i + 5).join(' '));
  return [groups[0], ...lines, groups.at(-1)].join('\n');
}

/**
 * Reads {@link dictated}, with or without the hyphens.
 *
 * @throws DictationError
 */
export function readDictated(kiosk: string, text: string): { number: number; root: Uint8Array } {
  const groups = text
    .trim()
    .replace(/[-–—]/g, '')
    .split(/[\s,;]+/);
  if (groups.length !== GROUPS + 2) throw new DictationError(0);
  const values = groups.map((written, i) => {
    const digits = written.slice(0, -1);
    const form = i === 0 ? /^\d{4,9}$/ : /^\d{5}$/;
    if (!form.test(digits) || String(checkDigit(i + 1, digits)) !== written.slice(-1)) {
      throw new DictationError(i + 1);
    }
    return Number(digits);
  });
  const number = values[0]!;
  const root = new Uint8Array(ROOT);
  values.slice(1, -1).forEach((value, i) => {
    if (value > 0xffff) throw new DictationError(i + 2);
    root[2 * i] = value >> 8;
    root[2 * i + 1] = value & 255;
  });
  if (number > MOST) throw new DictationError(1);
  const again = dictated(kiosk, number, root).replaceAll('-', '').split(/\s/);
  if (again.join(' ') !== groups.join(' ')) throw new DictationError(undefined);
  return { number, root };
}
