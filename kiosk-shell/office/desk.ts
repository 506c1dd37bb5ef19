/**
 * The registration desk: looks a voter up at the registrar, and asks both issuers for their halves of
 * an access code. Each issuer has its own secret for the desk; neither ever sees the other's half.
 */
import type { PageConfig } from '../common/config.ts';
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

export class Desk {
  #config: PageConfig;
  #secrets: OfficeKeys['desks'];

  constructor(config: PageConfig, secrets: OfficeKeys['desks']) {
    this.#config = config;
    this.#secrets = secrets;
  }

  async #ask<T>(issuer: 'registrar' | 'observers', path: string, method: string): Promise<T> {
    let answer: Response;
    try {
      answer = await fetch(new URL(path, this.#config[issuer]), {
        method,
        headers: { authorization: `Bearer ${this.#secrets[issuer]}` },
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
      (['registrar', 'observers'] as const).map((issuer) =>
        this.#ask<{ part: string; expires: string }>(issuer, path, 'POST'),
      ),
    );
    const expires = halves.map((half) => half.expires).sort();
    return { code: halves.map((half) => half.part).join('-'), expires: expires[0]! };
  }
}
