import './kabina-code-entry.ts';
import { KabinaDeskCards } from '../kabina-desk-cards.ts';
import { KabinaDeskClosing } from '../kabina-desk-closing.ts';
import { KabinaDeskSearch } from '../kabina-desk-search.ts';
import { KabinaDeskTrips } from '../kabina-desk-trips.ts';
import { KabinaDeskVoters } from '../kabina-desk-voters.ts';
import { KabinaDesk } from '../kabina-desk.ts';
import { define } from './define.ts';

export type * from '../kabina-desk.ts';

define('kabina-desk-search', KabinaDeskSearch);
define('kabina-desk-voters', KabinaDeskVoters);
define('kabina-desk-cards', KabinaDeskCards);
define('kabina-desk-trips', KabinaDeskTrips);
define('kabina-desk-closing', KabinaDeskClosing);
define('kabina-desk', KabinaDesk);
