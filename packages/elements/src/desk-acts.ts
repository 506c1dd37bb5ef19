/** One action of a desk at a time, and its failure in a form that the screen can show. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export class DeskActs implements ReactiveController {
  busy = false;
  trouble: { readonly code: string } | undefined;
  readonly #host: ReactiveControllerHost;
  /** Counts what was forgotten, so that a late answer brings nothing back to the screen. */
  #turn = 0;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.forget();
  }

  /**
   * Runs an action unless another is under way.
   *
   * @param then draws what came of it; not called when all was forgotten meanwhile
   */
  async run<T>(act: () => Promise<T>, then?: (result: T) => void): Promise<void> {
    if (this.busy) return;
    const turn = this.#turn;
    this.busy = true;
    this.trouble = undefined;
    this.#host.requestUpdate();
    try {
      const result = await act();
      if (turn === this.#turn) then?.(result);
    } catch (error) {
      if (turn === this.#turn) this.trouble = { code: codeOf(error) };
    } finally {
      this.busy = false;
      this.#host.requestUpdate();
    }
  }

  forget(): void {
    this.#turn += 1;
    this.trouble = undefined;
    this.#host.requestUpdate();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'desk.failed';
}
