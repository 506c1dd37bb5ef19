import './kabina-code-entry.ts';
import './kabina-pin-pad.ts';
import { KabinaToken } from '../kabina-token.ts';
import { define } from './define.ts';

export type * from '../kabina-token.ts';

define('kabina-token', KabinaToken);
