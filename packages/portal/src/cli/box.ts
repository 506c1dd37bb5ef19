#!/usr/bin/env node
/**
 * The ballot box's process.
 *
 *     box.ts keys  --state DIR --origin NAME
 *     box.ts serve --state DIR --manifest-entry FILE --port N --board DIR --witness URL…
 *                  [--requests-per-minute N]
 *
 * `--manifest-entry` is the signed `manifest` entry; `--board` the folder that the world reads, on
 * the same file system as the state folder; `--witness` repeats.
 */
import { publicKey } from '@kabina/crypto/ed25519';
import { LogError } from '@kabina/log/errors';
import { formatVerifierKey, signerKey } from '@kabina/log/note';
import { createBox } from '../box/service.ts';
import { StateFolder } from '../state-folder.ts';
import { SqliteAnonymousStore } from '../store/sqlite-anonymous.ts';
import {
  parseCommand,
  readInput,
  reportFault,
  runCommand,
  serveUntilStopped,
  type Command,
} from './process.ts';

const PUBLIC = 'public.json';
const BOX_SEED = 'box.seed';
const LOG_SEED = 'log.seed';

async function keys({ option }: Command): Promise<void> {
  const folder = new StateFolder(option('state'));
  const origin = option('origin');
  const text = JSON.stringify({
    origin,
    signingKey: Buffer.from(publicKey(folder.secret(BOX_SEED))).toString('base64url'),
    vkey: formatVerifierKey(signerKey(origin, folder.secret(LOG_SEED))),
  });
  folder.write(PUBLIC, text);
  console.log(text);
}

/**
 * After a write that failed half-way only a new process knows what is on disk: this one ends, and
 * whoever supervises it starts the next. What was accepted waits in the pool.
 */
function stopIfBroken(error: unknown): void {
  reportFault(error);
  if (error instanceof LogError && error.code === 'log-broken') process.exit(1);
}

async function serve({ option, optional, all, number }: Command): Promise<void> {
  const folder = new StateFolder(option('state'));
  const { origin } = JSON.parse(folder.read(PUBLIC).toString('utf8')) as { origin: string };
  const box = await createBox({
    store: new SqliteAnonymousStore(folder.file('box.sqlite')),
    board: {
      folder: option('board'),
      privateFolder: folder.file('log'),
      key: signerKey(origin, folder.secret(LOG_SEED)),
      manifestEntry: Uint8Array.from(readInput(option('manifest-entry'))),
      witnesses: all('witness'),
      onProblem: ({ code, message }, index) => {
        reportFault(new Error(`board entry ${index}: ${code}: ${message}`));
      },
    },
    seed: folder.secret(BOX_SEED),
    ...(optional('requests-per-minute') !== undefined && {
      requestsPerMinute: number('requests-per-minute'),
    }),
    clock: Date.now,
    onFault: stopIfBroken,
  });
  const port = await box.listener.listen(number('port'));
  serveUntilStopped(port, () => box.close());
}

runCommand(async () => {
  const command = parseCommand({
    keys: ['state', 'origin'],
    serve: ['state', 'manifest-entry', 'port', 'board', 'witness', 'requests-per-minute'],
  });
  await (command.name === 'keys' ? keys(command) : serve(command));
});
