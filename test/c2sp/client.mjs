/**
 * A reader of a board that is written from the C2SP specifications alone (tlog-tiles,
 * tlog-checkpoint, signed-note, tlog-cosignature) and RFC 6962, and knows nothing of Kabina: it
 * imports only what Node has built in. If it can read a board, so can anybody's client.
 *
 *     node client.mjs FOLDER [INDEX]
 *
 * Recomputes the root from the entries, checks the log's signature and the witnesses'
 * cosignatures, and proves that the entry at INDEX (by default the last) is in the tree from the
 * hash tiles alone. Prints one JSON object; exit status 1 if anything is wrong.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TILE = 256;
/** DER head of an Ed25519 public key (RFC 8410). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

function fail(why) {
  throw new Error(why);
}

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

// RFC 6962 §2.1.
const leafHash = (data) => sha256(Buffer.of(0), data);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);

/** The largest power of two below n. */
function split(n) {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

function merkleTreeHash(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  const k = split(leaves.length);
  return nodeHash(merkleTreeHash(leaves.slice(0, k)), merkleTreeHash(leaves.slice(k)));
}

// c2sp.org/signed-note.
function parseVerifierKey(line) {
  // Base64 has plus signs too; a name has none.
  const [name, id, ...rest] = line.split('+');
  const bytes = Buffer.from(rest.join('+'), 'base64');
  if (bytes.length !== 33) fail(`not an Ed25519 verifier key: ${name}`);
  const type = bytes[0];
  const keyId = sha256(name, '\n', bytes).subarray(0, 4);
  if (keyId.toString('hex') !== id) fail(`the key id of ${name} is wrong`);
  const key = createPublicKey({
    key: Buffer.concat([SPKI, bytes.subarray(1)]),
    format: 'der',
    type: 'spki',
  });
  return { name, keyId, type, key };
}

function parseNote(note) {
  const at = note.lastIndexOf('\n\n');
  if (at < 0) fail('the checkpoint has no signatures');
  const text = note.slice(0, at + 1);
  const signatures = note
    .slice(at + 2, -1)
    .split('\n')
    .map((line) => {
      const match = /^— (\S+) (\S+)$/.exec(line) ?? fail('signature line');
      const bytes = Buffer.from(match[2], 'base64');
      return { name: match[1], keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) };
    });
  return { text, signatures };
}

/** Signatures by a key; those of unknown keys are ignored, as the specification says. */
function byKey({ signatures }, { name, keyId }) {
  return signatures.filter((one) => one.name === name && one.keyId.equals(keyId));
}

function checkLogSignature(note, key) {
  const own = byKey(note, key);
  const good = own.every(({ signature }) => verify(null, note.text, key.key, signature));
  if (key.type !== 1 || own.length === 0 || !good) fail('the log has not signed the checkpoint');
}

// c2sp.org/tlog-cosignature, version 1.
function cosignatureTime(note, key) {
  const [own] = byKey(note, key);
  if (key.type !== 4 || own === undefined) return undefined;
  const time = own.signature.readBigUInt64BE(0);
  const message = `cosignature/v1\ntime ${time}\n${note.text}`;
  if (!verify(null, message, key.key, own.signature.subarray(8))) {
    fail(`the cosignature of ${key.name} is wrong`);
  }
  return Number(time);
}

// c2sp.org/tlog-tiles.
function tilePath(level, index, width) {
  let number = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    number = `x${String(rest % 1000).padStart(3, '0')}/${number}`;
  }
  return `tile/${level}/${number}${width < TILE ? `.p/${width}` : ''}`;
}

class Board {
  constructor(folder, size) {
    this.folder = folder;
    this.size = size;
  }

  /** A tile; if the partial one is gone, the full one is there. `count` is that of its level. */
  tile(level, index, count) {
    const width = Math.min(TILE, count - index * TILE);
    for (const path of [tilePath(level, index, width), tilePath(level, index, TILE)]) {
      const file = join(this.folder, path);
      if (existsSync(file)) return { bytes: readFileSync(file), width };
    }
    return fail(`${tilePath(level, index, width)} is missing`);
  }

