/**
 * A station's kiosk without a face, in a page of real Chromium: what a terminal does for technicians,
 * members and voters, as functions that the rehearsal calls.
 */
import '@kabina/kiosk-shell/common/trusted-types';
import { KioskStation, type KioskStatus } from '@kabina/booth/station';
import { openMachine } from '@kabina/kiosk-shell/common/machine';
import { createBoothWorker } from '@kabina/kiosk-shell/common/worker-factory';

export interface StationServices {
  readonly electionId: string;
  readonly box: string;
  readonly issuers: readonly { readonly id: string; readonly url: string }[];
}

export interface CardPaper {
  readonly contest: string;
  readonly marks: readonly number[];
}

let kiosk: KioskStation | undefined;

function opened(): KioskStation {
  if (kiosk === undefined) throw new Error('the kiosk is not open');
  return kiosk;
}

export const kioskPage = {
  async open(services: StationServices): Promise<KioskStatus> {
    const machine = await openMachine();
    if (machine === undefined) throw new Error('no agent');
    kiosk = await KioskStation.open({ ...services, machine, createWorker: createBoothWorker });
    return kiosk.status;
  },
  status: (): KioskStatus => opened().status,
  fetchElection: (): Promise<void> => opened().fetchElection(),
  deliver: (style: string, cards: number): Promise<void> => opened().deliver(style, cards),

  /** A voter with a card casts these papers, or walks away before the first; gives the receipts. */
  async vote(card: string, papers: readonly CardPaper[]): Promise<string[]> {
    const session = opened().session();
    const receipts: string[] = [];
    await session.start();
    await session.login({ method: 'card', code: card });
    for (const { contest, marks } of papers) {
      await session.openPaper(contest);
      session.review();
      await session.seal(marks);
      await session.cast();
      const { state } = session;
      if (state.at !== 'receipt') throw new Error(`after casting: ${JSON.stringify(state)}`);
      receipts.push(state.receipt.text);
      session.list();
    }
    const { state } = session;
    if (state.at !== 'ballots') throw new Error(`after the card: ${JSON.stringify(state)}`);
    await session.end();
    return receipts;
  },

  sendNow: (): Promise<void> => opened().sendNow(),
  close: (): Promise<string> => opened().close(),
  async exportQueue(): Promise<number[]> {
    return [...(await opened().exportQueue())];
  },
};

declare global {
  interface Window {
    kioskPage: typeof kioskPage;
  }
}
window.kioskPage = kioskPage;
