import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { TestElection, TestMember, withStation } from './testing.ts';
import { contestShape, decodeManifest, electionId, encodeManifest, votersOf } from './manifest.ts';
import { checkManifest, servedStyles, type Contest, type Manifest } from './manifest.ts';
import { ElectionError } from './errors.ts';

const { manifest } = await TestElection.create();

/** A deep copy to spoil. */
function changed(change: (copy: Manifest) => void): Manifest {
  const copy = structuredClone(manifest);
  change(copy);
  return copy;
}
const contest = (m: Manifest, i: number) => m.contests[i] as Contest;

test('encodes, decodes, and has one id', () => {
  const encoded = encodeManifest(manifest);
  const decoded = decodeManifest(encoded);
  assert.deepEqual(encodeManifest(decoded), encoded);
  assert.deepEqual(electionId(decoded), electionId(manifest));
  const training = changed((m) => (m.kind = 'binding'));
  assert.notDeepEqual(electionId(training), electionId(manifest));
});

const stationed = withStation(manifest);
/** Spoils a manifest with a station in place of the other. */
function atStation(change: (m: Manifest) => void): (m: Manifest) => void {
  return (m) => {
    Object.assign(m, structuredClone(stationed));
    change(m);
  };
}

test('a manifest with a station is good, and says which styles the station serves', () => {
  checkManifest(stationed);
  assert.deepEqual(decodeManifest(encodeManifest(stationed)), stationed);
  assert.deepEqual(
    servedStyles(stationed, '101').map(({ id }) => id),
    ['town'],
  );
});

test('the largest ballot has to fit even when it comes late', () => {
  const sized = (options: number) => {
    const copy = structuredClone(manifest);
    const list = Array.from({ length: options }, (_, i) => ({ id: `o${i}`, name: { ru: 'X' } }));
    Object.assign(copy.contests[0]!, { options: list, min: 1, max: 1 });
    return copy;
  };
  const fits = (m: Manifest) => {
    try {
      checkManifest(m);
      return true;
    } catch (error) {
      assert.equal((error as ElectionError).code, 'manifest.ballot-size');
      return false;
    }
  };
  let most = 1;
  while (fits(sized(most + 1))) most++;
  assert.equal(fits(withStation(sized(most))), false);
  assert.equal(fits(withStation(sized(most - 10))), true);
});

