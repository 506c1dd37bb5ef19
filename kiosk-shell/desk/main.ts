/** The registration desk's page. */
import '../common/trusted-types.ts';
import '@kabina/elements/kabina-desk';
import '@kabina/elements/kabina-settings';
import { registerOffline } from '../offline/register.ts';
import { KabinaDeskApp } from './kabina-desk-app.ts';

customElements.define('kabina-desk-app', KabinaDeskApp);
// An open desk has its keys in memory, and somebody may be half way through a voter.
registerOffline({
  idle: () => {
    const app = document.querySelector('kabina-desk-app')?.shadowRoot;
    const desk = app?.querySelector('kabina-desk')?.desk;
    return desk === undefined || desk.status.at === 'locked';
  },
});
