/**
 * What the commission's server tells its pages: which election, and where its services are. Only the
 * election's id is trusted; the rest is checked against it.
 */

export interface PageConfig {
  /** Hash of the manifest, 64 hexadecimal digits. */
  readonly electionId: string;
  readonly kind: 'training' | 'binding';
  readonly box: string;
  readonly registrar: string;
  readonly observers: string;
  /** Address of the kiosk agent's bridge to tokens, where the machine has one. */
  readonly bridge?: string;
}

const FIELDS = ['electionId', 'kind', 'box', 'registrar', 'observers'] as const;

/** The configuration, or undefined while there is no election. Throws if the server has gone. */
export async function readConfig(): Promise<PageConfig | undefined> {
  const answer = await fetch('/config.json', { cache: 'no-store', credentials: 'omit' });
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`config.json: HTTP ${answer.status}`);
  const config = (await answer.json()) as Partial<Record<string, unknown>>;
  for (const field of FIELDS) {
    if (typeof config[field] !== 'string') throw new TypeError(`config.json has no ${field}`);
  }
  return config as unknown as PageConfig;
}
