import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { html } from 'lit';
import type { DeskStatus } from '@kabina/elements/desk';
import {
  balances,
  cardCode,
  deskStates,
  queueViews,
  ScriptedDesk,
  stationManifest,
} from '@kabina/elements/testing-station';
import '@kabina/elements/kabina-desk';
import '@kabina/elements/kabina-queue-status';
import '@kabina/elements/kabina-station-balance';

/** A polling station: the registration desk, a kiosk's queue, the balance. */
const meta: Meta = { title: 'Station' };
export default meta;

type Story = StoryObj;

/** A desk at work: look for «Иванов», «17» or «Ким». Nothing is stored anywhere. */
function desk(status: DeskStatus): Story {
  return {
    render: () => html`<kabina-desk .desk=${new ScriptedDesk(status)}></kabina-desk>`,
  };
}

interface Step {
  /** What is looked for. */
  readonly find?: string;
  /** Words of the button that is pressed. */
  readonly press?: string;
  /** Place of the pile that is chosen. */
  readonly pile?: number;
  readonly scan?: string;
  /** The next action fails so. */
  readonly fail?: string;
}

/** The same desk after a few steps of a member's hand. */
function after(status: DeskStatus, ...steps: readonly Step[]): Story {
  return {
    render: () => {
      const scripted = new ScriptedDesk(status);
      return html`<kabina-desk .desk=${scripted}></kabina-desk>`;
    },
    play: async ({ canvasElement }) => {
      const element = canvasElement.querySelector('kabina-desk')!;
      const scripted = element.desk as ScriptedDesk;
      for (const { find, press, pile, scan, fail } of steps) {
        await drawn();
        if (fail !== undefined) scripted.failing = fail;
        if (find !== undefined) {
          const field = all(element).find(({ id }) => id === 'query') as HTMLInputElement;
          field.value = find;
          field.form!.requestSubmit();
        }
        if (pile !== undefined) {
          const piles = all(element).filter((one) => one.matches('input[type=radio]'));
          (piles[pile] as HTMLElement).click();
        }
        if (scan !== undefined) element.takeCode(scan);
        if (press !== undefined) {
          const button = all(element).find(
            (one) => one.localName === 'button' && one.textContent.includes(press),
          );
          (button as HTMLElement).click();
        }
      }
      await drawn();
    },
  };
}

/** Through shadow roots. */
function all(from: Element): Element[] {
  return [...(from.shadowRoot?.querySelectorAll('*') ?? [])].flatMap((one) => [one, ...all(one)]);
}

async function drawn(): Promise<void> {
  for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame);
}

export const DeskLocked = desk(deskStates.locked);
export const DeskSetup = desk(deskStates.setup);
export const DeskSetupOffline = desk(deskStates['setup offline']);
export const DeskOffline = desk(deskStates.offline);
export const DeskOnline = desk(deskStates.online);
export const DeskBinding = desk(deskStates.binding);
export const DeskBusy = desk(deskStates.busy);
export const DeskStopped = desk(deskStates.stopped);
export const DeskWithoutCards = desk(deskStates.empty);

export const DeskFound = after(deskStates.offline, { find: 'иванов' });
export const DeskNobody = after(deskStates.online, { find: 'сидоров' });
export const DeskNobodyOffline = after(deskStates.offline, { find: 'сидоров' });
export const DeskVoterFree = after(deskStates.offline, { find: 'абдрахманова' }, { pile: 0 });
export const DeskVoterServed = after(deskStates.offline, { find: '205' });
export const DeskVoterElsewhere = after(deskStates.online, { find: '1604' });
export const DeskVoterElsewhereOffline = after(deskStates.offline, { find: '1604' });
export const DeskVoterUnsupported = after(deskStates.offline, { find: '1911' });
export const DeskGiven = after(
  deskStates.offline,
  { find: 'абдрахманова' },
  { pile: 0 },
  { press: 'Отметить и выдать карточку' },
);
export const DeskRefused = after(
  deskStates.offline,
  { find: 'абдрахманова' },
  { pile: 0 },
  { fail: 'desk.pile', press: 'Отметить и выдать карточку' },
);
export const DeskReplacing = after(
  deskStates.offline,
  { find: '205' },
  { press: 'Заменить испорченную карточку' },
);
export const DeskReplacingRefused = after(
  deskStates.offline,
  { find: '205' },
  { press: 'Заменить испорченную карточку' },
  { pile: 0 },
  { fail: 'card.deposit', scan: cardCode },
);
export const DeskPiles = after(deskStates.online, { press: 'Карточки' });
export const DeskTrips = after(deskStates.offline, { press: 'На дому' });
export const DeskTripOut = after(
  deskStates.offline,
  { press: 'На дому' },
  { press: 'Собрать выезд' },
  { find: 'абдрахманова' },
);
export const DeskTripBack = after(
  deskStates.offline,
  { press: 'На дому' },
  { press: 'Принять обратно' },
  { find: 'абдрахманова' },
);
export const DeskClosing = after(
  deskStates.offline,
  { press: 'Закрытие' },
  { press: 'Закончить выдачу' },
);
export const DeskClosed = desk(deskStates.closed);
export const DeskDictating = after(deskStates.closed, { press: 'Продиктовать по телефону' });
export const DeskDeadKiosk = after(deskStates.closed, { press: 'Не включается' });
export const DeskClosedAndSent = desk(deskStates['closed and sent']);

/** Each state of a kiosk's queue, compact and in full. */
function queue(name: string): Story {
  const status = queueViews[name];
  return {
    render: () =>
      html`<div style="display: grid; gap: 1.5rem; padding: 1.5rem">
        <kabina-queue-status compact .status=${status}></kabina-queue-status>
        <kabina-queue-status .status=${status}></kabina-queue-status>
      </div>`,
  };
}

export const QueueFresh = queue('fresh');
export const QueueSent = queue('sent');
export const QueueWaiting = queue('waiting');
export const QueueOffline = queue('offline');
export const QueueOfflineEmpty = queue('offline, empty');
export const QueueQuarantined = queue('quarantined');
export const QueueFull = queue('full');
export const QueueStopped = queue('stopped');

function balance(name: keyof typeof balances): Story {
  return {
    render: () =>
      html`<div style="padding: 1.5rem">
        <kabina-station-balance
          .manifest=${stationManifest}
          .balance=${balances[name]}
        ></kabina-station-balance>
      </div>`,
  };
}

export const BalanceHolds = balance('holds');
export const BalanceLostDesk = balance('lost desk');
export const BalanceIncomplete = balance('incomplete');
export const BalanceBroken = balance('broken');
