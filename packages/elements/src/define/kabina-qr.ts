import { KabinaQr } from '../kabina-qr.ts';
import { define } from './define.ts';

export type * from '../kabina-qr.ts';

define('kabina-qr', KabinaQr);
