import { KabinaTurnout } from '../kabina-turnout.ts';
import { define } from './define.ts';

export type * from '../kabina-turnout.ts';

define('kabina-turnout', KabinaTurnout);
