import './kabina-qr.ts';
import './kabina-scroller.ts';
import { KabinaChallenge } from '../kabina-challenge.ts';
import { define } from './define.ts';

export type * from '../kabina-challenge.ts';

define('kabina-challenge', KabinaChallenge);
