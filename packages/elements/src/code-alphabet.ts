/**
 * What people type when they copy a code by hand, and what it means. Codes are Crockford base32
 * (no I, L, O, U), typed on whatever keyboard layout is on: Cyrillic letters that look like Latin
 * ones are read as those.
 */

export type Alphabet = 'digits' | 'base32' | 'text';

export const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const DIGITS = '1234567890';

const LOOK_ALIKE: Readonly<Record<string, string>> = {
  I: '1',
  L: '1',
  O: '0',
  А: 'A',
  В: 'B',
  Е: 'E',
  К: 'K',
  М: 'M',
  Н: 'H',
  О: '0',
  Р: 'P',
  С: 'C',
  Т: 'T',
  У: 'Y',
  Х: 'X',
};

/** Symbols of the alphabet in `typed`, without separators and whatever else; `text` only trims. */
export function normalise(typed: string, alphabet: Alphabet): string {
  if (alphabet === 'text') return typed.trim();
  const allowed = alphabet === 'digits' ? DIGITS : BASE32;
  let code = '';
  for (const symbol of typed.toUpperCase()) {
    const meant = alphabet === 'digits' ? symbol : (LOOK_ALIKE[symbol] ?? symbol);
    if (allowed.includes(meant)) code += meant;
  }
  return code;
}

/** `ABCDEFGHJK` in groups of 5 → `ABCDE-FGHJK`; what exceeds the groups is cut off. */
export function group(code: string, groups: readonly number[]): string {
  if (groups.length === 0) return code;
  const parts: string[] = [];
  let from = 0;
  for (const length of groups) {
    if (from >= code.length) break;
    parts.push(code.slice(from, from + length));
    from += length;
  }
  return parts.join('-');
}
