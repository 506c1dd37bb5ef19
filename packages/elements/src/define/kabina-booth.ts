import './kabina-ballot.ts';
import './kabina-ballot-list.ts';
import './kabina-challenge.ts';
import './kabina-code-entry.ts';
import './kabina-receipt.ts';
import './kabina-recovery.ts';
import './kabina-review.ts';
import './kabina-scroller.ts';
import './kabina-sealed.ts';
import './kabina-settings.ts';
import { KabinaBooth } from '../kabina-booth.ts';
import { define } from './define.ts';

export type * from '../kabina-booth.ts';

define('kabina-booth', KabinaBooth);
