/**
 * T=1 against recorded exchanges, the scenarios of ISO/IEC 7816-3:2006, Annex A, written as blocks
 * with LRC, and a line that damages what it likes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from './bytes.ts';
import { ok } from './result.ts';
import { decodeT1Block, encodeT1Block } from './t1-block.ts';
import { T1Link } from './tpdu-t1.ts';
import { EchoCard, echoOf } from './testing/echo-card.ts';
import { t1Card } from './testing/tpdu-card.ts';

/** A block as hex without its LRC, which is added. */
function lrc(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  return Uint8Array.of(
    ...bytes,
    bytes.reduce((sum, byte) => sum ^ byte, 0),
  );
}

/** The card's side is a list: what must come, and what it answers; 'damaged' is a parity error. */
function script(...steps: readonly (readonly [string, string, number?])[]) {
  const left = [...steps];
  const sent: Uint8Array[] = [];
  const link = (ifsc = 254) =>
    new T1Link(
      (block, extension) => {
        sent.push(block);
        const step = left.shift();
        assert.ok(step, `nothing may come but ${toHex(block)} does`);
        assert.equal(toHex(block), toHex(lrc(step[0])));
        assert.equal(extension, step[2] ?? 0);
        if (step[1] === 'damaged') return Promise.resolve(ok('damaged' as const));
        const answer = lrc(step[1].replace('!', ''));
        if (step[1].endsWith('!')) answer[answer.length - 1]! ^= 1;
        return Promise.resolve(ok(answer));
      },
      'lrc',
      ifsc,
    );
  return { link, left, sent };
}

const SELECT = fromHex('00a4000000');
const I0 = '000005 00a4000000';

/** Name, IFSC, steps, and the response or nothing where it must fail. */
const SCENARIOS: readonly (readonly [
  string,
  number,
  readonly (readonly [string, string, number?])[],
  string | undefined,
])[] = [
  ['an answer at once', 254, [[I0, '000002 9000']], '9000'],
  [
    'more time is asked for, and granted with its multiplier',
    254,
    [
      [I0, '00c301 05'],
      ['00e301 05', '000002 9000', 5],
    ],
    '9000',
  ],
  [
    'our chain: the card acknowledges each block with the number of the next',
    2,
    [
      ['002002 00a4', '009000'],
      ['006002 0000', '008000'],
      ['000001 00', '000002 9000'],
    ],
    '9000',
  ],
  [
    "the card's chain",
    254,
    [
      [I0, '002002 0102'],
      ['009000', '006001 03'],
      ['008000', '000002 9000'],
    ],
    '0102039000',
  ],
  [
    'the card asks for longer blocks in the middle of our chain',
    2,
    [
      ['002002 00a4', '00c101 03'],
      ['00e101 03', '009000'],
      ['004003 000000', '000002 9000'],
    ],
    '9000',
  ],
  [
    'the card has not understood our block, and gets it again',
    254,
    [
      [I0, '008100'],
      [I0, '000002 9000'],
    ],
    '9000',
  ],
  [
    'its answer is damaged: it is asked for it again, and not to do it again',
    254,
    [
      [I0, '000002 9000!'],
      ['008100', '000002 9000'],
    ],
    '9000',
  ],
  [
    'a parity error is an error of detection too',
    254,
    [
      [I0, 'damaged'],
      ['008100', '000002 9000'],
    ],
    '9000',
  ],
  [
    'the request for repetition is damaged itself: it is sent as it was',
    254,
    [
      [I0, '000002 9000!'],
      ['008100', '008100!'],
      ['008100', '000002 9000'],
    ],
    '9000',
  ],
  [
    'an acknowledgement in its chain is lost on the card',
    254,
    [
      [I0, '002001 01'],
      ['009000', '009100'],
      ['009000', '004002 9000'],
    ],
    '019000',
  ],
  [
    'resynchronisation while the command is not all sent: it is begun anew',
    4,
    [
      ['002004 00a40000', 'damaged'],
      ['008100', 'damaged'],
      ['008100', 'damaged'],
      ['00c000', '00e000'],
      ['002004 00a40000', '009000'],
      ['004001 00', '000002 9000'],
    ],
    '9000',
  ],
  [
    'none when it is: the card may have carried the command out',
    254,
    [
      [I0, 'damaged'],
      ['008100', 'damaged'],
      ['008100', 'damaged'],
    ],
    undefined,
  ],
  [
    'a block with a number that was there already is not taken twice',
    254,
    [
      [I0, '002001 01'],
      ['009000', '002001 01'],
      ['009000', '004002 9000'],
    ],
    '019000',
  ],
  ['the card aborts', 254, [[I0, '00c200']], undefined],
  ['a response without a status', 254, [[I0, '000001 90']], undefined],
  ['a chain of nothing', 254, [[I0, '002000']], undefined],
];

