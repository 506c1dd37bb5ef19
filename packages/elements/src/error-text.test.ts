import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOOTH_CODES } from '@kabina/booth/errors';
import { errorText, knownCodes } from './error-text.ts';

test('every code of the booth has a text of its own, with a way on', () => {
  assert.deepEqual(
    BOOTH_CODES.filter((code) => !knownCodes.includes(code)),
    [],
  );
  for (const code of knownCodes) {
    const { message, advice } = errorText(code);
    assert.match(message, /^[А-ЯЁ].*[.]$/, code);
    assert.match(advice, /^[А-ЯЁ].*[.]$/, code);
  }
});

/** Of cards, kiosks, desks and their queues; whoever gives one more adds it here. */
const STATION_CODES = `
  card.text card.foreign card.kiosk card.unknown card.used card.early card.expired card.busy
  card.spoiled card.deposit cards.erased outbox.full storage.not-kept storage.failed
  journal.disagrees journal.unreachable queue.foreign queue.truncated queue.malformed held.text
  held.foreign desk.secret desk.rights desk.voter desk.served desk.elsewhere desk.offline desk.pile
  desk.dead desk.closed permits.elsewhere deliveries.malformed deliveries.election deliveries.kiosk
  deliveries.style deliveries.batch deliveries.closed deliveries.full late.malformed late.not-held
  late.proof late.closed desk.trip desk.held desk.machine desk.key-file desk.refused desk.style
  desk.station cards.unknown journal.damaged machine.unreachable outbox.damaged outbox.elsewhere`;

test('every code of a station has a text of its own', () => {
  const missing = STATION_CODES.trim()
    .split(/\s+/)
    .filter((code) => !knownCodes.includes(code));
  assert.deepEqual(missing, []);
});

test('a code that nobody has foreseen has a text too', () => {
  assert.equal(errorText('ballots.new-kind').message, errorText('ballots.refused').message);
  assert.notEqual(errorText('whatever').advice, '');
});
