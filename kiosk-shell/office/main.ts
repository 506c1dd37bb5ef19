/** The commission's office: the page. */
import '../common/trusted-types.ts';
import '@kabina/elements/kabina-qr';
import '@kabina/elements/kabina-results';
import '@kabina/elements/kabina-results-protocol';
import '@kabina/elements/kabina-station-balance';
import '@kabina/elements/kabina-token';
import '@kabina/elements/kabina-turnout';
import { registerOffline } from '../offline/register.ts';
import { KabinaCardsPrint } from './cards-print.ts';
import { KabinaConfirm } from './kabina-confirm.ts';
import { KabinaOffice } from './kabina-office.ts';
import { KabinaOfficeAct } from './office-act.ts';
import { KabinaOfficeCeremony } from './office-ceremony.ts';
import { KabinaOfficeCounting } from './office-counting.ts';
import { KabinaOfficeDesk } from './office-desk.ts';
import { KabinaOfficeResults } from './office-results.ts';
import { KabinaOfficeSeats } from './office-seats.ts';
import { KabinaOfficeSignatures } from './office-signatures.ts';
import { KabinaOfficeLostDesk } from './office-stations-desk.ts';
import { KabinaOfficeKioskTrouble } from './office-stations-kiosk.ts';
import { KabinaOfficeQueueFile } from './office-stations-queue.ts';
import { KabinaOfficeStations } from './office-stations.ts';
import { KabinaOfficeToken } from './office-token.ts';
import { KabinaOfficeUnlock } from './office-unlock.ts';
import { KabinaOfficeVoting } from './office-voting.ts';

customElements.define('kabina-confirm', KabinaConfirm);
customElements.define('kabina-office-seats', KabinaOfficeSeats);
customElements.define('kabina-office-token', KabinaOfficeToken);
customElements.define('kabina-office-signatures', KabinaOfficeSignatures);
customElements.define('kabina-office-unlock', KabinaOfficeUnlock);
customElements.define('kabina-office-ceremony', KabinaOfficeCeremony);
customElements.define('kabina-cards-print', KabinaCardsPrint);
customElements.define('kabina-office-act', KabinaOfficeAct);
customElements.define('kabina-office-lost-desk', KabinaOfficeLostDesk);
customElements.define('kabina-office-kiosk-trouble', KabinaOfficeKioskTrouble);
customElements.define('kabina-office-queue-file', KabinaOfficeQueueFile);
customElements.define('kabina-office-stations', KabinaOfficeStations);
customElements.define('kabina-office-desk', KabinaOfficeDesk);
customElements.define('kabina-office-voting', KabinaOfficeVoting);
customElements.define('kabina-office-counting', KabinaOfficeCounting);
customElements.define('kabina-office-results', KabinaOfficeResults);
customElements.define('kabina-office', KabinaOffice);
// Loading it anew forgets the keys.
registerOffline({
  idle: () =>
    document.querySelector<KabinaOffice>('kabina-office')?.office?.commission === undefined,
});
