import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AgentError, checkConfig } from './config.ts';

const ELECTION = {
  electionId: 'ab'.repeat(32),
  kind: 'binding',
  box: 'https://box.test',
  registrar: 'https://registrar.test',
  observers: 'http://127.0.0.1:8803',
};
const CONFIG = {
  port: 8800,
  pages: 'dist/pages',
  tokens: 'pcsc',
  secretFile: '/run/secret',
  election: ELECTION,
};

const KIOSK = { role: 'kiosk', id: 'K1', keyFile: 'key' };

describe('the agent’s configuration', () => {
  it('is taken as it is written', () => {
    assert.deepEqual(checkConfig(CONFIG), CONFIG);
    const bare = { port: 0, pages: 'p', tokens: 'none' };
    assert.deepEqual(checkConfig(bare), bare);
    const kiosk = { ...bare, machine: KIOSK, state: 's', silence: '/run/silent' };
    assert.deepEqual(checkConfig(kiosk), kiosk);
  });

  it('is refused where a field is missing, unknown or wrong, with the field’s name', () => {
    const wrong: [string, object][] = [
      ['port', { port: -1 }],
      ['port', { port: 65_536 }],
      ['port', { port: '8800' }],
      ['pages', { pages: '' }],
      ['tokens', { tokens: 'hid' }],
      ['secretFile', { secretFile: undefined }],
      ['secret', { secret: 'x' }],
      ['election', { election: [] }],
      ['election.electionId', { election: { ...ELECTION, electionId: 'AB'.repeat(32) } }],
      ['election.kind', { election: { ...ELECTION, kind: 'test' } }],
      // A path would be dropped from the policy, and a policy's word could be smuggled in.
      ['election.box', { election: { ...ELECTION, box: 'https://box.test/path' } }],
      ['election.box', { election: { ...ELECTION, box: "https://box.test 'unsafe-eval'" } }],
      ['election.observers', { election: { ...ELECTION, observers: undefined } }],
      ['silence', { silence: '/run/silent' }],
      ['silence', { machine: { ...KIOSK, role: 'desk' }, state: 's', silence: '/run/silent' }],
      ['silence', { machine: KIOSK, state: 's', silence: '' }],
      ['election.bridge', { election: { ...ELECTION, bridge: 'ws://evil.test' } }],
    ];
    for (const [field, change] of wrong) {
      assert.throws(
        () => checkConfig({ ...CONFIG, ...change }),
        (error) => error instanceof AgentError && error.message.startsWith(`${field}: `),
        JSON.stringify(change),
      );
    }
  });

  it('is refused with one kind of error, whatever the file holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        assert.throws(() => checkConfig(json), AgentError);
      }),
    );
  });
});
