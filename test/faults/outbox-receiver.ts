/**
 * A process that takes items, as the ballot box does: an item that it has is taken again without harm,
 * and each yes is signed. It keeps them in SQLite. `node outbox-receiver.ts PORT DATABASE`; its first
 * line on stdout is a JSON with its port and public key. `POST /mode` says how it misbehaves.
 */
import {
  createHash,
  generateKeyPairSync,
  createPrivateKey,
  sign,
  createPublicKey,
} from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';

export type Mode =
  | 'good'
  /** Takes it, and the answer is lost. */
  | 'lost'
  | 'error'
  | 'garbage'
  /** Says "never" to some items: those whose first byte is divisible by 4. */
  | 'picky';

const [port = '0', file = ':memory:'] = process.argv.slice(2);
const db = new DatabaseSync(file);
db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
db.exec('CREATE TABLE IF NOT EXISTS items (sha TEXT PRIMARY KEY, times INTEGER) WITHOUT ROWID');
db.exec('CREATE TABLE IF NOT EXISTS own (key TEXT)');
const take = db.prepare(
  'INSERT INTO items VALUES (?, 1) ON CONFLICT DO UPDATE SET times = times + 1',
);
const all = db.prepare('SELECT sha, times FROM items');

function ownKey(): ReturnType<typeof createPrivateKey> {
  const row = db.prepare('SELECT key FROM own').get();
  if (row !== undefined) return createPrivateKey(String(row['key']));
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  db.prepare('INSERT INTO own VALUES (?)').run(String(pem));
  return privateKey;
}

async function body(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const key = ownKey();
let mode: Mode = 'good';

const server = createServer((request, response) => {
  void (async () => {
    const sent = await body(request);
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('connection', 'close');
    if (request.url === '/mode') {
      mode = sent.toString() as Mode;
      response.end();
    } else if (request.url === '/received') {
      response.end(JSON.stringify(all.all()));
    } else if (mode === 'error') {
      response.writeHead(500).end('{"code":"server.failed"}');
    } else if (mode === 'garbage') {
      response.end(Buffer.alloc(64, 7));
    } else if (mode === 'picky' && sent[0]! % 4 === 0) {
      response.writeHead(422).end();
    } else {
      const sha = createHash('sha256').update(sent).digest('hex');
      take.run(sha);
      if (mode === 'lost') response.destroy();
      else response.end(sign(null, Buffer.from(`taken ${sha}`), key));
    }
  })().catch(() => response.destroy());
});
server.listen(Number(port), '127.0.0.1', () => {
  const publicKey = createPublicKey(key).export({ format: 'jwk' }).x;
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port, publicKey }));
});
