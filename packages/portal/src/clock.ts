/**
 * The portal's clock, injected so that tests can move it, and what the manifest's hours say about
 * a moment. Times are milliseconds since 1970 unless a name says otherwise.
 */
import type { Manifest } from '@kabina/election/manifest';

export type Clock = () => number;

export const minuteOf = (time: number): number => Math.floor(time / 60_000);

/** A minute since 1970 as ISO 8601 in UTC, without seconds. */
export const isoMinute = (minute: number): string =>
  `${new Date(minute * 60_000).toISOString().slice(0, 16)}Z`;

/** `extension`: seconds by which `resumed` entries have put closing off. */
export class Schedule {
  readonly #manifest: Manifest;

  constructor(manifest: Manifest) {
    this.#manifest = manifest;
  }

  /** Whether ballots may come in. */
  accepts(time: number, extension: number): boolean {
    const opens = Date.parse(this.#manifest.hours.opens);
    return opens <= time && time < this.closes(extension) && !this.pausedAt(time);
  }

  /** The end of acceptance. */
  closes(extension: number): number {
    return Date.parse(this.#manifest.hours.closes) + extension * 1000;
  }

  /** Whether permits may be issued. */
  issues(time: number, extension: number): boolean {
    const end = Date.parse(this.#manifest.hours.issuingCloses) + extension * 1000;
    return this.accepts(time, extension) && time < end;
  }

  /** Whether a ballot may replace an earlier one. */
  revises(time: number): boolean {
    const { revoting } = this.#manifest;
    return revoting !== null && time < Date.parse(revoting.until);
  }

  /** Moments at which what waits must be on the board, ascending: pauses, end of revoting, closing. */
  boundaries(extension: number): number[] {
    const { hours, revoting } = this.#manifest;
    return [
      ...hours.pauses.map((pause) => Date.parse(pause.from)),
      ...(revoting ? [Date.parse(revoting.until)] : []),
      this.closes(extension),
    ].sort((a, b) => a - b);
  }

  private pausedAt(time: number): boolean {
    return this.#manifest.hours.pauses.some(
      ({ from, to }) => Date.parse(from) <= time && time < Date.parse(to),
    );
  }
}
