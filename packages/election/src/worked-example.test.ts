/** Computes the worked example of PROTOCOL.md again and holds the page to it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { bytesToHex, hexToBytes } from '@kabina/crypto/bytes';
import { suiteById } from '@kabina/crypto/suites';
import { leafHash } from '@kabina/log/merkle';
import { BallotChecker, ballotKeyFromSeed, ballotTag, challengeEntry, coreHash } from './ballot.ts';
import { trackingCode } from './ballot.ts';
import { encode } from './cbor.ts';
import { decodeEntry, type EntryOf } from './entries.ts';
import { entryTypes } from './entry-bodies.ts';
import { decodeManifest, electionId } from './manifest.ts';

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');
const example = JSON.parse(await read('../vectors/worked-example.json')) as Record<string, string>;
const page = await read('../PROTOCOL.md');
const bytes = (name: string) => hexToBytes(example[name] as string);

describe('the worked example', () => {
  const manifest = decodeManifest(bytes('manifest'));
  const suite = suiteById(manifest.suite);
  const entry = decodeEntry(bytes('entry')) as EntryOf<'ballot'>;
  const { core, opening, permit } = entry.body;
  const computed: Record<string, string> = {
    electionId: bytesToHex(electionId(manifest)),
    ballotKey: bytesToHex(
      ballotKeyFromSeed(suite, bytes('voterSeed'), electionId(manifest), 'question').publicKey,
    ),
    opening: bytesToHex(opening),
    tag: bytesToHex(ballotTag(permit.key, opening)),
    core: bytesToHex(encode(core)),
    coreHash: bytesToHex(coreHash(core)),
    trackingCode: trackingCode(coreHash(core)),
    leafHash: bytesToHex(leafHash(bytes('entry'))),
  };
  for (const [name, value] of Object.entries(computed)) {
    test(`${name} is what the file says`, () => assert.equal(value, example[name]));
  }
  test('the ballot is good, and the challenge opens it', () => {
    const checker = new BallotChecker(manifest, bytes('electionKey'));
    assert.deepEqual(checker.check([entry]).bad, []);
    const opened = challengeEntry(core, [0, 1], bytes('randomness'));
    assert.equal(checker.checkChallenge(opened), undefined);
    const other = challengeEntry(core, [1, 0], bytes('randomness'));
    assert.equal(checker.checkChallenge(other)?.code, 'challenges.opening');
  });
  test('the page shows these values and sizes', () => {
    const shown = ['electionId', 'electionKey', 'ballotKey', 'opening', 'tag', 'coreHash'];
    for (const name of [...shown, 'trackingCode', 'leafHash']) {
      assert.ok(page.includes(example[name] as string), name);
    }
    const sizes = ['manifest', 'core', 'entry'].map((name) =>
      bytes(name).length.toLocaleString('en'),
    );
    for (const size of sizes) assert.match(page, new RegExp(`\\b${size}\\s`), size);
    for (const part of [core.sum, core.tag, core.cells]) {
      assert.ok(page.includes(`${bytesToHex(part.subarray(0, 8))}…`));
    }
  });
});

describe('the CDDL', () => {
  const cddl = [...page.matchAll(/```cddl\n([^]*?)```/g)].map(([, text]) => text).join('\n');
  test('names every type of entry', () => {
    for (const type of entryTypes) {
      const rule = type === 'manifest' ? 'manifest-body' : type.replace('/', '-');
      assert.match(cddl, new RegExp(`^${rule}\\s*=`, 'm'), type);
      assert.ok(page.includes(`\`${type}\``) || page.includes(`\`…/${type.split('/')[1]}\``), type);
    }
  });
});
