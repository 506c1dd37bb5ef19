import { KabinaSettings } from '../kabina-settings.ts';
import { define } from './define.ts';

export type * from '../kabina-settings.ts';

define('kabina-settings', KabinaSettings);
