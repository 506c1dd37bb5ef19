// Whatever election may be held at stations, its ballots fit into a kiosk's queue: fetching an election
// refuses any other (`board.manifest`).

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ElectionError } from '@kabina/election/errors';
import { checkManifest, type Manifest } from '@kabina/election/manifest';
import { TestElection, withStation } from '@kabina/election/testing';
import { MAX_ITEM_SIZE } from '@kabina/outbox/outbox';
import { ballotSize } from './sizes.ts';

it('the largest ballot that a manifest with stations may have fits into the queue', async () => {
  const { manifest } = await TestElection.create('ristretto255-sha512', withStation);
  const [first, ...others] = manifest.contests as [Manifest['contests'][number]];
  const name = { ru: 'Кандидат' };
  let [largest, refused] = [0, 0];
  for (let length = 2; length <= 250; length++) {
    const options = Array.from({ length }, (_, i) => ({ id: `option-${i}`, name }));
    const changed = { ...manifest, contests: [{ ...first, options, min: 1, max: 1 }, ...others] };
    try {
      checkManifest(changed);
      largest = Math.max(largest, ballotSize(changed));
    } catch (error) {
      if (!(error instanceof ElectionError)) throw error;
      assert.match(error.message, /a ballot would take/);
      refused += 1;
    }
  }
  assert.ok(largest <= MAX_ITEM_SIZE, `${largest} bytes`);
  // The largest was met.
  assert.ok(refused > 0 && largest > 60_000, `${largest} bytes, ${refused} refused`);
});
