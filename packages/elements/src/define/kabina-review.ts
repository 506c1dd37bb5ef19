import './kabina-scroller.ts';
import { KabinaReview } from '../kabina-review.ts';
import { define } from './define.ts';

export type * from '../kabina-review.ts';

define('kabina-review', KabinaReview);
