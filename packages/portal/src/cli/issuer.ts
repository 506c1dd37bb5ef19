#!/usr/bin/env node
/**
 * An issuer's process.
 *
 *     issuer.ts keys  --state DIR --draft FILE --id ID --voters FILE
 *     issuer.ts serve --state DIR --manifest FILE --port N --board URL
 *                     [--sender console|ipc] [--desk-secret-file [station/ID=]FILE]…
 *                         [--requests-per-minute N]
 *
 * `keys` makes the keys, online ones and those of the draft's stations, imports the voter register
 * and writes `public.json`. `--manifest` is the encoded manifest; `--board` is the ballot box's
 * address. `--desk-secret-file` repeats: the secret of all desks, and any station's own.
 */
import { decodeManifest, type Manifest } from '@kabina/election/manifest';
import { SetupError } from '../errors.ts';
import { draftKeys, draftServes, readDraft } from '../draft.ts';
import type { DeskSecrets } from '../issuer/desk.ts';
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
  const styleIds = new Set(draft.styles.map((style) => style.id));
  const voters = parseRegister(csv, styleIds, (station, style) =>
    draftServes(draft, station, style),
  );
  const wanted = draftKeys(draft);
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

/** Reads `FILE` and `station/ID=FILE`. */
function deskSecretsOf(values: readonly string[], manifest: Manifest): DeskSecrets {
  let general: string | undefined;
  const stations = new Map<string, string>();
  for (const value of values) {
    const [, station, file = value] = /^station\/([^/=]+)=(.+)$/.exec(value) ?? [];
    const secret = readInput(file).toString('utf8').trim();
    // A bearer is taken by this form alone; an empty secret would be nobody's.
    if (!/^[\w-]{1,200}$/.test(secret)) {
      throw new SetupError('desk.secret-file', `в файле ${file} не секрет стола`);
    }
    if (station === undefined) general = secret;
    else if (manifest.stations.some(({ id }) => id === station)) stations.set(station, secret);
    else throw new SetupError('desk.secret-station', `в манифесте нет участка ${station}`);
  }
  return { ...(general !== undefined && { general }), stations };
}

async function serve({ option, optional, all, number }: Command): Promise<void> {
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
  const running = await createIssuer({
    id,
    manifest,
    store: new SqliteIdentifiedStore(folder.file(DATABASE)),
    secrets: issuerSecrets(folder),
    signers: signers ?? [],
    sender: senderOf(optional('sender') ?? 'console', manifest),
    box: option('board'),
    deskSecrets: deskSecretsOf(all('desk-secret-file'), manifest),
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
