import './kabina-scroller.ts';
import { KabinaBallotList } from '../kabina-ballot-list.ts';
import { define } from './define.ts';

export type * from '../kabina-ballot-list.ts';

define('kabina-ballot-list', KabinaBallotList);
