import './kabina-option.ts';
import './kabina-scroller.ts';
import { KabinaBallot } from '../kabina-ballot.ts';
import { define } from './define.ts';

export type * from '../kabina-ballot.ts';

define('kabina-ballot', KabinaBallot);
