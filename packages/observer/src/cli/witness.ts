#!/usr/bin/env node
/**
 * A witness as a process of its own, run by a body that the log's operator doesn't command.
 *
 *     node witness.ts keys  --state DIR --name NAME
 *     node witness.ts serve --state DIR --name NAME --log VKEY [--origin ORIGIN] [--port N]
 *
 * `keys` makes the witness's key and writes its verifier key to DIR/public.json for the manifest.
 * The key and the memory of the last checkpoint rest in DIR: restoring an old copy of it makes the
 * witness refuse to go on, never to sign two histories, as long as the log has gone on since.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomBytes } from '@kabina/crypto/bytes';
import {
  COSIGNATURE_V1,
  formatSignerKey,
  formatVerifierKey,
  parseSignerKey,
  parseVerifierKey,
  signerKey,
} from '@kabina/log/note';
import { NodeWitnessStore } from '@kabina/log/node-witness-store';
import { Witness } from '@kabina/log/witness';
import { witnessServer } from '../witness-server.ts';

const { values, positionals } = parseArgs({
  options: {
    state: { type: 'string' },
    name: { type: 'string' },
    log: { type: 'string' },
    origin: { type: 'string' },
    port: { type: 'string', default: '0' },
  },
  allowPositionals: true,
});
const [command] = positionals;
const { state, name, log } = values;

function tell(message: object): void {
  if (process.send !== undefined) process.send(message);
  else console.log(JSON.stringify(message));
}

if (
  state === undefined ||
  name === undefined ||
  (command !== 'keys' && (command !== 'serve' || log === undefined))
) {
  console.error('usage: witness.ts keys|serve --state DIR --name NAME [--log VKEY --port N]');
  process.exit(2);
}

const keyFile = join(state, 'witness.key');
await mkdir(state, { recursive: true, mode: 0o700 });

if (command === 'keys') {
  const key = signerKey(name, randomBytes(32), COSIGNATURE_V1);
  // `wx`: a key that is in a manifest already is never replaced.
  await writeFile(keyFile, `${formatSignerKey(key)}\n`, { mode: 0o600, flag: 'wx' });
  const publicKeys = { name, vkey: formatVerifierKey(key) };
  await writeFile(join(state, 'public.json'), `${JSON.stringify(publicKeys)}\n`);
  tell({ ready: true, ...publicKeys });
  process.disconnect?.();
} else {
  const key = parseSignerKey((await readFile(keyFile, 'utf8')).trim());
  const logKey = parseVerifierKey(log!);
  const origin = values.origin ?? logKey.name;
  const store = new NodeWitnessStore(join(state, 'memory.sqlite'));
  const witness = new Witness({ key, logs: [{ origin, keys: [logKey] }], store });
  const server = witnessServer(witness, origin, (error) =>
    console.error(`witness ${name}: ${(error as Error).message}`),
  );
  const stop = (): void => {
    server.close(() => {
      store.close();
      process.exit(0);
    });
    server.closeAllConnections();
  };
  process.on('SIGTERM', stop);
  process.on('disconnect', stop);
  server.listen(Number(values.port), '127.0.0.1', () => {
    tell({ ready: true, port: (server.address() as AddressInfo).port });
  });
}
