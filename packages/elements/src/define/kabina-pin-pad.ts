import { KabinaPinPad } from '../kabina-pin-pad.ts';
import { define } from './define.ts';

export type * from '../kabina-pin-pad.ts';

define('kabina-pin-pad', KabinaPinPad);
