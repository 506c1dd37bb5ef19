/**
 * The registration desk: looks a voter up at the registrar, and asks both issuers for their halves of
 * an access code. Each issuer has its own secret for the desk; neither ever sees the other's half.
 */
import type { PageConfig } from '../common/config.ts';
import { reach } from '../common/reach.ts';
import type { OfficeKeys } from './office-keys.ts';

export interface DeskVoter {
  readonly number: string;
  readonly name: string;
  readonly document: string;
  readonly style: string;
  /** Contests whose permits the voter has. */
  readonly served: readonly string[];
}

export interface AccessCode {
  /** `XXXXX-XXXXX`, Crockford base32. Secret until it is in the voter's hands. */
  readonly code: string;
  /** ISO 8601: the earlier of both halves. */
  readonly expires: string;
}

/** An issuer refused or does not answer. */
export class DeskError extends Error {
  override readonly name = 'DeskError';
  /** The issuer's own code, or `desk.unreachable`. */
  readonly code: string;
  constructor(code: string, options?: ErrorOptions) {
    super(`the desk answers ${code}`, options);
    this.code = code;
  }
}

/** What the issuers made of the marks of a paper list. */
export interface MarksAnswer {
  /** By the issuer that took least. */
  readonly stored: number;
  /** Each voter once, by whichever issuer. */
  readonly refused: readonly { readonly number: string; readonly code: string }[];
}

const ISSUERS = ['registrar', 'observers'] as const;
type Issuer = (typeof ISSUERS)[number];
/** The issuers take no more at once. */
const MARKS_AT_ONCE = 500;

export class Desk {
  #config: PageConfig;
  #secrets: OfficeKeys['desks'];

  constructor(config: PageConfig, secrets: OfficeKeys['desks']) {
    this.#config = config;
    this.#secrets = secrets;
  }

  async #ask<T>(issuer: Issuer, path: string, method: string, body?: object): Promise<T> {
    const authorization = `Bearer ${this.#secrets[issuer]}`;
    let answer: Response;
    try {
      answer = await reach(new URL(path, this.#config[issuer]), {
        method,
        ...(body === undefined
          ? { headers: { authorization } }
          : {
              headers: { authorization, 'content-type': 'application/json' },
              body: JSON.stringify(body),
            }),
        credentials: 'omit',
        cache: 'no-store',
      });
    } catch (cause) {
      throw new DeskError('desk.unreachable', { cause });
    }
    const value = (await answer.json().catch(() => ({}))) as { code?: string };
    if (!answer.ok) throw new DeskError(value.code ?? 'desk.unreachable');
    return value as T;
  }

  /** By number, name or document; at most twenty. */
  async find(query: string): Promise<readonly DeskVoter[]> {
    const path = `/desk/voters?query=${encodeURIComponent(query)}`;
    return (await this.#ask<{ voters: DeskVoter[] }>('registrar', path, 'GET')).voters;
  }

  /** A new access code; a former one of the same voter stops working. May be repeated. */
  async accessCode(number: string): Promise<AccessCode> {
    const path = `/desk/voters/${encodeURIComponent(number)}/access-code`;
    const halves = await Promise.all(
      ISSUERS.map((issuer) => this.#ask<{ part: string; expires: string }>(issuer, path, 'POST')),
    );
    const expires = halves.map((half) => half.expires).sort();
    return { code: halves.map((half) => half.part).join('-'), expires: expires[0]! };
  }

  /**
   * Tells both issuers in place of a lost desk whom a station has served: all of them, since each may
   * publish its counts when it has them. May be repeated.
   *
   * @throws {DeskError} `desk.closed` once they have
   */
  async tellMarks(station: string, numbers: readonly string[]): Promise<MarksAnswer> {
    const refused = new Map<string, string>();
    const stored: number[] = [];
    for (const issuer of ISSUERS) {
      let taken = 0;
      for (let from = 0; from < numbers.length; from += MARKS_AT_ONCE) {
        const marks = numbers.slice(from, from + MARKS_AT_ONCE).map((number) => ({ number }));
        const complete = from + MARKS_AT_ONCE >= numbers.length;
        const body = { station, marks, complete };
        const answer = await this.#ask<MarksAnswer>(issuer, '/desk/marks', 'POST', body);
        taken += answer.stored;
        for (const { number, code } of answer.refused) refused.set(number, code);
      }
      stored.push(taken);
    }
    return {
      stored: Math.min(...stored),
      refused: [...refused].map(([number, code]) => ({ number, code })),
    };
  }
}
