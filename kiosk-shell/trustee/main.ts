/** A key holder's seat: the page. */
import '../common/trusted-types.ts';
import '@kabina/elements/kabina-trustee';
import { KabinaSeat } from './kabina-seat.ts';

customElements.define('kabina-seat', KabinaSeat);
