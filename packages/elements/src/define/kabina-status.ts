import { KabinaStatus } from '../kabina-status.ts';
import { define } from './define.ts';

export type * from '../kabina-status.ts';

define('kabina-status', KabinaStatus);
