/**
 * A regional portal's page with the booth in it: what an embedder writes. The portal knows the
 * election's id from a source that it trusts, here its own server's configuration.
 */
import '../common/trusted-types.ts';
import '@kabina/elements/kabina-booth';
import { readConfig } from '../common/config.ts';
import { createBoothWorker } from '../common/worker-factory.ts';

const status = document.querySelector<HTMLElement>('#status')!;
const place = document.querySelector<HTMLElement>('#booth')!;

const config = await readConfig().catch(() => undefined);
if (config === undefined) {
  status.textContent = 'Сейчас нет ни одного голосования. Обновите страницу позже.';
} else {
  status.remove();
  const booth = Object.assign(document.createElement('kabina-booth'), {
    election: config.electionId,
    box: config.box,
    registrar: config.registrar,
    observers: config.observers,
    workerFactory: createBoothWorker,
  });
  place.append(booth);
}