describe('what is refused', () => {
  const bad: readonly [string, string, (m: Manifest) => void][] = [
    ['a contest twice', 'manifest.duplicate', (m) => m.contests.push(contest(m, 0))],
    [
      'an option twice',
      'manifest.duplicate',
      (m) => contest(m, 0).options.push(contest(m, 0).options[0]!),
    ],
    ['more marks than options', 'manifest.marks', (m) => (contest(m, 2).max = 3)],
    ['min above max', 'manifest.marks', (m) => (contest(m, 2).min = 2)],
    ['a style with no such contest', 'manifest.styles', (m) => m.styles[0]!.contests.push('none')],
    ['a contest in no style', 'manifest.styles', (m) => m.styles[1]!.contests.pop()],
    ['voters that do not add up', 'manifest.voters', (m) => m.voters.count++],
    ['closing before opening', 'manifest.hours', (m) => (m.hours.closes = m.hours.opens)],
    [
      'issuing after closing',
      'manifest.hours',
      (m) => (m.hours.issuingCloses = '2026-09-21T00:00:00Z'),
    ],
    [
      'a pause that ends before it begins',
      'manifest.hours',
      (m) => (m.hours.pauses[0]!.to = m.hours.opens),
    ],
    [
      'revoting after closing',
      'manifest.hours',
      (m) => (m.revoting!.until = '2027-01-01T00:00:00Z'),
    ],
    ['no such moment', 'shape.range', (m) => (m.hours.opens = '2026-13-18T08:00:00+03:00')],
    ['30 February', 'shape.range', (m) => (m.hours.opens = '2026-02-30T08:00:00+03:00')],
    ['an offset of 15 hours', 'shape.range', (m) => (m.hours.opens = '2026-09-18T08:00:00+15:00')],
    ['a time without an offset', 'shape.range', (m) => (m.hours.opens = '2026-09-18T08:00:00')],
    ['holders out of order', 'manifest.trustees', (m) => (m.trustees.holders[0]!.index = 2)],
    ['a threshold above the holders', 'manifest.trustees', (m) => (m.trustees.threshold = 5)],
    ['an issuer without a key', 'manifest.issuer-keys', (m) => m.issuers[0]!.keys.pop()],
    [
      'a key for no contest',
      'manifest.issuer-keys',
      (m) => (m.issuers[0]!.keys[0]!.contest = 'none'),
    ],
    ['a short modulus', 'manifest.issuer-keys', (m) => (m.issuers[0]!.keys[0]!.modulus[0] = 0x7f)],
    ['an even modulus', 'manifest.issuer-keys', (m) => (m.issuers[0]!.keys[0]!.modulus[383] = 2)],
    ['an even exponent', 'manifest.issuer-keys', (m) => (m.issuers[0]!.keys[0]!.exponent = 4)],
    [
      'one blind-signing key for two contests',
      'manifest.duplicate',
      (m) => (m.issuers[0]!.keys[1]!.modulus = m.issuers[0]!.keys[0]!.modulus),
    ],
    [
      'one signing key for two',
      'manifest.duplicate',
      (m) => (m.box.signingKey = m.commission.signingKey),
    ],
    [
      'one HPKE key for two',
      'manifest.duplicate',
      (m) => (m.trustees.holders[0]!.hpkeKey = m.trustees.holders[1]!.hpkeKey),
    ],
    ['a quorum that is no majority', 'manifest.witnesses', (m) => (m.witnesses.quorum = 1)],
    ['a quorum above the witnesses', 'manifest.witnesses', (m) => (m.witnesses.quorum = 4)],
    [
      'one witness under two names',
      'manifest.duplicate',
      (m) => (m.witnesses.keys[0] = m.witnesses.keys[1]!),
    ],
    [
      'a key of the log as witness',
      'manifest.note-key',
      (m) => (m.witnesses.keys[0] = m.board.key),
    ],
    ['a broken key of the log', 'manifest.note-key', (m) => (m.board.key = 'log+00000000+AAAA')],
    [
      'a binding election without witnesses',
      'manifest.witnesses',
      (m) => {
        m.kind = 'binding';
        m.witnesses = { quorum: 0, keys: [] };
      },
    ],
    [
      'a binding election whose members have no authority',
      'manifest.members',
      (m) => {
        m.kind = 'binding';
        delete m.commission.authority;
      },
    ],
    [
      'more signatures than members',
      'manifest.members',
      (m) => (m.commission.authority!.closing = 3),
    ],
    [
      'two members of one name',
      'manifest.duplicate',
      (m) => (m.commission.members[1]!.name = m.commission.members[0]!.name),
    ],
    [
      'an authority that is no certificate',
      'manifest.authority',
      (m) => (m.commission.authority!.certificate = new Uint8Array(9)),
    ],
    [
      'a member’s certificate as authority',
      'manifest.authority',
      (m) => (m.commission.authority!.certificate = new TestMember('Никто').certificate),
    ],
    [
      'two members whose names differ by a space',
      'manifest.duplicate',
      (m) => {
        m.commission.members[0]!.name = 'Иванов  Иван';
        m.commission.members[1]!.name = 'Иванов\u00a0Иван ';
      },
    ],
    [
      'an authority that ends before the count',
      'manifest.authority',
      (m) => (m.hours.closes = '2035-12-31T20:00:00+03:00'),
    ],
    [
      'nobody has to sign the protocols',
      'shape.range',
      (m) => (m.commission.authority!.publishing = 0),
    ],
    [
      'a kiosk of a station',
      'manifest.stations',
      (m) => m.kiosks.push({ id: 'k', name: 'К', station: 's', signingKey: new Uint8Array(32) }),
    ],
    ['a station twice', 'manifest.duplicate', atStation((m) => m.stations.push(m.stations[0]!))],
    [
      'a desk with the key of a kiosk',
      'manifest.duplicate',
      atStation((m) => (m.stations[0]!.signingKey = m.kiosks[0]!.signingKey)),
    ],
    ['a station without a kiosk', 'manifest.stations', atStation((m) => (m.kiosks = []))],
    [
      'a station for which no issuer has keys',
      'manifest.stations',
      atStation((m) => {
        for (const issuer of m.issuers) issuer.keys = issuer.keys.slice(0, 5);
      }),
    ],
    [
      'a station that lacks a key for every style',
      'manifest.stations',
      atStation((m) => {
        for (const issuer of m.issuers) issuer.keys.splice(5, 1);
      }),
    ],
    [
      'a key of a station that one issuer lacks',
      'manifest.issuer-keys',
      atStation((m) => m.issuers[1]!.keys.pop()),
    ],
    [
      'a key of a station that only the second issuer has',
      'manifest.issuer-keys',
      atStation((m) => m.issuers[0]!.keys.pop()),
    ],
    [
      'a key for a station that is not there',
      'manifest.issuer-keys',
      atStation((m) => (m.issuers[0]!.keys.at(-1)!.list = 'station/102')),
    ],
    [
      'a station’s key that is an online one',
      'manifest.duplicate',
      atStation((m) => (m.issuers[0]!.keys[5]!.modulus = m.issuers[0]!.keys[0]!.modulus)),
    ],
    ['a point that is no id', 'shape.range', (m) => (contest(m, 0).id = 'a b')],
    ['another version', 'shape.range', (m) => (m.v = 2 as 1)],
    ['another suite', 'shape.range', (m) => (m.suite = 'rot13' as Manifest['suite'])],
    [
      'a ballot that does not fit into an entry',
      'manifest.ballot-size',
      (m) => {
        const options = Array.from({ length: 220 }, (_, i) => ({ id: `o${i}`, name: { ru: 'X' } }));
        Object.assign(contest(m, 0), { options, max: 40 });
      },
    ],
    [
      'a manifest that does not fit into an entry',
      'manifest.size',
      (m) => {
        for (const one of m.contests) {
          for (const option of one.options) option.description = { ru: 'Ж'.repeat(1900) };
        }
      },
    ],
  ];
  for (const [what, code, change] of bad) {
    test(what, () => assert.throws(() => checkManifest(changed(change)), { code }));
  }
  test('unknown fields, wherever they stand', () => {
    const copy = changed((m) => Object.assign(m.hours, { lunch: 'yes' }));
    assert.throws(() => checkManifest(copy), { code: 'shape.field' });
  });
});

