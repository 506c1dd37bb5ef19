/** A registration desk without a face, in a page of real Chromium, as functions for the rehearsal. */
import '@kabina/kiosk-shell/common/trusted-types';
import { openMachine } from '@kabina/kiosk-shell/common/machine';
import { IdbDisk } from '@kabina/kiosk-shell/desk/desk-disk';
import { StationDesk } from '@kabina/kiosk-shell/desk/station-desk';
import type { DeskStatus } from '@kabina/elements/desk';
import type { StationServices } from './kiosk-page.ts';

let desk: StationDesk | undefined;

function opened(): StationDesk {
  if (desk === undefined) throw new Error('the desk is not open');
  return desk;
}

export const deskPage = {
  async open({ electionId, box, issuers }: StationServices, code: string): Promise<void> {
    const machine = await openMachine();
    if (machine === undefined) throw new Error('no agent');
    desk = new StationDesk({
      ...{ electionId, kind: 'training', box, issuers, machine },
      disk: new IdbDisk('rehearsal-desk'),
      keyFile: async () => new Uint8Array(await (await fetch('/desk-keys')).arrayBuffer()),
    });
    await desk.open();
    await desk.unlock(code);
  },
  status: (): DeskStatus => opened().status,
  fetch: (): Promise<void> => opened().fetch(),
  issue: (number: string, kiosk: string): Promise<void> => opened().issue(number, kiosk),
  replace: (number: string, card: string, kiosk: string): Promise<void> =>
    opened().replace(number, card, kiosk),
  declareDead: (kiosk: string): Promise<void> => opened().declareDead(kiosk),
  takeHeld: (text: string): Promise<void> => opened().takeHeld(text),
  dictate: (kiosk: string): string => opened().dictate(kiosk),
  close: (): Promise<void> => opened().close(),
  hurry: (): void => opened().hurry(),
};

declare global {
  interface Window {
    deskPage: typeof deskPage;
  }
}
window.deskPage = deskPage;
