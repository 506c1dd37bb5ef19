/**
 * What the commission's server tells its pages: which election, and where its services are. Only the
 * election's id is trusted; the rest is checked against it.
 */
import { jsonOf, NetworkError, reach } from './reach.ts';

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

/** The configuration, or undefined while there is no election. @throws NetworkError */
export async function readConfig(): Promise<PageConfig | undefined> {
  const answer = await reach('/config.json', { cache: 'no-store', credentials: 'omit' });
  if (answer.status === 404) return undefined;
  const config = (await jsonOf(answer)) as Partial<Record<string, unknown>>;
  for (const field of FIELDS) {
    if (typeof config[field] !== 'string') {
      throw new NetworkError('network.garbage', `config.json has no ${field}`);
    }
  }
  return config as unknown as PageConfig;
}
