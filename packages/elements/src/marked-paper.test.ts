import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { test } from 'node:test';
import fc from 'fast-check';
import { MarkedPaper } from './marked-paper.ts';
import { candidates, projects, question } from './testing.ts';

test('one mark moves, a second press clears it', () => {
  const paper = new MarkedPaper(question);
  assert.equal(paper.toggle(0), 'marked');
  assert.equal(paper.toggle(1), 'moved');
  assert.deepEqual(paper.read(), [0, 1]);
  assert.equal(paper.toggle(1), 'cleared');
  assert.equal(paper.complete, false);
});

test('one mark too many is refused; a blank paper is complete where blank is allowed', () => {
  const paper = new MarkedPaper(projects);
  assert.equal(paper.complete, true);
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => paper.toggle(index)),
    ['marked', 'marked', 'marked', 'full'],
  );
  assert.deepEqual(paper.read(), [1, 1, 1, 0, 0, 0, 0, 0]);
});

test('a withdrawn option takes no mark', () => {
  const paper = new MarkedPaper(candidates, ['c3', 'unknown']);
  assert.equal(paper.toggle(2), 'withdrawn');
  assert.equal(paper.blank, true);
});

test('an option that is not on the paper is refused', () => {
  const paper = new MarkedPaper(question);
  for (const index of [-1, 2, 0.5, NaN]) assert.throws(() => paper.toggle(index), RangeError);
});

test('whatever is pressed, there are never more marks than allowed, and the count is right', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(7), { maxLength: 60 }), (presses) => {
      const paper = new MarkedPaper(projects, ['p5']);
      for (const index of presses) paper.toggle(index);
      const marks = paper.read();
      const count = marks.filter((mark) => mark === 1).length;
      assert.ok(count <= projects.max);
      assert.equal(marks[4], 0);
      assert.equal(paper.count, count);
      marks.forEach((mark, index) => assert.equal(paper.isMarked(index), mark === 1));
    }),
  );
});

test('no mark is in what a paper prints, serialises to or lists', () => {
  const one = new MarkedPaper(projects);
  const other = new MarkedPaper(projects);
  one.toggle(1);
  other.toggle(6);
  for (const print of [inspect, JSON.stringify, String, (paper: object) => Object.entries(paper)]) {
    assert.deepEqual(print(one), print(other));
  }
});

test('an erased paper is blank', () => {
  const paper = new MarkedPaper(projects);
  paper.toggle(1);
  paper.erase();
  assert.deepEqual(paper.read(), [0, 0, 0, 0, 0, 0, 0, 0]);
});
