/**
 * Neither a PIN nor a private key is in anything that a signing program prints, throws, answers or
 * tells, over any road. Not looked at: what the road itself carries, and memory.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { hexToBytes } from '@kabina/crypto/bytes';
import { findIn, formsOf, type Finding, type Secret } from '../canary/secrets.ts';
import { pcscdMissing } from './pcscd.ts';

const PROGRAM = join(import.meta.dirname, 'secret-signing.ts');

/** A secret as it is, and as PIV pads it. */
function secretsOf(name: string, value: string): Secret[] {
  if (name.endsWith('key')) return [{ name, value: hexToBytes(value) }];
  const padded = Buffer.concat([Buffer.from(value), Buffer.from([0xff])]);
  return [
    { name, value, word: true },
    { name: `${name}, bytes`, value: Buffer.from(value) },
    { name: `${name}, padded`, value: padded },
  ];
}

/** Signs over a road in another process and looks for its secrets in all that it has put out. */
async function search(...args: string[]): Promise<{ findings: Finding[]; output: string }> {
  const child = fork(PROGRAM, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const secrets: Secret[] = [];
  child.on('message', (message: Record<string, string>) => {
    secrets.push(...Object.entries(message).flatMap(([name, value]) => secretsOf(name, value)));
  });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const [status] = (await once(child, 'close')) as [number];
  assert.equal(status, 0, output);
  assert.equal(secrets.length, 2 * (3 + 3 + 1));
  const forms = secrets.map((secret) => [secret, formsOf(secret)] as const);
  // Bytes are often printed with spaces and line breaks between them.
  const texts = { output, 'output without spaces': output.replace(/\s+/g, '') };
  const findings = Object.entries(texts).flatMap(([file, text]) =>
    findIn(file, Buffer.from(text), forms),
  );
  return { findings, output };
}

describe('secrets of a signature', () => {
  for (const [road, skip] of [
    ['usb', false],
    ['agent', false],
    ['pcsc', pcscdMissing() ?? false],
  ] as const) {
    it(`are nowhere to be seen over ${road}`, { skip }, async () => {
      const { findings, output } = await search(road);
      assert.deepEqual(findings, []);
      // Both cards have refused the wrong PIN and signed with the right one, and both say so.
      assert.equal(output.match(/^refused: .*card\.pin-wrong/gm)?.length, 2);
      assert.equal(output.match(/^CMS: /gm)?.length, 2);
      assert.match(output, /^report: .*libuv/m);
    });
  }

  it('are found where a program hands on a command with a PIN in it, and a key', async () => {
    const { findings } = await search('usb', 'plant');
    const found = new Set(findings.map(({ secret }) => secret));
    assert.deepEqual([...found], ['piv PIN', 'piv PIN, bytes', 'piv private key']);
  });
});
