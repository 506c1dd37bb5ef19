import { KabinaQueueStatus } from '../kabina-queue-status.ts';
import { define } from './define.ts';

export type * from '../kabina-queue-status.ts';

define('kabina-queue-status', KabinaQueueStatus);
