/** The members' slips: numbers alone, each letter printable, and nothing too early. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KioskStatus } from '@kabina/booth/station';
import { encodeEntry } from '@kabina/election/entries';
import type { Manifest } from '@kabina/election/manifest';
import { printable, receiptPage } from '@kabina/tokens/receipt-page';
import { heldNumber, kioskSlip, untouched, type KioskSlip } from './kiosk-slips.ts';

const name = (ru: string) => ({ ru, kk: `${ru} (kk)` });
const status: KioskStatus = {
  phase: 'voting',
  kiosk: 'K1',
  station: { id: '101', name: name('Участок № 101') },
  election: { id: 'ab', kind: 'training', title: name('Выборы главы') },
  cards: [{ style: 'd4', received: 200, opened: 57, cancelled: 0 }],
  heard: { suspended: false, extension: 0 },
  interrupted: false,
  queue: { waiting: 7, quarantined: 0, sent: 50, line: 'down', full: false },
};
const manifest = {
  kiosks: [{ id: 'K1', name: 'Терминал 1' }],
  styles: [{ id: 'd4', title: name('Округ № 4') }],
} as unknown as Manifest;
const held = encodeEntry({
  type: 'held',
  election: new Uint8Array(32),
  body: { station: '101', kiosk: 'K1', number: 9, root: new Uint8Array(32) },
  signatures: [['kiosk/K1', new Uint8Array(64)]],
});
const heldText = `kabina-held:${Buffer.from(held).toString('base64url')}`;
const NOW = new Date(2026, 8, 18, 20, 5);

const text = (kind: KioskSlip, rest: Partial<KioskStatus> = {}): string => {
  const slip = kioskSlip(kind, { status: { ...status, ...rest }, manifest, heldText }, NOW);
  const all = [slip.title, ...slip.lines, slip.code, ...slip.footer].join('\n');
  assert.doesNotMatch(printable(all.replaceAll('\n', ' '), false), /\?/);
  return all;
};

test('before closing no slip says how many cards were opened', () => {
  const evening = text('evening');
  assert.match(evening, /получено карточек 200/);
  assert.match(evening, /Ждут отправки: 7/);
  assert.match(evening, /Отправлено бюллетеней: 50/);
  assert.doesNotMatch(evening, /57|открыто|20:05/);
});

test('the closing slip says what the kiosk stated, whatever has been sent since', () => {
  assert.equal(heldNumber(heldText), 9);
  const cards = [{ style: 'd4', received: 200, opened: 57, cancelled: 143 }];
  const closing = text('closing', { phase: 'closed', cards });
  assert.match(closing, /получено карточек 200, открыто 57, погашено 143/);
  assert.match(closing, /Ждут отправки: 9/);
  const slip = kioskSlip('closing', { status, manifest, heldText }, NOW);
  for (const columns of [32, 48] as const) {
    const bytes = Buffer.from(receiptPage(slip, { columns })).toString('latin1');
    assert.ok(bytes.includes(heldText), 'the desk can scan it from the paper');
  }
});

test('the zero report is there until the first card is opened', () => {
  const cards = [{ style: 'd4', received: 200, opened: 0, cancelled: 0 }];
  const queue = { ...status.queue, waiting: 0, sent: 0 };
  assert.ok(untouched({ ...status, cards, queue }));
  assert.equal(untouched({ ...status, queue }), false);
  assert.equal(untouched({ ...status, cards, queue, phase: 'closed' }), false);
  assert.equal(untouched({ ...status, cards }), false);
  assert.match(text('zero', { cards, queue }), /получено карточек 200, открыто 0/);
});
