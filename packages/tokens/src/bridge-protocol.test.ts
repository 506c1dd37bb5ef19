import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MAX_COMMAND, MAX_RESPONSE } from './apdu-frame.ts';
import { fromHex } from './bytes.ts';
import {
  MAX_FRAME,
  decodeAgent,
  decodePage,
  encodeAgent,
  encodePage,
  type AgentMessage,
  type PageMessage,
} from './bridge-protocol.ts';

const id = fc.nat({ max: 0xffff_ffff });
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const name = fc.string({ unit: 'binary', maxLength: 400 });
const reader = fc.record({ name, present: fc.boolean() }, { noNullPrototype: true });
const readers = fc.uniqueArray(reader, { maxLength: 16, selector: (item) => item.name });
const code = fc.constantFrom('transport.removed', 'transport.unreachable', 'transport.busy');

function message<T>(type: string, fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<T> {
  const record = fc.record({ type: fc.constant(type), ...fields }, { noNullPrototype: true });
  return record as unknown as fc.Arbitrary<T>;
}

const pageMessages = fc.oneof(
  message<PageMessage>('prove', { nonce: bytes32, proof: bytes32 }),
  message<PageMessage>('look', { id }),
  message<PageMessage>('connect', { id, reader: name }),
  message<PageMessage>('transmit', {
    id,
    session: id,
    apdu: fc.uint8Array({ minLength: 4, maxLength: 300 }),
  }),
  message<PageMessage>('close', { id, session: id }),
);

const agentMessages = fc.oneof(
  message<AgentMessage>('hello', { version: fc.constant(1), nonce: bytes32 }),
  message<AgentMessage>('welcome', { proof: bytes32 }),
  message<AgentMessage>('refused', {
    code: fc.constantFrom('transport.unpaired', 'transport.busy'),
    wait: id,
  }),
  message<AgentMessage>('readers', { readers }),
  message<AgentMessage>('looked', { id, readers }),
  message<AgentMessage>('connected', {
    id,
    session: id,
    atr: fc.uint8Array({ maxLength: 33 }),
    extended: fc.boolean(),
  }),
  message<AgentMessage>('response', {
    id,
    session: id,
    apdu: fc.uint8Array({ minLength: 2, maxLength: 300 }),
  }),
  message<AgentMessage>('closed', { id }),
  message<AgentMessage>('failed', { id, code, message: fc.string({ maxLength: 400 }) }),
  message<AgentMessage>('ended', { session: id, why: fc.constantFrom('removed', 'closed') }),
);

describe('messages of the bridge', () => {
  it('come through as they were sent', () => {
    fc.assert(
      fc.property(pageMessages, (sent) => {
        assert.deepEqual(decodePage(encodePage(sent)), sent);
        assert.equal(decodeAgent(encodePage(sent)), undefined);
      }),
    );
    fc.assert(
      fc.property(agentMessages, (sent) => {
        assert.deepEqual(decodeAgent(encodeAgent(sent)), sent);
        assert.equal(decodePage(encodeAgent(sent)), undefined);
      }),
    );
  });

  it('look as the description says', () => {
    assert.deepEqual(
      encodePage({ type: 'transmit', id: 2, session: 1, apdu: fromHex('00 84 00 00 08') }),
      fromHex('01 00000002 00000001 0084000008'),
    );
    assert.deepEqual(
      encodeAgent({ type: 'response', id: 2, session: 0xffff_fffe, apdu: fromHex('9000') }),
      fromHex('02 00000002 fffffffe 9000'),
    );
    assert.equal(
      encodeAgent({ type: 'connected', id: 1, session: 1, atr: fromHex('3b80'), extended: true }),
      '{"type":"connected","id":1,"session":1,"atr":"3b80","extended":true}',
    );
    assert.equal(
      encodeAgent({ type: 'readers', readers: [{ name: 'Рутокен 00', present: true }] }),
      '{"type":"readers","readers":[{"name":"Рутокен 00","present":true}]}',
    );
  });

  it('hold the longest APDUs within a frame, and no longer or shorter ones', () => {
    const [id, session] = [0xffff_ffff, 0xffff_ffff];
    const command = (length: number) =>
      encodePage({ type: 'transmit', id, session, apdu: new Uint8Array(length) });
    const response = (length: number) =>
      encodeAgent({ type: 'response', id, session, apdu: new Uint8Array(length) });
    assert.ok(command(MAX_COMMAND).length <= MAX_FRAME);
    assert.ok(response(MAX_RESPONSE).length <= MAX_FRAME);
    for (const length of [4, MAX_COMMAND]) assert.ok(decodePage(command(length)));
    for (const length of [0, 3, MAX_COMMAND + 1]) {
      assert.equal(decodePage(command(length))?.type, undefined);
    }
    for (const length of [2, MAX_RESPONSE]) assert.ok(decodeAgent(response(length)));
    for (const length of [0, 1, MAX_RESPONSE + 1]) {
      assert.equal(decodeAgent(response(length))?.type, undefined);
    }
  });

  it('copy an APDU once, so that nothing is left of it when the frame is overwritten', () => {
    const apdu = fromHex('00 20 00 80 04 31323334');
    const frame = encodePage({ type: 'transmit', id: 1, session: 1, apdu });
    assert.ok(typeof frame !== 'string');
    const message = decodePage(frame);
    assert.ok(message?.type === 'transmit');
    apdu.fill(0);
    assert.deepEqual(message.apdu, fromHex('00 20 00 80 04 31323334'));
    frame.fill(0);
    assert.deepEqual(message.apdu, apdu);
  });

  it('hold the longest list of readers within a frame, whatever their names', () => {
    const readers = Array.from({ length: 16 }, (_, i) => ({
      name: `${i}`.padStart(400, '\u0000'),
      present: true,
    }));
    const frame = encodeAgent({ type: 'readers', readers });
    assert.ok(typeof frame === 'string' && Buffer.byteLength(frame) <= MAX_FRAME);
    assert.notEqual(decodeAgent(frame), undefined);
  });

  it('cut a sentence that is too long, so that the problem still arrives', () => {
    const frame = encodeAgent({
      type: 'failed',
      id: 1,
      code: 'transport.mute',
      message: 'x'.repeat(5000),
    });
    assert.equal(decodeAgent(frame)?.type, 'failed');
  });

  it('have exactly their fields', () => {
    for (const frame of [
      '',
      'null',
      '[]',
      '{}',
      '{"type":"look"}',
      '{"type":"look","id":1,"more":1}',
      '{"type":"look","id":-1}',
      '{"type":"look","id":1.5}',
      '{"type":"look","id":4294967296}',
      '{"type":"look","id":"1"}',
      '{"type":"toString","id":1}',
      '{"type":"__proto__","id":1}',
      '{"type":["look"],"id":1}',
      '{"type":"look","id":1} ,',
      '{"type":"transmit","id":1,"session":1,"apdu":"0084000008"}',
      '{"type":"prove","nonce":"00","proof":"00"}',
      `{"type":"prove","nonce":"${'AA'.repeat(32)}","proof":"${'aa'.repeat(32)}"}`,
      `{"type":"prove","nonce":"${'aa'.repeat(32)}","proof":"${'aa'.repeat(31)}a"}`,
      `{"type":"prove","nonce":"${'aa'.repeat(32)}","proof":"${'a '.repeat(32)}"}`,
      `{"type":"prove","nonce":"${'aa'.repeat(32)}","proof":"${'aa'.repeat(32)}\\n"}`,
      `{"type":"connect","id":1,"reader":"${'x'.repeat(401)}"}`,
    ]) {
      assert.equal(decodePage(frame), undefined, frame);
    }
    for (const frame of [
      `{"type":"hello","version":2,"nonce":"${'00'.repeat(32)}"}`,
      '{"type":"response","id":1,"session":1,"apdu":"9000"}',
      '{"type":"connected","id":1,"session":1,"atr":"3b8","extended":true}',
      `{"type":"connected","id":1,"session":1,"atr":"${'00'.repeat(34)}","extended":true}`,
      '{"type":"refused","code":"card.pin-wrong","wait":0}',
      '{"type":"failed","id":1,"code":"card.pin-wrong","message":""}',
      '{"type":"failed","id":1,"code":"constructor","message":""}',
      '{"type":"ended","session":1,"why":"lost"}',
      '{"type":"readers","readers":{}}',
      '{"type":"readers","readers":[{"name":"a"}]}',
      '{"type":"readers","readers":[{"name":"a","present":true,"x":1}]}',
      '{"type":"readers","readers":[{"name":"a","present":1}]}',
      '{"type":"readers","readers":[{"name":"a","present":true},{"name":"a","present":true}]}',
      `{"type":"readers","readers":[${Array.from({ length: 17 }, (_, i) => `{"name":"${i}","present":true}`).join()}]}`,
    ]) {
      assert.equal(decodeAgent(frame), undefined, frame);
    }
  });

  it('are told from any other text without a throw', () => {
    const texts = fc
      .oneof(pageMessages.map(encodePage), agentMessages.map(encodeAgent))
      .filter((frame) => typeof frame === 'string');
    const damaged = fc
      .tuple(texts, fc.nat(), fc.string({ unit: 'binary', maxLength: 3 }))
      .map(([frame, at, put]) => {
        const where = at % (frame.length + 1);
        return frame.slice(0, where) + put + frame.slice(where + 1);
      });
    const json = fc.json({ maxDepth: 3 });
    fc.assert(
      fc.property(fc.oneof(json, damaged, fc.string({ unit: 'binary' })), (frame) => {
        const page = decodePage(frame);
        // No text is an APDU's, and what is taken has one meaning: it is written and read the same.
        assert.notEqual(page?.type, 'transmit');
        if (page !== undefined) assert.deepEqual(decodePage(encodePage(page)), page);
        const agent = decodeAgent(frame);
        assert.notEqual(agent?.type, 'response');
        if (agent !== undefined) assert.deepEqual(decodeAgent(encodeAgent(agent)), agent);
      }),
      { numRuns: 500 },
    );
  });

  it('are told from any other bytes without a throw', () => {
    const bytes = fc.uint8Array({ maxLength: 40 });
    // Most of random bytes have no type that there is.
    const typed = fc.tuple(fc.integer({ min: 0, max: 3 }), bytes).map(([type, rest]) => {
      return Uint8Array.of(type, ...rest);
    });
    // As the network gives them: in the middle of others.
    const inside = typed.map((frame) => {
      return Uint8Array.of(9, 9, 9, ...frame, 9).subarray(3, 3 + frame.length);
    });
    fc.assert(
      fc.property(fc.oneof(bytes, typed, inside), (frame) => {
        const before = frame.slice();
        const long = frame.length - 9;
        const page = decodePage(frame);
        assert.equal(page?.type, frame[0] === 1 && long >= 4 ? 'transmit' : undefined);
        if (page !== undefined) assert.deepEqual(encodePage(page), before);
        const agent = decodeAgent(frame);
        assert.equal(agent?.type, frame[0] === 2 && long >= 2 ? 'response' : undefined);
        if (agent !== undefined) assert.deepEqual(encodeAgent(agent), before);
        assert.deepEqual(frame, before);
      }),
      { numRuns: 1000 },
    );
  });
});
