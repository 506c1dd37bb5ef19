import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { election, good } from '../test/spoil.ts';
import { election as stationElection, good as stationBoard } from '../test/spoil-station.ts';
import { decode, encode } from './cbor.ts';
import { checkSignatures, decodeEntry, encodeEntry, type Entry } from './entries.ts';
import { entryTypes } from './entry-bodies.ts';
import { ElectionError } from './errors.ts';
import { MAX_BATCH } from './station-delivery.ts';
import { flipped } from './testing.ts';

const station = stationElection.build(stationBoard.steps).entries;
const entries = [...election.build(good.steps).entries, ...station];
/** The shortest entry of each type on a good board. */
const samples = new Map<string, Uint8Array>();
for (const bytes of entries) {
  const { type } = decodeEntry(bytes);
  if (bytes.length < (samples.get(type)?.length ?? Infinity)) samples.set(type, bytes);
}

/** Decodes or throws an `ElectionError`; anything else is a fault of ours. */
function decodesOrRefuses(bytes: Uint8Array): void {
  try {
    assert.deepEqual(encodeEntry(decodeEntry(bytes)), bytes);
  } catch (error) {
    assert.ok(error instanceof ElectionError, String(error));
  }
}

/** The one type that no good board has to have. */
const writtenOff = stationElection.sign('written-off', 'commission', {
  ...{ station: '101', kiosk: 'K1', reason: 'x', cards: [['town', 1]] },
  members: [],
});
samples.set('written-off', encodeEntry(writtenOff));

test('good boards have an entry of every type', () => {
  assert.deepEqual([...samples.keys()].sort(), [...entryTypes].sort());
});

for (const [type, bytes] of samples) {
  describe(type, () => {
    const [, id, body, signatures] = decode(bytes) as [
      string,
      Uint8Array,
      Record<string, unknown>,
      unknown[],
    ];
    test('decodes and encodes to the same bytes', () => {
      assert.deepEqual(encodeEntry(decodeEntry(bytes)), bytes);
    });
    test('unknown, missing and wrongly typed fields are refused', () => {
      const refused = (changed: Record<string, unknown>, code: RegExp) =>
        assert.throws(
          () => decodeEntry(encode([type, id, changed, signatures])),
          (error: ElectionError) => code.test(error.code),
        );
      refused({ ...body, extra: 1 }, /^shape\.field$/);
      for (const key of Object.keys(body)) {
        const rest = Object.entries(body).filter(([name]) => name !== key);
        refused(Object.fromEntries(rest), /^shape\.field$/);
        refused({ ...body, [key]: { no: 'such' } }, /^shape\./);
        refused({ ...body, [key]: -1 }, /^shape\./);
      }
    });
    test('the envelope is held to its shape', () => {
      for (const changed of [
        [type, id, body],
        [type, id, body, signatures, 0],
        [`${type}x`, id, body, signatures],
        [type, id.subarray(1), body, signatures],
        [type, id, body, [['box', new Uint8Array(63)]]],
        [type, id, body, [['nobody', new Uint8Array(64)]]],
      ]) {
        assert.throws(() => decodeEntry(encode(changed)), ElectionError);
      }
    });
    test('flipped and truncated bytes never crash', () => {
      fc.assert(
        fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
          const changed = bytes.slice();
          changed[at] = (changed[at] as number) ^ (1 << bit);
          decodesOrRefuses(changed);
          decodesOrRefuses(bytes.subarray(0, at));
        }),
      );
    });
  });
}

describe('fuzzing', () => {
  test('any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), decodesOrRefuses), { numRuns: 5000 });
  });
  test('any body under a good envelope', () => {
    const types = [...samples.keys()];
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.object({ withNullPrototype: false }),
        (type, body) => {
          let bytes: Uint8Array;
          try {
            bytes = encode([type, new Uint8Array(32), body, []]);
          } catch {
            return;
          }
          assert.throws(() => decodeEntry(bytes), ElectionError);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

test('the largest batch of cards that a delivery may have fits into an entry', () => {
  const cards = Array.from({ length: MAX_BATCH }, () => {
    // Two contests: 33-byte keys, blindings, their heads, encapsulated key, tag.
    return {
      key: new Uint8Array(32),
      commitment: new Uint8Array(32),
      deposit: new Uint8Array(192),
    };
  });
  const body = { station: '101', kiosk: 'K1', style: 'town', batch: 1, cards };
  encodeEntry(stationElection.cosign('delivered', ['kiosk/K1', 'issuer/observers'], body));
});

test('an entry over 65,535 bytes is neither encoded nor decoded', () => {
  const entry: Entry = election.sign('suspended', 'commission', { reason: 'x' });
  const large = { ...entry, body: { reason: 'x'.repeat(70_000) } } as Entry;
  assert.throws(() => encodeEntry(large), { code: 'shape.length' });
  assert.throws(() => decodeEntry(new Uint8Array(65_536)), { code: 'cbor.size' });
});

test('a signature is by the signer that the type asks for, and by nobody else', () => {
  const by = (signer: string) => election.sign('suspended', signer, { reason: 'x' });
  const { manifest } = election;
  assert.equal(checkSignatures(manifest, by('commission')), undefined);
  assert.match(checkSignatures(manifest, by('box')) ?? '', /signed by box/);
  const renamed = { ...by('box'), signatures: [['commission', by('box').signatures[0]?.[1]]] };
  assert.match(checkSignatures(manifest, renamed as unknown as Entry) ?? '', /wrong/);
  const good1 = by('commission');
  const twice = { ...good1, signatures: [...good1.signatures, ...good1.signatures] };
  assert.match(
    checkSignatures(manifest, twice) ?? '',
    /signed by commission and commission, expected commission/,
  );
  const other = { ...good1, election: flipped(good1.election, 0) };
  assert.match(checkSignatures(manifest, other) ?? '', /wrong/);
  const { entry } = good.spare;
  assert.equal(checkSignatures(manifest, entry), undefined);
  assert.match(
    checkSignatures(manifest, { ...entry, signatures: good1.signatures }) ?? '',
    /expected nobody/,
  );
});
