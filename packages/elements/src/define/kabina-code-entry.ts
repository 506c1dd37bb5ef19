import { KabinaCodeEntry } from '../kabina-code-entry.ts';
import { define } from './define.ts';

export type * from '../kabina-code-entry.ts';

define('kabina-code-entry', KabinaCodeEntry);
