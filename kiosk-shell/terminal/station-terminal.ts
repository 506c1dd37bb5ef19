/**
 * A station's terminal without a face: which screen stands, how a scanned card gets into a session, and
 * how one page lets go of the kiosk before the next takes it.
 */
import type { BoothSession } from '@kabina/booth/session';
import type { KioskStation, KioskStatus } from '@kabina/booth/station';
import type { Manifest } from '@kabina/election/manifest';
import { votingNow, type VotingNow } from './hours.ts';

/** How long the kiosk may take to end a session and let go of its queue, in milliseconds. */
const LONGEST_STOP = 10_000;
/** A card's QR code, and what is printed under it (`cardFromText`). */
const SCANNED_CARD = /^kabina-card:[\w-]+$/;
const TYPED_CARD = /^[0-9A-Za-z]{4}([ -]?[0-9A-Za-z]{4}){7}$/;

export type Screen = 'setup' | 'idle' | 'interrupted' | 'closed' | 'stopped';

/** @param ready the technician has said that everything is there */
export function screenOf({ phase, interrupted }: KioskStatus, ready: boolean): Screen {
  if (phase === 'stopped' || phase === 'closed') return phase;
  // Cards come in batches: the first of them doesn't end the setting up.
  if (phase === 'setup' || !ready) return 'setup';
  return interrupted ? 'interrupted' : 'idle';
}

/** What a terminal needs of its kiosk. */
export type Kiosk = Pick<KioskStation, 'status' | 'manifest' | 'session' | 'stop'>;

export class StationTerminal {
  readonly #kiosk: Kiosk;
  /** Secret: the card that was scanned before there was a session. */
  #card: string | undefined;
  #session: BoothSession | undefined;

  constructor(kiosk: Kiosk) {
    this.#kiosk = kiosk;
  }

  /** @param now milliseconds since the epoch */
  votingNow(now: number): VotingNow | undefined {
    const { manifest, status } = this.#kiosk;
    return manifest && votingNow(manifest.hours, status.heard, now);
  }

  /** Keeps a scanned card for the session that begins now; false for anything that is none. */
  takeCard(scanned: string): boolean {
    const text = scanned.trim();
    if (!SCANNED_CARD.test(text) && !TYPED_CARD.test(text)) return false;
    this.#card = text;
    return true;
  }

  /**
   * A session for one voter, to whom the scanned card is presented once it asks for one. Whether it is
   * a good one, and whether voting is open, the session says.
   * @throws BoothError `kiosk.setup`, `session.pending`
   */
  readonly session = (): BoothSession => {
    const card = this.#card;
    this.#card = undefined;
    const session = this.#kiosk.session();
    this.#session = session;
    if (card === undefined) return session;
    const present = (): void => {
      if (session.state.at === 'starting') return;
      session.removeEventListener('change', present);
      if (session.state.at === 'login') void session.login({ method: 'card', code: card });
    };
    session.addEventListener('change', present);
    return session;
  };

  /**
   * Ends the session, if there is one, and lets go of queue and records. A page that were gone sooner
   * would leave the card open; after some seconds it goes all the same.
   */
  async stop(): Promise<void> {
    this.#card = undefined;
    const patience = new Promise((go) => setTimeout(go, LONGEST_STOP));
    const stopped = (async () => {
      await this.#session?.end().catch(() => undefined);
      await this.#kiosk.stop().catch(() => undefined);
    })();
    await Promise.race([stopped, patience]);
  }
}

/** Of a style at one kiosk: shared out among its stations and kiosks, a tenth more, in tens. */
export function suggestedCards(manifest: Manifest, station: string, style: string): number {
  const found = manifest.styles.find(({ id }) => id === style);
  const kiosks = manifest.kiosks.filter((kiosk) => kiosk.station === station).length;
  const stations = manifest.stations.length;
  if (found === undefined || kiosks === 0 || stations === 0) return 0;
  return Math.max(1, Math.ceil((found.voters * 1.1) / (stations * kiosks) / 10)) * 10;
}
