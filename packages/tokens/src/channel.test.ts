import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Channel } from './channel.ts';
import { fail, ok, type Result } from './result.ts';
import type { ApduTransport } from './transport.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');

/** A transport that answers what the test says and keeps what it got. */
function scripted(
  answer: (command: string, index: number) => string | Result<Uint8Array>,
  extended = false,
) {
  const commands: string[] = [];
  const buffers: Uint8Array[] = [];
  const transport: ApduTransport = {
    reader: 'test',
    atr: new Uint8Array(),
    extended,
    ended: new Promise(() => undefined),
    close: () => Promise.resolve(),
    transmit: (command) => {
      commands.push(hex(command));
      buffers.push(command);
      const said = answer(hex(command), commands.length - 1);
      return Promise.resolve(typeof said === 'string' ? ok(bytes(said)) : said);
    },
  };
  return { transport, commands, buffers };
}

const get = { cla: 0, ins: 0xcb, p1: 0x3f, p2: 0xff, data: bytes('5c017e'), le: 256 };

test('a long answer is fetched piece by piece', async () => {
  const { transport, commands } = scripted((_, i) => ['01026102', '03046101', '059000'][i]!);
  const answer = await new Channel(transport).send(get);
  assert.deepEqual(answer, ok({ data: bytes('0102030405'), status: 0x9000 }));
  assert.deepEqual(commands.slice(1), ['00c0000002', '00c0000001']);
});

test('GET RESPONSE keeps the logical channel and nothing else of the class', async () => {
  const { transport, commands } = scripted((_, i) => ['6101', '059000'][i]!);
  await new Channel(transport).send({ ...get, cla: 0x81 });
  assert.equal(commands[1], '01c0000001');
});

test('the status that ends a long answer is the answer’s', async () => {
  const { transport } = scripted((_, i) => ['016102', '026282'][i]!);
  const answer = await new Channel(transport).send(get);
  assert.deepEqual(answer, ok({ data: bytes('0102'), status: 0x6282 }));
});

test('a wrong Le is put right once', async () => {
  const { transport, commands } = scripted((_, i) => ['6c02', '01029000'][i]!);
  const answer = await new Channel(transport).send(get);
  assert.deepEqual(answer, ok({ data: bytes('0102'), status: 0x9000 }));
  assert.equal(commands[1], '00cb3fff035c017e02');
  const stubborn = scripted(() => '6c02');
  assert.deepEqual(
    await new Channel(stubborn.transport).send(get),
    ok({ data: new Uint8Array(), status: 0x6c02 }),
  );
  assert.equal(stubborn.commands.length, 2);
});

test('a VERIFY is never repeated', async () => {
  const { transport, commands } = scripted(() => '6c02');
  const verify = { cla: 0, ins: 0x20, p1: 0, p2: 0x80, data: bytes('313233343536ffff') };
  await new Channel(transport).send(verify);
  assert.equal(commands.length, 1);
});

test('a long command is chained where the extended form can’t be used', async () => {
  const { transport, commands } = scripted(() => '9000');
  const data = new Uint8Array(600).map((_, i) => i);
  const command = { cla: 0, ins: 0x2a, p1: 0x80, p2: 0x86, data, le: 256 };
  await new Channel(transport).send(command);
  assert.deepEqual(
    commands.map((text) => [text.slice(0, 10), text.length / 2]),
    [
      ['102a8086ff', 260],
      ['102a8086ff', 260],
      ['002a80865a', 96],
    ],
  );
  assert.equal(commands.map((text) => text.slice(10)).join(''), `${hex(data)}00`);
});

test('a chain ends at the first refusal', async () => {
  const { transport, commands } = scripted((_, i) => (i === 1 ? '6884' : '9000'));
  const answer = await new Channel(transport).send({ ...get, data: new Uint8Array(700) });
  assert.deepEqual(answer, ok({ data: new Uint8Array(), status: 0x6884 }));
  assert.equal(commands.length, 2);
});

test('a long command goes at once where transport and application allow it', async () => {
  const { transport, commands } = scripted(() => '9000', true);
  await new Channel(transport).send({ ...get, data: new Uint8Array(300), le: 2048 });
  assert.equal(commands.length, 1);
  assert.ok(commands[0]!.startsWith('00cb3fff00012c'));
  const careful = scripted(() => '9000', true);
  await new Channel(careful.transport, false).send({ ...get, data: new Uint8Array(300) });
  assert.equal(careful.commands.length, 2);
});

test('a command that can’t be written is refused and not sent', async () => {
  const { transport, commands } = scripted(() => '9000');
  const answer = await new Channel(transport).send({ ...get, le: 1000 });
  assert.equal(!answer.ok && answer.problem.code, 'card.unsupported');
  assert.equal(commands.length, 0);
});

test('an answer without end, or of nothing, ends', async () => {
  const endless = scripted(() => `${'ab'.repeat(256)}6100`);
  const answer = await new Channel(endless.transport).send(get);
  assert.equal(!answer.ok && answer.problem.code, 'card.malformed');
  assert.ok(endless.commands.length < 300);
  const empty = scripted(() => '6101');
  const nothing = await new Channel(empty.transport).send(get);
  assert.equal(!nothing.ok && nothing.problem.code, 'card.malformed');
  assert.equal(empty.commands.length, 2);
});

test('a removed card passes through wherever it happens', async () => {
  for (let at = 0; at < 5; at++) {
    const removed = fail('transport.removed', 'gone');
    const { transport } = scripted((_, i) =>
      i === at ? removed : ['9000', '9000', '0161ff', '02619a', '039000'][i]!,
    );
    const answer = await new Channel(transport).send({ ...get, data: new Uint8Array(600) });
    assert.equal(answer, removed);
  }
});

test('the command’s bytes are overwritten, however it ends', async () => {
  for (const end of ['9000', '6982', '', fail('transport.removed', 'gone')]) {
    const { transport, buffers } = scripted(() => end);
    await new Channel(transport).send({ ...get, data: new Uint8Array(300).fill(7) });
    for (const buffer of buffers) assert.ok(buffer.every((byte) => byte === 0));
  }
});

test('a transport that breaks its contract doesn’t make us break ours', async () => {
  const { transport } = scripted(() => '9000');
  const channel = new Channel({
    ...transport,
    transmit: () => Promise.reject(new Error('secret')),
  });
  const answer = await channel.send(get);
  assert.ok(!answer.ok);
  assert.equal(answer.problem.code, 'transport.protocol');
  assert.ok(!answer.problem.message.includes('secret'));
});

test('operations run one after another, also after one that failed', async () => {
  const { transport } = scripted(() => '9000');
  const channel = new Channel(transport);
  const order: string[] = [];
  const operation = (name: string) => async () => {
    order.push(`${name} begins`);
    await channel.send(get);
    order.push(`${name} ends`);
    if (name === 'b') throw new Error('secret');
    return ok(name);
  };
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => channel.run(operation(name))));
  assert.deepEqual(order, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  assert.ok(a?.ok && c?.ok);
  assert.equal(b && !b.ok && b.problem.code, 'card.malformed');
  assert.ok(!JSON.stringify(b).includes('secret'));
});

test('any answers end in a result', async () => {
  const answers = fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(answers, async (list) => {
      const { transport } = scripted((_, i) => hex(list[i % list.length]!));
      const answer = await new Channel(transport).send({ ...get, data: new Uint8Array(300) });
      assert.equal(typeof answer.ok, 'boolean');
    }),
  );
});
