import './kabina-qr.ts';
import './kabina-scroller.ts';
import './kabina-status.ts';
import { KabinaReceipt } from '../kabina-receipt.ts';
import { define } from './define.ts';

export type * from '../kabina-receipt.ts';

define('kabina-receipt', KabinaReceipt);
