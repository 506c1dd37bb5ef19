/** Whether a voter may begin: at the very moments, in the breaks, and as the commission has decided. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { votingNow } from './hours.ts';

const hours = {
  opens: '2026-09-18T08:00:00+05:00',
  issuingCloses: '2026-09-20T19:30:00+05:00',
  closes: '2026-09-20T20:00:00+05:00',
  pauses: [{ from: '2026-09-18T20:00:00+05:00', to: '2026-09-19T08:00:00+05:00' }],
};
const NOTHING = { suspended: false, extension: 0 };
const at = (moment: string, heard = NOTHING): string => {
  const now = votingNow(hours, heard, Date.parse(moment));
  return 'until' in now ? `${now.is} ${now.until}` : now.is;
};

test('before, open, a night, and over, each from its first second', () => {
  assert.equal(at('2026-09-18T07:59:59+05:00'), `before ${hours.opens}`);
  assert.equal(at('2026-09-18T03:00:00Z'), 'open');
  assert.equal(at('2026-09-18T19:59:59+05:00'), 'open');
  assert.equal(at('2026-09-18T20:00:00+05:00'), `pause ${hours.pauses[0]!.to}`);
  assert.equal(at('2026-09-19T08:00:00+05:00'), 'open');
  assert.equal(at('2026-09-20T19:59:59+05:00'), 'open');
  assert.equal(at('2026-09-20T20:00:00+05:00'), 'over');
});

test('suspended whatever the hour, and open for longer once it was resumed', () => {
  const suspended = { suspended: true, extension: 0 };
  for (const moment of ['2026-09-18T07:00:00', '2026-09-19T12:00:00', '2026-09-20T20:00:01']) {
    assert.equal(at(`${moment}+05:00`, suspended), 'suspended');
  }
  const longer = { suspended: false, extension: 5_400_000 };
  assert.equal(at('2026-09-20T21:29:59+05:00', longer), 'open');
  assert.equal(at('2026-09-20T21:30:00+05:00', longer), 'over');
});
