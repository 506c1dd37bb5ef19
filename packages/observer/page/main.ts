/** The observer's page: registers its one element. The policy has to be there before any worker. */
import './trusted-types.ts';
import { KabinaObserver } from './kabina-observer.ts';

customElements.define('kabina-observer', KabinaObserver);
