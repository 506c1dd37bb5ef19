// A desk that was thought lost comes back: members have given its account, and the board won't have
// another. What it wrote stays, and the screen is told that sending alone won't mend it.

import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { refused, TestStation } from './testing-desk.ts';

const realFetch = globalThis.fetch;
after(() => {
  globalThis.fetch = realFetch;
});

it('an account that the board refuses is counted as such, kept, and sent once the board takes it', async () => {
  const station = await TestStation.create();
  const { services } = station;
  globalThis.fetch = ((url: string, init: RequestInit) =>
    services.fetch(url, init)) as typeof fetch;
  services.fault = (request) =>
    request === 'POST /box/entries' ? refused(422, 'entries.refused') : undefined;
  let desk = await station.openDesk();
  await desk.issue('1', 'K1');
  await desk.close();
  await station.until(desk, () => desk.status.refused > 0 && desk.status.waiting === 1);
  assert.equal(desk.status.refused, 1);
  assert.equal(desk.status.trouble?.code, 'entries.refused');
  // The issuers have their marks all the same.
  assert.equal(services.marks.filter(({ complete }) => complete).length, 2);

  desk.leave();
  desk = await station.openDesk();
  await station.until(desk, () => desk.status.refused > 0);
  assert.equal(desk.status.waiting, 1, 'the account is kept over a restart');

  services.fault = () => undefined;
  desk.hurry();
  await station.until(desk, () => desk.status.waiting === 0 && desk.status.trouble === undefined);
  assert.equal(desk.status.refused, 0);
  assert.equal(services.posted.filter(({ type }) => type === 'marked').length, 1);
  desk.leave();
});
