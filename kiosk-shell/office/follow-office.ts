/** Draws a component again whenever the office changes. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Office } from './office.ts';

export class FollowOffice implements ReactiveController {
  #host: ReactiveControllerHost & { office: Office | undefined };
  #heard: Office | undefined;

  constructor(host: ReactiveControllerHost & { office: Office | undefined }) {
    this.#host = host;
    host.addController(this);
  }

  hostUpdate(): void {
    this.#listen(this.#host.office);
  }

  hostDisconnected(): void {
    this.#listen(undefined);
  }

  #draw = (): void => this.#host.requestUpdate();

  #listen(office: Office | undefined): void {
    if (office === this.#heard) return;
    this.#heard?.removeEventListener('change', this.#draw);
    this.#heard = office;
    office?.addEventListener('change', this.#draw);
  }
}
