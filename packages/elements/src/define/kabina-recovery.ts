import './kabina-code-entry.ts';
import { KabinaRecovery } from '../kabina-recovery.ts';
import { define } from './define.ts';

export type * from '../kabina-recovery.ts';

define('kabina-recovery', KabinaRecovery);
