import { KabinaResults } from '../kabina-results.ts';
import { define } from './define.ts';

export type * from '../kabina-results.ts';

define('kabina-results', KabinaResults);
