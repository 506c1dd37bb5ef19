/** The seven holders as processes that the test itself starts, so that it knows every passphrase. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesToHex, hexToBytes, randomBytes } from '@kabina/crypto/bytes';
import { decode } from '@kabina/election/cbor';
import { startParty, stopParty, type Party } from '@kabina/kiosk-shell/start/processes';
import { HOLDERS, type RunningElection, type Seat } from '@kabina/kiosk-shell/start/setup';
import { folderStore } from '@kabina/trustee/folder-store';
import { Vault } from '@kabina/trustee/vault';
import type { Secret } from './secrets.ts';

const TRUSTEE = new URL('../../packages/trustee/src/cli/trustee.ts', import.meta.url).pathname;

export class WatchedTrustees {
  readonly passphrases = HOLDERS.map(() => `canary ${bytesToHex(randomBytes(12))} пароль`);
  readonly #folder: string;
  #parties: Party[] = [];

  /** `folder`: where each holder gets a state folder. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  folderOf(index: number): string {
    return join(this.#folder, `trustee-${index}`);
  }

  /** Makes each holder's keys in a process of its own. */
  takeSeats(): Promise<Seat[]> {
    return Promise.all(
      HOLDERS.map(async (name, i) => {
        const index = i + 1;
        const args = ['keys', '--state', this.folderOf(index), '--index', String(index)];
        await stopParty(
          await startParty({
            name: `trustee ${index}`,
            file: TRUSTEE,
            args,
            secret: this.passphrases[i],
          }),
        );
        const path = join(this.folderOf(index), 'public.json');
        const keys = JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;
        return {
          index,
          name,
          signingKey: hexToBytes(keys['signingKey']!),
          hpkeKey: hexToBytes(keys['hpkeKey']!),
        };
      }),
    );
  }

  async serve({ electionId, box }: RunningElection): Promise<void> {
    this.#parties = await Promise.all(
      HOLDERS.map((_, i) =>
        startParty({
          name: `trustee ${i + 1}`,
          file: TRUSTEE,
          args: [
            ...['serve', '--state', this.folderOf(i + 1), '--index', String(i + 1)],
            ...['--election', bytesToHex(electionId), '--box', box.url],
          ],
          secret: this.passphrases[i],
        }),
      ),
    );
  }

  /** What the vaults hold between ceremony and opening: keys, dealings and shares. */
  async secrets(): Promise<Secret[]> {
    const found: Secret[] = [];
    for (const [i, passphrase] of this.passphrases.entries()) {
      const index = i + 1;
      found.push({ name: `passphrase of trustee ${index}`, value: passphrase });
      const vault = await Vault.open(folderStore(this.folderOf(index)), passphrase);
      for (const record of ['share', 'signing-seed', 'hpke-key']) {
        const value = await vault.get(record);
        if (value !== undefined) found.push({ name: `${record} of trustee ${index}`, value });
      }
      const dealing = await vault.get('dealing/1');
      if (dealing === undefined) continue;
      const { coefficients } = decode(dealing) as { coefficients: Uint8Array[] };
      for (const [power, value] of coefficients.entries()) {
        found.push({ name: `coefficient ${power} of trustee ${index}`, value });
      }
    }
    return found;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#parties.map((party) => stopParty(party)));
  }
}
