/**
 * What a station's terminal remembers of its own setting up, apart from the kiosk's cards and ballots:
 * whether it was finished, and by what the members' PIN is known again. The PIN itself is kept nowhere.
 *
 * If it is lost, the terminal shows its setup again; nothing of a ballot hangs on it.
 */
import {
  openUnderPassphrase,
  PassphraseError,
  sealUnderPassphrase,
} from '@kabina/crypto/passphrase';

const LABEL = 'kabina/v1/service-pin';
/** Sealed under the PIN: whether it opens is all that matters. */
const NOTHING = new Uint8Array(1);

/** Of `localStorage`. */
export type Memory = Pick<Storage, 'getItem' | 'setItem'>;

interface Remembered {
  /** Sealed under the PIN, in base64. */
  readonly pin?: string;
  readonly ready?: boolean;
  /** The kiosk is of no station: voters come with access codes. */
  readonly online?: boolean;
}

export class StationMemory {
  readonly #memory: Memory;
  readonly #name: string;
  readonly #cost: number | undefined;

  /**
   * @param election electionId, hex: another election is set up anew
   * @param cost log2 of scrypt's N
   */
  constructor(memory: Memory, election: string, cost?: number) {
    this.#memory = memory;
    this.#name = `kabina-terminal-${election}`;
    this.#cost = cost;
  }

  get hasPin(): boolean {
    return this.#read().pin !== undefined;
  }

  /** The technician has said that everything is there. */
  get ready(): boolean {
    return this.#read().ready === true;
  }

  get online(): boolean {
    return this.#read().online === true;
  }

  markReady(): void {
    this.#write({ ready: true });
  }

  markOnline(): void {
    this.#write({ online: true });
  }

  /** @param pin bytes of its digits; overwritten */
  async setPin(pin: Uint8Array): Promise<void> {
    const sealed = await sealUnderPassphrase(taken(pin), LABEL, NOTHING, this.#cost);
    this.#write({ pin: btoa(String.fromCharCode(...sealed)) });
  }

  /** @param pin bytes of its digits; overwritten */
  async isPin(pin: Uint8Array): Promise<boolean> {
    const text = taken(pin);
    const { pin: kept } = this.#read();
    if (kept === undefined) return false;
    const sealed = Uint8Array.from(atob(kept), (character) => character.charCodeAt(0));
    try {
      await openUnderPassphrase(text, LABEL, sealed);
      return true;
    } catch (error) {
      if (error instanceof PassphraseError) return false;
      throw error;
    }
  }

  #read(): Remembered {
    try {
      return JSON.parse(this.#memory.getItem(this.#name) ?? '{}') as Remembered;
    } catch {
      return {};
    }
  }

  #write(news: Remembered): void {
    this.#memory.setItem(this.#name, JSON.stringify({ ...this.#read(), ...news }));
  }
}

function taken(pin: Uint8Array): string {
  const text = new TextDecoder().decode(pin);
  pin.fill(0);
  return text;
}