  *entries() {
    for (let index = 0; index * TILE < this.size; index++) {
      const { bytes, width } = this.tile('entries', index, this.size);
      let at = 0;
      for (let i = 0; i < width; i++) {
        const end = at + 2 + bytes.readUInt16BE(at);
        if (end > bytes.length) fail('an entry bundle is cut short');
        yield bytes.subarray(at + 2, end);
        at = end;
      }
    }
  }

  /** Hash of a complete subtree of 2^height leaves, from the hash tiles. */
  subtree(height, index) {
    const level = Math.floor(height / 8);
    const span = 2 ** (height % 8);
    const first = index * span;
    const count = Math.floor(this.size / TILE ** level);
    const { bytes } = this.tile(level, Math.floor(first / TILE), count);
    const hashes = Array.from({ length: span }, (_, i) => {
      const at = ((first % TILE) + i) * 32;
      return bytes.subarray(at, at + 32);
    });
    return merkleTreeHash(hashes);
  }

  /** Hash of the leaves from (inclusive) to (exclusive), from the hash tiles. */
  range(from, to) {
    const n = to - from;
    if (Number.isInteger(Math.log2(n))) return this.subtree(Math.log2(n), from / n);
    const k = split(n);
    return nodeHash(this.range(from, from + k), this.range(from + k, to));
  }

  /** RFC 6962 §2.1.1: from the leaf's sibling up. */
  path(index, from = 0, to = this.size) {
    if (to - from === 1) return [];
    const middle = from + split(to - from);
    return index < middle
      ? [...this.path(index, from, middle), this.range(middle, to)]
      : [...this.path(index, middle, to), this.range(from, middle)];
  }
}

// RFC 9162 §2.1.3.2.
function rootFromPath(index, size, leaf, path) {
  let [fn, sn, hash] = [index, size - 1, leaf];
  for (const step of path) {
    if (sn === 0) fail('the inclusion proof is too long');
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(step, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
    } else {
      hash = nodeHash(hash, step);
    }
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  if (sn !== 0) fail('the inclusion proof is too short');
  return hash;
}

function keys(folder, name) {
  const lines = readFileSync(join(folder, name), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map(parseVerifierKey);
}

function readBoard(folder, asked) {
  const note = parseNote(readFileSync(join(folder, 'checkpoint'), 'utf8'));
  const [origin, decimal, encoded] = note.text.split('\n');
  const size = Number(decimal);
  const root = Buffer.from(encoded, 'base64');
  const [logKey] = keys(folder, 'log.vkey');
  checkLogSignature(note, logKey);
  if (logKey.name !== origin) fail('the origin is not the name of the key');
  const cosignatures = keys(folder, 'witnesses.vkey').flatMap((key) => {
    const time = cosignatureTime(note, key);
    return time === undefined ? [] : [{ name: key.name, time }];
  });

  const board = new Board(folder, size);
  const leaves = [...board.entries()].map(leafHash);
  if (leaves.length !== size) fail(`${leaves.length} entries, ${size} expected`);
  if (!merkleTreeHash(leaves).equals(root)) fail('the entries do not make the root');

  const index = asked ?? size - 1;
  if (!(index >= 0 && index < size)) fail(`no entry ${index}`);
  const proof = board.path(index);
  if (!rootFromPath(index, size, leaves[index], proof).equals(root)) {
    fail('the hash tiles do not prove the entry');
  }
  return {
    origin,
    size,
    root: root.toString('base64'),
    cosignatures,
    inclusion: { index, leaf: leaves[index].toString('hex'), hashes: proof.length },
  };
}

const [folder, index] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: client.mjs FOLDER [INDEX]');
  process.exit(64);
}
try {
  console.log(JSON.stringify(readBoard(folder, index === undefined ? undefined : Number(index))));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
