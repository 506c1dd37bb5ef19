/**
 * The page of the isolated app, where a token is checked. An Isolated Web App may drive
 * CCID readers itself, without the kiosk's agent, which no page in a tab may.
 */
import '../common/trusted-types.ts';
import '@kabina/elements/kabina-token';
import { TokenRoads } from '../common/readers.ts';
import { TokenSession } from '../common/token-session.ts';
import { tokenCheck } from './token-check.ts';

document.querySelector('kabina-token')!.task = new TokenSession(
  tokenCheck(() => new Date()),
  new TokenRoads(),
);
// A fresh page for each token: nothing of the one before is left in it.
document.querySelector('#again')!.addEventListener('click', () => location.reload());
