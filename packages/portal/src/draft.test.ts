/** The draft: which keys follow from its stations, and what is no draft. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draftKeys, draftServes, readDraft } from './draft.ts';

const contests = [{ id: 'mayor' }, { id: 'council' }];

test('without stations there are online keys alone', () => {
  const draft = readDraft({ contests, styles: [{ id: 'town' }] });
  assert.deepEqual(draftKeys(draft), [
    { contest: 'mayor', list: 'online' },
    { contest: 'council', list: 'online' },
  ]);
  assert.equal(draftServes(draft, '101', 'town'), false);
});

test('a station has keys for its contests, and serves the styles that need no others', () => {
  const draft = readDraft({
    contests,
    styles: [
      { id: 'town', contests: ['mayor', 'council'] },
      { id: 'village', contests: ['mayor'] },
    ],
    stations: [{ id: '101' }, { id: '102', contests: ['mayor'] }],
  });
  assert.deepEqual(
    draftKeys(draft).map(({ contest, list }) => `${contest} ${list}`),
    [
      'mayor online',
      'mayor station/101',
      'mayor station/102',
      'council online',
      'council station/101',
    ],
  );
  const served = ['101', '102', '103'].map((station) =>
    ['town', 'village'].filter((style) => draftServes(draft, station, style)),
  );
  assert.deepEqual(served, [['town', 'village'], ['village'], []]);
});

test('what is no draft is refused', () => {
  for (const wrong of [
    null,
    {},
    { contests, styles: 1 },
    { contests, styles: [{ id: 'a b' }] },
    { contests, styles: [{ id: 'town', contests: ['duma'] }] },
    { contests, styles: [], stations: [{ id: '101', contests: 'mayor' }] },
    { contests, styles: [], stations: [{ name: '101' }] },
  ]) {
    assert.throws(() => readDraft(wrong), { code: 'draft.malformed' }, JSON.stringify(wrong));
  }
});
