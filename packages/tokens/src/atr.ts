/**
 * The answer to reset (ISO/IEC 7816-3:2006, section 8): which transmission protocols a card offers
 * and with which parameters. Read only where the reader leaves the transmission to us; a reader that
 * does it all gets along with cards whose ATR breaks the rules.
 */

/** Parameters of T=1 (11.4): the defaults where the ATR names none. */
export interface T1Parameters {
  /** The longest information field that the card takes, 1 to 254. */
  readonly ifsc: number;
  /** Block and character waiting time integers. */
  readonly bwi: number;
  readonly cwi: number;
  /** How an error is detected: LRC has one byte, CRC has two. */
  readonly edc: 'lrc' | 'crc';
}

export interface Atr {
  /** TS: the card sends inverted bytes. The reader turns them; it has to be told. */
  readonly inverse: boolean;
  /** Protocols in the order that the card offers them, at least one. */
  readonly protocols: readonly number[];
  /** TA2: the card speaks one protocol at once and negotiates nothing. */
  readonly specific: { readonly protocol: number; readonly implicit: boolean } | undefined;
  /** TA1: Fi and Di that the card can do; undefined for the default 0x11. */
  readonly ta1: number | undefined;
  /** TC1: extra guard time. */
  readonly guard: number;
  /** TC2: waiting time integer of T=0. */
  readonly wi: number;
  readonly t1: T1Parameters;
  readonly historical: Uint8Array;
}

const LONGEST = 33;
const DIRECT = 0x3b;
const INVERSE = 0x3f;
/** T=15 is no protocol: it marks interface bytes that hold for all of them (8.2.3). */
const GLOBAL = 15;

/** Default values of Fi/Di, N, WI, IFSC, BWI and CWI. */
export const DEFAULT_TA1 = 0x11;
const DEFAULT_WI = 10;
const DEFAULT_IFSC = 32;
const DEFAULT_BWI = 4;
const DEFAULT_CWI = 13;
const MOST_BWI = 9;
const MOST_IFSC = 254;

/**
 * The ATR that the bytes are, or undefined where they are none: too long, cut off, with bytes left
 * over, a wrong check byte TCK, a check byte missing where another protocol than T=0 is offered, or
 * parameters that are reserved.
 */
export function decodeAtr(bytes: Uint8Array): Atr | undefined {
  const [ts, t0] = bytes;
  if (ts === undefined || t0 === undefined || bytes.length > LONGEST) return undefined;
  if (ts !== DIRECT && ts !== INVERSE) return undefined;

  const interfaceBytes: (readonly (number | undefined)[])[] = [];
  const offered: number[] = [];
  let at = 2;
  for (let indicator: number | undefined = t0; indicator !== undefined;) {
    // The high half says which of TA, TB, TC and TD follow.
    const group: (number | undefined)[] = [];
    for (let bit = 4; bit < 8; bit++) {
      group.push((indicator & (1 << bit)) === 0 ? undefined : bytes[at++]);
    }
    if (at > bytes.length) return undefined;
    interfaceBytes.push(group);
    indicator = group[3];
    if (indicator !== undefined) offered.push(indicator & 0x0f);
  }
  // "T=15" may come only behind the protocols, and never alone in TD1.
  if (offered[0] === GLOBAL) return undefined;

  const historical = bytes.slice(at, at + (t0 & 0x0f));
  const end = at + (t0 & 0x0f);
  const checked = offered.some((protocol) => protocol !== 0);
  if (bytes.length !== end + (checked ? 1 : 0)) return undefined;
  if (checked && bytes.subarray(1).reduce((sum, byte) => sum ^ byte, 0) !== 0) return undefined;

  const [ta1, , tc1] = interfaceBytes[0]!;
  const [ta2, , tc2] = interfaceBytes[1] ?? [];
  const protocols = [...new Set(offered.filter((protocol) => protocol !== GLOBAL))];
  const t1 = t1Parameters(interfaceBytes, offered);
  if (!t1 || tc2 === 0) return undefined;
  return {
    inverse: ts === INVERSE,
    protocols: protocols.length > 0 ? protocols : [0],
    specific:
      ta2 === undefined ? undefined : { protocol: ta2 & 0x0f, implicit: (ta2 & 0x10) !== 0 },
    ta1,
    guard: tc1 ?? 0,
    wi: tc2 ?? DEFAULT_WI,
    t1,
    historical,
  };
}

/** The first TA, TB and TC, from the third group on, that stand behind a T=1 (11.4). */
function t1Parameters(
  groups: readonly (readonly (number | undefined)[])[],
  offered: readonly number[],
): T1Parameters | undefined {
  const behind = groups.filter((_, group) => group >= 2 && offered[group - 1] === 1);
  const first = (place: number) => behind.find((group) => group[place] !== undefined)?.[place];
  const ifsc = first(0) ?? DEFAULT_IFSC;
  const waiting = first(1) ?? (DEFAULT_BWI << 4) | DEFAULT_CWI;
  const bwi = waiting >> 4;
  if (ifsc === 0 || ifsc > MOST_IFSC || bwi > MOST_BWI) return undefined;
  return { ifsc, bwi, cwi: waiting & 0x0f, edc: ((first(2) ?? 0) & 1) === 0 ? 'lrc' : 'crc' };
}
