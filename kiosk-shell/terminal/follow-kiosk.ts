import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { KioskStation } from '@kabina/booth/station';

/** Renders its element anew whenever the kiosk has changed. */
export class FollowKiosk implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly kiosk: KioskStation | undefined };
  #heard: KioskStation | undefined;

  constructor(host: ReactiveControllerHost & { readonly kiosk: KioskStation | undefined }) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#listen(this.#host.kiosk);
  }

  hostUpdate(): void {
    this.#listen(this.#host.kiosk);
  }

  hostDisconnected(): void {
    this.#listen(undefined);
  }

  #listen(kiosk: KioskStation | undefined): void {
    if (kiosk === this.#heard) return;
    this.#heard?.removeEventListener('change', this.#changed);
    this.#heard = kiosk;
    kiosk?.addEventListener('change', this.#changed);
  }

  readonly #changed = (): void => this.#host.requestUpdate();
}
