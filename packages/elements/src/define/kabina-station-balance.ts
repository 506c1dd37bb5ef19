import { KabinaStationBalance } from '../kabina-station-balance.ts';
import { define } from './define.ts';

export type * from '../kabina-station-balance.ts';

define('kabina-station-balance', KabinaStationBalance);
