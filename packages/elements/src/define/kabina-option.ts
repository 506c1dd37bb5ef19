import { KabinaOption } from '../kabina-option.ts';
import { define } from './define.ts';

export type * from '../kabina-option.ts';

define('kabina-option', KabinaOption);
