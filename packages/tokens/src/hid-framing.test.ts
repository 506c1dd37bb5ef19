/** The framing against transcripts and fuzzed packets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Reassembly, toPackets } from './hid-framing.ts';
import { tokenPacket } from './testing/simulated-hid.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Feeds packets and answers what the last one brought. */
function feed(packets: readonly Uint8Array[]): Uint8Array | string | undefined {
  const assembly = new Reassembly(64);
  let last: Uint8Array | string | undefined;
  for (const packet of packets) last = assembly.push(view(packet));
  return last;
}

test('a short command is one padded packet', () => {
  const [packet, ...more] = toPackets(Uint8Array.of(0xe0, 0x01, 0, 0, 0), 64);
  assert.equal(more.length, 0);
  assert.equal(hex(packet!), `0101050000${'0005'}e001000000`.padEnd(128, '0'));
});

test('a long command goes on in numbered packets', () => {
  const packets = toPackets(new Uint8Array(57 + 59 + 1).fill(0xaa), 64);
  assert.deepEqual(
    packets.map((packet) => hex(packet.subarray(0, 7))),
    ['01010500000075', '0101050001aaaa', '0101050002aa00'],
  );
});

test('what goes through packets comes out as it was', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 2, maxLength: 2_000 }),
      fc.integer({ min: 8, max: 128 }),
      fc.integer({ min: 0, max: 0xffff }),
      (apdu, size, channel) => {
        const assembly = new Reassembly(size, channel);
        const packets = toPackets(apdu, size, channel);
        const heard = packets.map((packet) => assembly.push(view(packet)));
        assert.ok(heard.slice(0, -1).every((one) => one === undefined));
        assert.deepEqual(heard.at(-1), apdu);
      },
    ),
  );
});

test('the device’s own framing is understood, whatever its padding is', () => {
  const first = tokenPacket(0, [0, 60, ...new Array<number>(57).fill(7)]);
  const second = tokenPacket(1, [7, 0x90, 0x00, 0xde, 0xad]);
  assert.deepEqual(
    feed([first, second]),
    Uint8Array.of(...new Array<number>(58).fill(7), 0x90, 0x00),
  );
});

test('a packet out of turn is the end of the response', () => {
  const good = tokenPacket(0, [0, 100, ...new Array<number>(57).fill(7)]);
  const changed = (at: number, byte: number) => good.with(at, byte);
  const wrong: [string, Uint8Array[]][] = [
    ['channel', [changed(1, 2)]],
    ['no APDU', [changed(2, 2)]],
    ['sequence', [changed(4, 1)]],
    ['sequence', [good, good]],
    ['sequence', [good, tokenPacket(2, [1])]],
    ['without a status', [tokenPacket(0, [0, 1, 0x90])]],
    ['without a status', [tokenPacket(0, [0, 0])]],
    ['63 bytes', [good.subarray(1)]],
  ];
  for (const [why, packets] of wrong) assert.match(String(feed(packets)), new RegExp(why));
});

test('bytes from nowhere never make a response longer or other than they say', () => {
  const noise = fc.uint8Array({ minLength: 64, maxLength: 64 });
  const shaped = fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.uint8Array({ maxLength: 59 }))
    .map(([sequence, payload]) => tokenPacket(sequence, [...payload]));
  fc.assert(
    fc.property(fc.array(fc.oneof(noise, shaped), { maxLength: 6 }), (packets) => {
      const assembly = new Reassembly(64);
      for (const packet of packets) {
        const heard = assembly.push(view(packet));
        if (typeof heard === 'string') return;
        if (heard === undefined) continue;
        const said = view(packets[0]!).getUint16(5);
        assert.equal(heard.length, said);
        return;
      }
    }),
  );
});

test('what the framing can’t carry is refused', () => {
  assert.throws(() => toPackets(new Uint8Array(0), 64), RangeError);
  assert.throws(() => toPackets(new Uint8Array(0x1_0000), 64), RangeError);
  assert.throws(() => toPackets(Uint8Array.of(1), 7), RangeError);
});
