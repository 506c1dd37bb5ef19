import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeCommand, decodeResponse, encodeCommand, type Command } from './apdu.ts';
import { TokenError } from './errors.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const malformed = (error: unknown) =>
  error instanceof TokenError && error.code === 'apdu.malformed';

const header = { cla: 0x00, ins: 0xa4, p1: 0x04, p2: 0x0c };

/** The four cases of ISO/IEC 7816-3, 12.1.2, in both forms. */
const CASES: readonly (readonly [string, Command, boolean])[] = [
  ['00a4040c', header, false],
  ['00a4040c 00', { ...header, le: 256 }, false],
  ['00a4040c 10', { ...header, le: 16 }, false],
  ['00a4040c 02 3f00', { ...header, data: bytes('3f00') }, false],
  ['00a4040c 02 3f00 00', { ...header, data: bytes('3f00'), le: 256 }, false],
  ['00a4040c 00 0101', { ...header, le: 257 }, true],
  ['00a4040c 00 0000', { ...header, le: 65_536 }, true],
  [`00a4040c 00 0100 ${'ab'.repeat(256)}`, { ...header, data: bytes('ab'.repeat(256)) }, true],
  ['00a4040c 00 0002 3f00 0000', { ...header, data: bytes('3f00'), le: 65_536 }, true],
];

test('each case has its bytes', () => {
  for (const [text, command, extended] of CASES) {
    assert.equal(hex(encodeCommand(command, extended)), text.replaceAll(' ', ''));
    const { data, ...rest } = decodeCommand(bytes(text));
    const { data: expected, ...others } = command;
    assert.deepEqual(rest, others);
    assert.equal(data && hex(data), expected && hex(expected));
  }
});

test('the extended form is used only where the short one is too small', () => {
  const command = { ...header, data: bytes('3f00'), le: 256 };
  assert.deepEqual(encodeCommand(command, true), encodeCommand(command, false));
});

test('what a form can’t hold is refused', () => {
  const long = { ...header, data: new Uint8Array(256) };
  assert.throws(() => encodeCommand(long), malformed);
  assert.throws(() => encodeCommand({ ...header, le: 257 }), malformed);
  assert.throws(() => encodeCommand({ ...header, data: new Uint8Array(65_536) }, true), malformed);
  assert.throws(() => encodeCommand({ ...header, le: 65_537 }, true), malformed);
  for (const bad of [-1, 256, 1.5, NaN]) {
    assert.throws(() => encodeCommand({ ...header, p1: bad }), malformed);
  }
  assert.throws(() => encodeCommand({ ...header, le: -1 }), malformed);
});

test('bytes that are none of the seven forms are refused', () => {
  const bad = [
    '',
    '00a404',
    '00a4040c 02 3f',
    '00a4040c 02 3f00 00 00',
    '00a4040c 00 01',
    '00a4040c 00 0000 00',
    '00a4040c 00 0002 3f',
    '00a4040c 00 0002 3f00 00',
    '00a4040c 00 0002 3f00 0000 00',
  ];
  for (const text of bad) assert.throws(() => decodeCommand(bytes(text)), malformed, text);
});

test('an error never quotes the command', () => {
  const pin = '31323334';
  assert.throws(
    () => decodeCommand(bytes(`00200080 08 ${pin}`)),
    (error: Error) => !error.message.includes('1234') && !error.message.includes(pin),
  );
});

test('every command comes back as it was', () => {
  const byte = fc.integer({ min: 0, max: 255 });
  const commands = fc.record({
    cla: byte,
    ins: byte,
    p1: byte,
    p2: byte,
    data: fc.uint8Array({ minLength: 1, maxLength: 600 }),
    le: fc.integer({ min: 1, max: 65_536 }),
  });
  fc.assert(
    fc.property(commands, (command) => {
      const { data, ...rest } = decodeCommand(encodeCommand(command, true));
      assert.deepEqual({ ...rest, data: hex(data!) }, { ...command, data: hex(command.data) });
    }),
  );
});

test('any bytes are a command that encodes again, or are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (input) => {
      try {
        const command = decodeCommand(input);
        const again = decodeCommand(encodeCommand(command, true));
        assert.equal(again.le, command.le);
        assert.deepEqual([...(again.data ?? [])], [...(command.data ?? [])]);
      } catch (error) {
        assert.ok(malformed(error), String(error));
      }
    }),
    { numRuns: 500 },
  );
});

test('a response is data and a status of ISO/IEC 7816-3', () => {
  assert.deepEqual(decodeResponse(bytes('9000')), { data: new Uint8Array(), status: 0x9000 });
  assert.deepEqual(decodeResponse(bytes('01026a82')), { data: bytes('0102'), status: 0x6a82 });
  for (const text of ['', '90', '6000', '5000', 'a000', '0000']) {
    assert.equal(decodeResponse(bytes(text)), undefined, text);
  }
  assert.equal(decodeResponse(new Uint8Array(65_539).fill(0x90)), undefined);
});
