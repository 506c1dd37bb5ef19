// The members' screen of a kiosk as members use it when the box has refused ballots.

import { expect } from 'chai';
import type { KioskStation, KioskStatus } from '@kabina/booth/station';
import '@kabina/elements/kabina-queue-status';
import { KabinaKioskService } from './kiosk-service.ts';

customElements.define('kabina-kiosk-service', KabinaKioskService);

class FakeKiosk extends EventTarget {
  readonly manifest = undefined;
  quarantined = 2;
  waiting = 0;
  released = 0;
  /** What releasing ends with. */
  problem: string | undefined;

  get status(): KioskStatus {
    const { quarantined, waiting } = this;
    return {
      phase: 'voting',
      kiosk: 'K1',
      station: { id: '101', name: { ru: 'Участок № 101' } },
      election: { id: 'ab', kind: 'training', title: { ru: 'Выборы главы' } },
      cards: [],
      heard: { suspended: false, extension: 0 },
      interrupted: false,
      queue: { waiting, quarantined, sent: 40, line: 'up', full: false },
    };
  }

  async retryAside(): Promise<void> {
    if (this.problem !== undefined) {
      throw Object.assign(new Error('refused'), { code: this.problem });
    }
    this.released += 1;
    this.waiting = this.quarantined;
    this.quarantined = 0;
    this.dispatchEvent(new Event('change'));
  }
}

describe('the members’ screen', () => {
  let kiosk: FakeKiosk;
  let screen: KabinaKioskService;

  beforeEach(async () => {
    kiosk = new FakeKiosk();
    screen = new KabinaKioskService();
    screen.kiosk = kiosk as unknown as KioskStation;
    document.body.append(screen);
    await screen.updateComplete;
  });
  afterEach(() => screen.remove());

  const again = (): HTMLElement | undefined =>
    [...screen.shadowRoot!.querySelectorAll('button')].find((button) =>
      button.textContent.includes('Отправить отложенные ещё раз'),
    );
  const settle = async (): Promise<string> => {
    await new Promise((go) => setTimeout(go, 50));
    await screen.updateComplete;
    return screen.shadowRoot!.querySelector('[role=status], [role=alert]')?.textContent ?? '';
  };

  it('sends what was set aside again, and says what becomes of it', async () => {
    again()!.click();
    expect(await settle())
      .to.include('снова ждут отправки')
      .and.include('не пропадут');
    expect(kiosk.released).to.equal(1);
    expect(again(), 'nothing is set aside').to.equal(undefined);
  });

  it('says why it could not, and leaves the button there', async () => {
    kiosk.problem = 'session.pending';
    again()!.click();
    expect(await settle()).to.include('Сначала завершите сеанс избирателя');
    expect(again()).not.to.equal(undefined);
    kiosk.problem = undefined;
    again()!.click();
    await settle();
    expect(kiosk.released).to.equal(1);
  });
});
