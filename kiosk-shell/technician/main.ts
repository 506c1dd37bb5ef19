/** The technician's page. */
import '../common/trusted-types.ts';
import { keepBeating } from '../common/heartbeat.ts';
import { registerOffline } from '../offline/register.ts';
import { KabinaTechnician } from './kabina-technician.ts';

customElements.define('kabina-technician', KabinaTechnician);
// Nothing here is lost by loading the page anew.
registerOffline({ idle: () => true });
keepBeating();
