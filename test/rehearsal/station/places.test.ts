import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isShare, placesOf } from './places.ts';

const STATIONS = ['101', '102', '103'];

describe('the places of a rehearsal', () => {
  it('are half without a line, two of each station with one, and the rest at home', () => {
    const places = placesOf(100, STATIONS, 0.5);
    const there = places.filter((place) => place !== undefined);
    assert.equal(there.filter(({ offline }) => offline).length, 50);
    assert.equal(there.filter(({ offline }) => !offline).length, 2 * STATIONS.length);
    for (const station of STATIONS) {
      const own = there.filter((place) => place.station === station && place.offline);
      assert.ok(Math.abs(own.length - 50 / STATIONS.length) < 4, station);
    }
    assert.deepEqual(placesOf(3, [], 0.5), [undefined, undefined, undefined]);
  });

  it('are the asked share of the ballots too, however the styles’ papers differ', () => {
    const styles = fc.array(
      fc.record({ size: fc.integer({ min: 1, max: 40 }), papers: fc.nat(5) }),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(styles, fc.double({ min: 0, max: 1, noNaN: true }), (list, offline) => {
        const voters = list.flatMap(({ size, papers }, s) =>
          Array.from({ length: size }, () => ({ style: String(s), papers: new Array(papers) })),
        );
        const places = placesOf(voters.length, STATIONS, offline);
        const down = voters.filter((_, i) => places[i]?.offline);
        const ballots = down.reduce((sum, { papers }) => sum + papers.length, 0);
        assert.ok(isShare(ballots, offline, voters));
      }),
    );
  });

  it('are not it when a station’s line was up all day', () => {
    const voters = Array.from({ length: 100 }, () => ({ style: 'town', papers: new Array(3) }));
    assert.equal(isShare(150, 0.5, voters), true);
    assert.equal(isShare(147, 0.5, voters), true);
    assert.equal(isShare(120, 0.5, voters), false);
    assert.equal(isShare(0, 0.5, voters), false);
    assert.equal(isShare(180, 0.5, voters), false);
  });
});
