/** `<kabina-booth>` with its encryption worker built in: nobody has to give it a worker factory. */
import { define } from '../define/define.ts';
import { KabinaBooth } from '../kabina-booth.ts';

class BundledBooth extends KabinaBooth {
  constructor() {
    super();
    // Under Trusted Types the page's own `default` policy has to let this address pass.
    this.workerFactory = () =>
      new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  }
}

define('kabina-booth', BundledBooth);
