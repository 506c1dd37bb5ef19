// What the parts of a station's kiosk share once the election was read and believed.

import type { Signer } from '@kabina/election/entries';
import type { Manifest } from '@kabina/election/manifest';
import type { PortalClient } from '../client.ts';
import type { WorkerClient } from '../worker-client.ts';
import type { Places } from './places.ts';

export interface KioskServices {
  readonly manifest: Manifest;
  /** electionId. */
  readonly election: Uint8Array;
  /** Ids in the manifest. */
  readonly kiosk: string;
  readonly station: string;
  /** The kiosk's own, in its machine. */
  readonly signer: Signer;
  readonly client: PortalClient;
  readonly places: Places;
  call: WorkerClient['call'];
}
