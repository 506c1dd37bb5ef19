import './kabina-token.ts';
import { KabinaTrustee } from '../kabina-trustee.ts';
import { define } from './define.ts';

export type * from '../kabina-trustee.ts';

define('kabina-trustee', KabinaTrustee);
