import { KabinaScroller } from '../kabina-scroller.ts';
import { define } from './define.ts';

export type * from '../kabina-scroller.ts';

define('kabina-scroller', KabinaScroller);
