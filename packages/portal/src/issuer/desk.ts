/**
 * Who sits at a registration desk: whoever has this issuer's own desk secret acts for every station
 * and makes access codes; whoever has a station's acts for that station alone.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Manifest } from '@kabina/election/manifest';
import { PortalError } from '../errors.ts';

export interface DeskSecrets {
  /** Without it nobody acts for the whole election. */
  readonly general?: string;
  /** By station. */
  readonly stations?: ReadonlyMap<string, string>;
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

export class DeskRights {
  readonly #stations: ReadonlySet<string>;
  readonly #general: Buffer | undefined;
  readonly #own: readonly (readonly [station: string, hash: Buffer])[];

  constructor(manifest: Manifest, { general, stations = new Map() }: DeskSecrets) {
    this.#stations = new Set(manifest.stations.map(({ id }) => id));
    this.#general = general === undefined ? undefined : sha256(general);
    this.#own = [...stations].map(([station, secret]) => [station, sha256(secret)]);
  }

  /** Throws `desk.secret` unless some desk has this secret. */
  any(bearer: string | undefined): void {
    this.#deskOf(bearer);
  }

  /** Throws `desk.secret`, or `desk.rights` for a station's desk. */
  whole(bearer: string | undefined): void {
    if (this.#deskOf(bearer) !== 'general') throw new PortalError('desk.rights');
  }

  /** Throws `desk.secret`, `desk.rights` for another station's desk, `desk.station`. */
  station(bearer: string | undefined, station: string): void {
    const desk = this.#deskOf(bearer);
    if (desk !== 'general' && !desk.includes(station)) throw new PortalError('desk.rights');
    if (!this.#stations.has(station)) throw new PortalError('desk.station');
  }

  /** Every secret is compared, so that the time tells nothing of which one it was. */
  #deskOf(bearer: string | undefined): 'general' | readonly string[] {
    const hash = sha256(bearer ?? '');
    const own = this.#own.filter(([, secret]) => timingSafeEqual(secret, hash));
    const general = this.#general !== undefined && timingSafeEqual(this.#general, hash);
    if (bearer !== undefined && general) return 'general';
    if (bearer === undefined || own.length === 0) throw new PortalError('desk.secret');
    return own.map(([station]) => station);
  }
}
