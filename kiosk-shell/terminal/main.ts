/** The voter terminal's page. */
import '../common/trusted-types.ts';
import '@kabina/elements/kabina-booth';
import '@kabina/elements/kabina-pin-pad';
import '@kabina/elements/kabina-qr';
import '@kabina/elements/kabina-queue-status';
import { keepBeating } from '../common/heartbeat.ts';
import { registerOffline } from '../offline/register.ts';
import { KabinaTerminal } from './kabina-terminal.ts';
import { KabinaKioskCards } from './kiosk-cards.ts';
import { KabinaKioskClosing } from './kiosk-closing.ts';
import { KabinaKioskService } from './kiosk-service.ts';
import { KabinaKioskSetup } from './kiosk-setup.ts';
import { KabinaServicePin } from './service-pin.ts';
import { KabinaSlip } from './slip-dialog.ts';

customElements.define('kabina-slip', KabinaSlip);
customElements.define('kabina-service-pin', KabinaServicePin);
customElements.define('kabina-kiosk-cards', KabinaKioskCards);
customElements.define('kabina-kiosk-closing', KabinaKioskClosing);
customElements.define('kabina-kiosk-setup', KabinaKioskSetup);
customElements.define('kabina-kiosk-service', KabinaKioskService);
customElements.define('kabina-terminal', KabinaTerminal);
registerOffline({ idle: () => !document.querySelector('kabina-terminal')?.busy });
keepBeating();
