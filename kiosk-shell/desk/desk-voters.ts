/**
 * The station's voters: what the issuers' lists say together, and looking somebody up in it. A voter
 * may be given a card if every issuer has them on this station's list, of the same style and unserved.
 */
import type { ListedVoter } from './desk-client.ts';

/** A voter as the desk keeps them. CBOR's types alone. */
export interface KeptVoter {
  readonly number: string;
  readonly name: string;
  readonly document: string;
  readonly style: string;
  /** Before anything that the desk does: `served` online; `elsewhere` for an issuer. */
  readonly state: 'free' | 'served' | 'elsewhere';
}

/** Most voters that a search answers. */
const MOST_FOUND = 20;
const LEAST_DOCUMENT_DIGITS = 3;

/** One issuer's row beside those of the others; undefined where an issuer hasn't got the voter. */
export function joined(rows: readonly (ListedVoter | undefined)[]): KeptVoter | undefined {
  const first = rows.find((row) => row !== undefined);
  if (first === undefined) return undefined;
  const { number, name, document, style } = first;
  const agreed = rows.every((row) => row?.style === style);
  const served = rows.some((row) => row !== undefined && row.served.length > 0);
  return {
    ...{ number, name, document, style },
    state: served ? 'served' : agreed ? 'free' : 'elsewhere',
  };
}

/** The issuers' lists as one, in the order of the voter list. */
export function joinedLists(lists: readonly (readonly ListedVoter[])[]): KeptVoter[] {
  const byNumber = lists.map((rows) => new Map(rows.map((row) => [row.number, row])));
  const numbers = new Set(
    lists
      .flat()
      .sort((a, b) => a.position - b.position)
      .map(({ number }) => number),
  );
  return [...numbers].flatMap((number) => joined(byNumber.map((rows) => rows.get(number))) ?? []);
}

function plain(text: string): string {
  return text.normalize('NFC').toLowerCase().replaceAll('ё', 'е');
}

function words(text: string): string[] {
  return plain(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/**
 * Whoever has this number, whose name has words beginning with all of the query's, or whose document
 * ends in its digits; at most {@link MOST_FOUND}, the one with the number first.
 */
export function lookUp(voters: Iterable<KeptVoter>, query: string): KeptVoter[] {
  const wanted = words(query);
  if (wanted.length === 0) return [];
  const digits = query.replace(/[\s-]/g, '');
  const isDigits = /^\d+$/.test(digits) && digits.length >= LEAST_DOCUMENT_DIGITS;
  const found: KeptVoter[] = [];
  for (const voter of voters) {
    if (plain(voter.number) === plain(query.trim())) found.unshift(voter);
    else if (found.length > MOST_FOUND) continue;
    else if (isDigits ? voter.document.replace(/\D/g, '').endsWith(digits) : named(voter, wanted)) {
      found.push(voter);
    }
  }
  return found.slice(0, MOST_FOUND);
}

function named(voter: KeptVoter, wanted: readonly string[]): boolean {
  const own = words(voter.name);
  return wanted.every((word) => own.some((part) => part.startsWith(word)));
}
