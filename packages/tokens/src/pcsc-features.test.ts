import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { propertiesCode, takesExtended } from './pcsc-features.ts';

describe('what a reader’s driver says of it (PC/SC part 10)', () => {
  it('finds the control code that asks for properties', () => {
    // VERIFY_PIN_DIRECT and GET_TLV_PROPERTIES, as libccid gives them.
    const features = Uint8Array.of(6, 4, 0x42, 0x33, 0, 1, 0x12, 4, 0x42, 0x33, 0, 0x12);
    assert.equal(propertiesCode(features), 0x42330012);
    assert.equal(propertiesCode(features.subarray(0, 6)), undefined);
  });

  it('tells a reader of short APDUs from one of extended APDUs', () => {
    assert.equal(takesExtended(Uint8Array.of(0x0a, 4, 0, 0, 1, 0)), true);
    assert.equal(takesExtended(Uint8Array.of(9, 1, 0, 0x0a, 4, 0xff, 0xff, 0, 0)), true);
    assert.equal(takesExtended(Uint8Array.of(0x0a, 4, 0, 1, 0, 0)), false);
    assert.equal(takesExtended(Uint8Array.of(9, 1, 0)), undefined);
  });

  it('reads no further than what a driver gave', () => {
    assert.equal(takesExtended(Uint8Array.of(0x0a, 4, 0, 0)), undefined);
    assert.equal(propertiesCode(Uint8Array.of(0x12, 200, 1)), undefined);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        assert.ok([undefined, true, false].includes(takesExtended(bytes)));
        const code = propertiesCode(bytes);
        assert.ok(code === undefined || Number.isInteger(code));
      }),
    );
  });
});