for (const [name, ifsc, steps, response] of SCENARIOS) {
  test(name, async () => {
    const { link, left, sent } = script(...steps);
    const answer = await link(ifsc).transmit(SELECT);
    if (response === undefined) {
      assert.ok(!answer.ok);
      assert.equal(answer.problem.code, 'transport.protocol');
    } else {
      assert.ok(answer.ok);
      assert.equal(toHex(answer.value), response);
    }
    assert.deepEqual(left, []);
    // What held a part of the command does no longer.
    for (const block of sent) {
      if ((block[1]! & 0x80) === 0) assert.ok(block.every((byte) => byte === 0));
    }
  });
}

test('blocks with CRC are those that libccid and a card were recorded with', () => {
  // OsEID, doc/T1_CRC.txt: IFSD, an APDU, a chained answer's acknowledgements and its end.
  const recorded = [
    ['00c101fe544e', { kind: 'S', type: 1, response: false, data: Uint8Array.of(0xfe) }],
    ['00e101fe5775', { kind: 'S', type: 1, response: true, data: Uint8Array.of(0xfe) }],
    ['00000500a4000000b8da', { kind: 'I', number: 0, more: false, data: SELECT }],
    ['009000206e', { kind: 'R', number: 1, report: 0 }],
    ['00600700028a01aa9000a633', undefined],
    ['008000b5ff', { kind: 'R', number: 0, report: 0 }],
  ] as const;
  for (const [hex, block] of recorded) {
    const decoded = decodeT1Block(fromHex(hex), 'crc');
    assert.ok(typeof decoded === 'object', hex);
    if (block) assert.deepEqual(decoded, block);
    assert.equal(toHex(encodeT1Block(decoded, 'crc')), hex);
  }
});

test('any bytes are a block that encodes to them, or none', () => {
  const bytes = fc.uint8Array({ maxLength: 262 });
  const edc = fc.constantFrom('lrc' as const, 'crc' as const);
  fc.assert(
    fc.property(bytes, edc, fc.boolean(), (body, kind, whole) => {
      // Half of them get a right length and right check bytes.
      let input = body;
      if (whole && body.length >= 3 && body.length <= 257) {
        const inner = Uint8Array.of(0, body[1]!, body.length - 3, ...body.subarray(3));
        const plain = { kind: 'I', number: 0, more: false, data: inner.subarray(3) } as const;
        const framed = encodeT1Block(plain, kind);
        framed[1] = inner[1]!;
        const check = framed.subarray(0, inner.length).reduce((sum, byte) => sum ^ byte, 0);
        if (kind === 'lrc') framed[framed.length - 1] = check;
        input = framed.slice();
      }
      const block = decodeT1Block(input, kind);
      if (typeof block === 'object') assert.deepEqual(encodeT1Block(block, kind), input);
    }),
    { numRuns: 2000 },
  );
});

test('on a line that damages blocks both ways, an answer is right and comes once', async () => {
  const edc = fc.constantFrom('lrc' as const, 'crc' as const);
  const damage = fc.array(fc.option(fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 255 }))), {
    maxLength: 30,
  });
  const sizes = fc.tuple(fc.nat(200), fc.nat(200));
  await fc.assert(
    fc.asyncProperty(edc, damage, sizes, async (kind, plan, [length, asked]) => {
      const card = new EchoCard();
      const end = t1Card(card, kind, 20);
      const spoils = [...plan];
      const line = (block: Uint8Array) => {
        const spoil = spoils.shift();
        const copy = block.slice();
        if (spoil) copy[spoil[0] % copy.length]! ^= spoil[1];
        return copy;
      };
      const link = new T1Link(async (block) => ok(line(await end.receive(line(block)))), kind, 20);
      const data = Uint8Array.from({ length: length + 1 }, (_, at) => at + asked);
      const head = [0, 0x10, asked >> 8, asked & 0xff, data.length];
      const answer = await link.transmit(Uint8Array.of(...head, ...data, 0));
      assert.ok(card.carriedOut <= 1);
      if (!answer.ok) return;
      assert.equal(card.carriedOut, 1);
      assert.deepEqual(answer.value.slice(0, -2), echoOf(data, asked));
    }),
    { numRuns: 1500 },
  );
});
