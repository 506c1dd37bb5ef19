/** The registration desk's page. */
import '../common/trusted-types.ts';
import '@kabina/elements/kabina-desk';
import '@kabina/elements/kabina-settings';
import { KabinaDeskApp } from './kabina-desk-app.ts';

customElements.define('kabina-desk-app', KabinaDeskApp);
