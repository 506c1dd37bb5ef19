import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  MAX_COMMAND,
  MAX_FRAME,
  MAX_RESPONSE,
  decodeAgent,
  decodePage,
  encodeAgent,
  encodePage,
  type AgentMessage,
  type PageMessage,
} from './bridge-protocol.ts';

const id = fc.maxSafeNat();
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
  message<AgentMessage>('response', { id, apdu: fc.uint8Array({ minLength: 2, maxLength: 300 }) }),
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
    assert.equal(
      encodePage({ type: 'transmit', id: 2, session: 1, apdu: Uint8Array.of(0, 0x84, 0, 0, 8) }),
      '{"type":"transmit","id":2,"session":1,"apdu":"AIQAAAg"}',
    );
    assert.equal(
      encodeAgent({ type: 'readers', readers: [{ name: 'Рутокен 00', present: true }] }),
      '{"type":"readers","readers":[{"name":"Рутокен 00","present":true}]}',
    );
  });

  it('hold the longest APDUs within a frame, and no longer ones', () => {
    const command = encodePage({
      type: 'transmit',
      id: Number.MAX_SAFE_INTEGER,
      session: Number.MAX_SAFE_INTEGER,
      apdu: new Uint8Array(MAX_COMMAND),
    });
    const response = encodeAgent({
      type: 'response',
      id: Number.MAX_SAFE_INTEGER,
      apdu: new Uint8Array(MAX_RESPONSE),
    });
    assert.ok(command.length <= MAX_FRAME && response.length <= MAX_FRAME);
    assert.notEqual(decodePage(command), undefined);
    assert.notEqual(decodeAgent(response), undefined);
    const longer = new Uint8Array(MAX_COMMAND + 1);
    assert.equal(
      decodePage(encodePage({ type: 'transmit', id: 1, session: 1, apdu: longer })),
      undefined,
    );
  });

  it('hold the longest list of readers within a frame, whatever their names', () => {
    const readers = Array.from({ length: 16 }, (_, i) => ({
      name: `${i}`.padStart(400, '\u0000'),
      present: true,
    }));
    const frame = encodeAgent({ type: 'readers', readers });
    assert.ok(Buffer.byteLength(frame) <= MAX_FRAME);
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
      '{"type":"look","id":9007199254740992}',
      '{"type":"look","id":"1"}',
      '{"type":"toString","id":1}',
      '{"type":"__proto__","id":1}',
      '{"type":["look"],"id":1}',
      '{"type":"look","id":1} ,',
      '{"type":"transmit","id":1,"session":1,"apdu":"AAAA"}',
      '{"type":"transmit","id":1,"session":1,"apdu":"AIQAAAh"}',
      '{"type":"prove","nonce":"AA","proof":"AA"}',
      `{"type":"connect","id":1,"reader":"${'x'.repeat(401)}"}`,
    ]) {
      assert.equal(decodePage(frame), undefined, frame);
    }
    for (const frame of [
      '{"type":"hello","version":2,"nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}',
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

  it('are told from anything else without a throw', () => {
    const json = fc.json({ maxDepth: 3 });
    const damaged = fc
      .tuple(
        fc.oneof(pageMessages.map(encodePage), agentMessages.map(encodeAgent)),
        fc.nat(),
        fc.string({ unit: 'binary', maxLength: 3 }),
      )
      .map(([frame, at, put]) => {
        const where = at % (frame.length + 1);
        return frame.slice(0, where) + put + frame.slice(where + 1);
      });
    fc.assert(
      fc.property(fc.oneof(json, damaged, fc.string({ unit: 'binary' })), (frame) => {
        const page = decodePage(frame);
        // What is taken has one meaning: it is written and read back as the same.
        if (page !== undefined) assert.deepEqual(decodePage(encodePage(page)), page);
        const agent = decodeAgent(frame);
        if (agent !== undefined) assert.deepEqual(decodeAgent(encodeAgent(agent)), agent);
      }),
      { numRuns: 500 },
    );
  });
});
