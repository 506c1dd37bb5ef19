/** The voter terminal's page. */
import '../common/trusted-types.ts';
import '@kabina/elements/kabina-booth';
import { KabinaTerminal } from './kabina-terminal.ts';

customElements.define('kabina-terminal', KabinaTerminal);
