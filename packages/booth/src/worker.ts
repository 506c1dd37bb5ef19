// The dedicated worker of a booth. Load it as a module from the page's own origin:
// `new Worker(new URL('@kabina/booth/worker', import.meta.url), { type: 'module' })`.

import { expose } from 'comlink';
import { createFacade } from './facade.ts';

expose(createFacade());
