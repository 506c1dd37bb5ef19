import './kabina-qr.ts';
import './kabina-scroller.ts';
import { KabinaSealed } from '../kabina-sealed.ts';
import { define } from './define.ts';

export type * from '../kabina-sealed.ts';

define('kabina-sealed', KabinaSealed);
