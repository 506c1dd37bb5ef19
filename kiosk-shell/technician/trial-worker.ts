/** The technician's worker: what takes long or reads a whole board, away from the page. */
import { equalBytes, hexToBytes } from '@kabina/crypto/bytes';
import type { SuiteId } from '@kabina/crypto/suites';
import { PortalClient } from '@kabina/booth/client';
import { openElection } from '@kabina/booth/voter';
import { trialBallot, type TrialResult } from './trial.ts';

export type WorkerTask =
  | { readonly is: 'trial'; readonly suite: SuiteId }
  | {
      readonly is: 'key';
      readonly box: string;
      readonly electionId: string;
      readonly role: 'kiosk' | 'desk';
      readonly id: string;
      readonly publicKey: Uint8Array;
    };

/** `unlisted`: the manifest has no such kiosk or station. `unread`: no board was read. */
export type KeyResult = 'right' | 'foreign' | 'unlisted' | 'unread';
export type WorkerAnswer = TrialResult | KeyResult;

async function compareKey(task: WorkerTask & { is: 'key' }): Promise<KeyResult> {
  const client = new PortalClient({ box: task.box, issuers: [] });
  try {
    const { manifest } = await openElection(client, hexToBytes(task.electionId));
    const list = task.role === 'kiosk' ? manifest.kiosks : manifest.stations;
    const found = list.find(({ id }) => id === task.id);
    if (found === undefined) return 'unlisted';
    return equalBytes(found.signingKey, task.publicKey) ? 'right' : 'foreign';
  } catch {
    return 'unread';
  }
}

addEventListener('message', ({ data }: MessageEvent<WorkerTask>) => {
  if (data.is === 'trial') postMessage(trialBallot(data.suite));
  else void compareKey(data).then((result) => postMessage(result));
});
