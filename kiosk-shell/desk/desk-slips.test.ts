// Slips: the numbers that are counted by hand stand on them, and nothing of a voter.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeskStatus } from '@kabina/elements/desk';
import { receiptPage } from '@kabina/tokens/receipt-page';
import { deskSlip, SLIPS, turnoutDue, zeroDue } from './desk-slips.ts';

const status: DeskStatus = {
  at: 'open',
  kind: 'training',
  title: { ru: 'Выборы главы' },
  station: { id: '101', name: { ru: 'Участок № 101' } },
  line: 'down',
  voters: 1200,
  served: 417,
  piles: [
    {
      kiosk: 'K1',
      kioskName: 'Кабина 1',
      style: 'town',
      styleTitle: { ru: 'Город' },
      received: 600,
      given: 420,
      spoiled: 3,
      left: 178,
      dead: false,
    },
  ],
  trips: [{ id: 'a', voters: 4, served: 0, out: 2, back: undefined }],
  waiting: 5,
  refused: 0,
  held: [{ kiosk: 'K1', number: 12 }],
  busy: false,
};
const now = new Date(2026, 8, 18, 12, 7);

describe('the desk’s slips', () => {
  it('carry the label, the station and the numbers', () => {
    const balance = deskSlip('balance', status, { locale: 'ru', now });
    const text = balance.lines.join('\n');
    for (const part of [
      'ТРЕНИРОВОЧНОЕ',
      'Участок № 101',
      'получено 600, взято 420, испорчено 3, на столе 178',
      'Карточек на выезде: 2',
      'K1, бюллетеней в очереди: 12',
      'Ждёт отправки: 5',
    ]) {
      assert.ok(text.includes(part), part);
    }
    assert.equal(deskSlip('turnout', status, { locale: 'ru', now }).code, '417 / 1200 (34.8%)');
    assert.equal(deskSlip('delivery', status, { locale: 'en', now }).code, 'Cards: 600');
  });

  it('are printed by a receipt printer in every language', () => {
    for (const kind of SLIPS) {
      for (const locale of ['ru', 'kk', 'en'] as const) {
        assert.ok(receiptPage(deskSlip(kind, status, { locale, now })).length > 0);
      }
    }
  });

  it('are asked for at their hours and for an hour, each day anew', () => {
    const due = (day: number, hour: number, minute = 0): string | undefined =>
      turnoutDue(new Date(2026, 8, day, hour, minute, 59));
    for (const hour of [10, 12, 15, 18]) {
      assert.equal(due(18, hour - 1, 59), undefined, `a minute before ${hour}`);
      assert.equal(due(18, hour), `2026-9-18 ${hour}`);
      assert.equal(due(18, hour, 59), `2026-9-18 ${hour}`);
      assert.equal(due(18, hour + 1), undefined, `an hour after ${hour}`);
      assert.equal(due(19, hour), `2026-9-19 ${hour}`);
    }
    for (const hour of [0, 8, 20]) assert.equal(due(18, hour), undefined);
  });

  it('begin with the zero report, before the first mark', () => {
    assert.equal(zeroDue(status, []), false);
    const fresh = { ...status, served: 0, piles: [{ ...status.piles[0]!, given: 0 }] };
    assert.equal(zeroDue(fresh, []), true);
    assert.equal(zeroDue(fresh, ['zero']), false);
  });
});
