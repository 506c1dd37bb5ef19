/** The commission's office: the page. */
import '../common/trusted-types.ts';
import '@kabina/elements/kabina-qr';
import '@kabina/elements/kabina-results';
import '@kabina/elements/kabina-results-protocol';
import '@kabina/elements/kabina-turnout';
import { KabinaConfirm } from './kabina-confirm.ts';
import { KabinaOffice } from './kabina-office.ts';
import { KabinaOfficeCeremony } from './office-ceremony.ts';
import { KabinaOfficeCounting } from './office-counting.ts';
import { KabinaOfficeDesk } from './office-desk.ts';
import { KabinaOfficeResults } from './office-results.ts';
import { KabinaOfficeSeats } from './office-seats.ts';
import { KabinaOfficeUnlock } from './office-unlock.ts';
import { KabinaOfficeVoting } from './office-voting.ts';

customElements.define('kabina-confirm', KabinaConfirm);
customElements.define('kabina-office-seats', KabinaOfficeSeats);
customElements.define('kabina-office-unlock', KabinaOfficeUnlock);
customElements.define('kabina-office-ceremony', KabinaOfficeCeremony);
customElements.define('kabina-office-desk', KabinaOfficeDesk);
customElements.define('kabina-office-voting', KabinaOfficeVoting);
customElements.define('kabina-office-counting', KabinaOfficeCounting);
customElements.define('kabina-office-results', KabinaOfficeResults);
customElements.define('kabina-office', KabinaOffice);
