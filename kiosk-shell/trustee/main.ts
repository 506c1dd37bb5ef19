/** A key holder's seat: the page. */
import '../common/trusted-types.ts';
import '@kabina/elements/kabina-trustee';
import '@kabina/elements/kabina-token';
import { KabinaSeat } from './kabina-seat.ts';
import { KabinaShareCheck } from './share-check.ts';

customElements.define('kabina-share-check', KabinaShareCheck);
customElements.define('kabina-seat', KabinaSeat);
