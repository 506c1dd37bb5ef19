#!/usr/bin/env node
/**
 * An issuer's process.
 *
 *     issuer.ts keys  --state DIR --draft FILE --id ID --voters FILE
 *     issuer.ts serve --state DIR --manifest FILE --port N --board URL
 *                     [--sender console|ipc] [--desk-secret-file FILE] [--requests-per-minute N]
 *
 * `keys` makes the keys, imports the voter register and writes `public.json`. `--manifest` is the
 * encoded manifest; `--board` is the ballot box's address.
 */
import { decodeManifest, type Manifest } from '@kabina/election/manifest';
import { SetupError } from '../errors.ts';
import { readDraft } from '../draft.ts';
import { BlindSigner, issuerSecrets, makeBlindSigningKeys, signingKeyOf } from '../issuer/keys.ts';
import { parseRegister, voterListRoot } from '../issuer/register.ts';
import { consoleSender, ipcSender, type Sender } from '../issuer/sender.ts';
import { createIssuer } from '../issuer/service.ts';
import { StateFolder } from '../state-folder.ts';
import { SqliteIdentifiedStore } from '../store/sqlite-identified.ts';
import {
  parseCommand,
  readInput,
  readJson,
  reportFault,
  runCommand,
  serveUntilStopped,
  type Command,
} from './process.ts';

const DATABASE = 'issuer.sqlite';
const PUBLIC = 'public.json';

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

async function keys({ option }: Command): Promise<void> {
  const folder = new StateFolder(option('state'));
  const draft = readDraft(readJson(option('draft')));
  const id = option('id');
  const csv = readInput(option('voters')).toString('utf8');
  const voters = parseRegister(csv, new Set(draft.styles.map((style) => style.id)));
  const wanted = draft.contests.flatMap((contest) =>
    draft.lists.map((list) => ({ contest, list })),
  );
  await makeBlindSigningKeys(folder, wanted);
  const store = new SqliteIdentifiedStore(folder.file(DATABASE));
  await store.importVoters(voters);
  const styles = Object.fromEntries(await store.voterCountByStyle());
  await store.close();
  const parts = wanted.map(({ contest, list }) => BlindSigner.load(folder, contest, list).public);
  const text = JSON.stringify({
    id,
    signingKey: base64url(signingKeyOf(issuerSecrets(folder))),
    keys: parts.map((key) => ({ ...key, modulus: base64url(key.modulus) })),
    voters: { count: voters.length, root: base64url(voterListRoot(voters)), styles },
  });
  folder.write(PUBLIC, text);
  console.log(text);
}

function senderOf(name: string, manifest: Manifest): Sender {
  if (name === 'ipc') return ipcSender();
  if (name !== 'console') throw new SetupError('sender.unknown', `нет способа отправки ${name}`);
  if (manifest.kind !== 'training') {
    throw new SetupError('sender.console', 'коды на консоли бывают только на учебных выборах');
  }
  return consoleSender((line) => console.log(line));
}

async function serve({ option, optional, number }: Command): Promise<void> {
  const folder = new StateFolder(option('state'));
  const manifest = decodeManifest(Uint8Array.from(readInput(option('manifest'))));
  const { id, voters } = JSON.parse(folder.read(PUBLIC).toString('utf8')) as {
    id: string;
    voters: { root: string };
  };
  if (voters.root !== base64url(manifest.voters.root)) {
    throw new SetupError('issuer.voters', 'список избирателей не тот, что в манифесте');
  }
  const issuer = manifest.issuers.find((one) => one.id === id);
  const signers = issuer?.keys.map(({ contest, list }) => BlindSigner.load(folder, contest, list));
  const secretFile = optional('desk-secret-file');
  const running = await createIssuer({
    id,
    manifest,
    store: new SqliteIdentifiedStore(folder.file(DATABASE)),
    secrets: issuerSecrets(folder),
    signers: signers ?? [],
    sender: senderOf(optional('sender') ?? 'console', manifest),
    box: option('board'),
    ...(secretFile !== undefined && { deskSecret: readInput(secretFile).toString('utf8').trim() }),
    ...(optional('requests-per-minute') !== undefined && {
      requestsPerMinute: number('requests-per-minute'),
    }),
    clock: Date.now,
    onFault: reportFault,
  });
  const port = await running.listener.listen(number('port'));
  serveUntilStopped(port, () => running.close());
}

runCommand(async () => {
  const command = parseCommand({
    keys: ['state', 'draft', 'id', 'voters'],
    serve: [
      'state',
      'manifest',
      'port',
      'board',
      'sender',
      'desk-secret-file',
      'requests-per-minute',
    ],
  });
  await (command.name === 'keys' ? keys(command) : serve(command));
});