test('any bytes are a manifest or throw an ElectionError', () => {
  const encoded = encodeManifest(manifest);
  fc.assert(
    fc.property(fc.nat(encoded.length - 1), fc.nat(255), (at, byte) => {
      const bytes = encoded.with(at, byte);
      try {
        decodeManifest(bytes);
      } catch (error) {
        assert.ok(error instanceof ElectionError, String(error));
      }
    }),
    { numRuns: 300 },
  );
});

test('shapes of the three kinds of contest', () => {
  const shapes = Object.fromEntries(manifest.contests.map((c) => [c.id, contestShape(c)]));
  assert.deepEqual(shapes['mayor'], { cells: 10, weights: new Array(10).fill(1), allowed: [1] });
  const council = { cells: 9, weights: [1, 1, 1, 1, 1, 1, 1, 1, 9], allowed: [1, 2, 3, 9] };
  assert.deepEqual(shapes['council'], council);
  assert.deepEqual(shapes['question'], { cells: 2, weights: [1, 1], allowed: [1] });
  const from2to4 = contestShape({ ...contest(manifest, 0), min: 2, max: 4 });
  assert.deepEqual(from2to4.allowed, [2, 3, 4]);
});

test('voters of a contest are those of all styles that have it', () => {
  assert.equal(votersOf(manifest, 'mayor'), 6);
  assert.equal(votersOf(manifest, 'question'), 10);
});
