/**
 * A corner of the screen that a member holds for three seconds. Voters don't find it by chance, nor does
 * a reader of the screen; what is behind it asks for the members' PIN.
 */
const HOLD_MS = 3_000;

export class Corner {
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #held: () => void;

  constructor(held: () => void) {
    this.#held = held;
  }

  readonly press = (): void => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#held, HOLD_MS);
  };

  readonly release = (): void => clearTimeout(this.#timer);
}
