import { KabinaResultsProtocol } from '../kabina-results-protocol.ts';
import { define } from './define.ts';

export type * from '../kabina-results-protocol.ts';

define('kabina-results-protocol', KabinaResultsProtocol);
