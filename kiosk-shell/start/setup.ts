/**
 * A whole election on one machine: makes every party's keys by that party's own command, composes
 * the manifest from the public halves, and starts every party as a process of its own. `npm start`
 * and the rehearsal both stand on it.
 *
 *     FOLDER/draft.json voters.csv manifest.cbor manifest-entry.cbor
 *     FOLDER/registrar observers box witness-1 witness-2 trustee-1 … trustee-7   a state folder each
 *     FOLDER/kiosk-K1.key desk-101.key …                                         keys of a station's machines
 *     FOLDER/board                                                               the public log
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesToHex, hexToBytes, randomBytes } from '@kabina/crypto/bytes';
import { publicKey } from '@kabina/crypto/ed25519';
import { encodeEntry, signEntry, type Entry } from '@kabina/election/entries';
import {
  electionId,
  encodeManifest,
  type Localized,
  type Manifest,
  type MembersAuthority,
} from '@kabina/election/manifest';
import { makeKeyFile } from '../agent/machine-key.ts';
import { Commission } from '../office/commission.ts';
import type { ElectionPlan } from './election-file.ts';
import { runParty, startParty, stopParty, type Party } from './processes.ts';
import { draftOf } from './voters.ts';

const command = (path: string): string =>
  new URL(`../../packages/${path}`, import.meta.url).pathname;
const ISSUER = command('portal/src/cli/issuer.ts');
const BOX = command('portal/src/cli/box.ts');
const WITNESS = command('observer/src/cli/witness.ts');
const TRUSTEE = command('trustee/src/cli/trustee.ts');

export const ISSUER_IDS = ['registrar', 'observers'] as const;
export type IssuerId = (typeof ISSUER_IDS)[number];
const WITNESSES = 2;
const ORIGIN = 'kabina.test/board';

export const HOLDERS = [
  'Анисимова Л. П.',
  'Бекетов С. А.',
  'Гаврилова Н. Ю.',
  'Дементьев О. В.',
  'Ермекова А. Т.',
  'Жилин К. М.',
  'Зотова Е. Р.',
] as const;
export const THRESHOLD = 5;

/** The commission's roll. */
export const MEMBERS = [
  { name: 'Соколова Марина Игоревна', post: { ru: 'председатель', kk: 'төраға', en: 'chair' } },
  {
    name: 'Тихонов Алексей Петрович',
    post: { ru: 'заместитель председателя', kk: 'төраға орынбасары', en: 'deputy chair' },
  },
  { name: 'Уварова Инна Сергеевна', post: { ru: 'секретарь', kk: 'хатшы', en: 'secretary' } },
];

/** Public halves of a holder's keys, as its process or its page gives them. */
export interface Seat {
  readonly index: number;
  readonly name: string;
  readonly signingKey: Uint8Array;
  readonly hpkeKey: Uint8Array;
}

/** A polling station: its desk and its kiosks are machines of their own. */
export interface StationPlan {
  readonly id: string;
  readonly name: Localized;
  readonly kiosks: readonly { readonly id: string; readonly name: string }[];
}

export interface SetupOptions {
  readonly folder: string;
  readonly plan: ElectionPlan;
  /** The voter register as CSV. */
  readonly voters: string;
  /** Minutes from now until issuing and acceptance end. */
  readonly minutes: number;
  readonly revoting: boolean;
  /** Ballots that wait for one another before they go to the board. */
  readonly pool: number;
  /** Seats that people have taken; the others are played by processes. */
  readonly seats?: readonly Seat[];
  readonly ports?: Partial<Record<'box' | IssuerId, number>>;
  /** How one-time codes go out: to the console, or as messages to this process. */
  readonly sender: 'console' | 'ipc';
  /** Limit of requests a minute from one address; the services' own by default. */
  readonly requestsPerMinute?: number;
  readonly onMessage?: (party: string, message: unknown) => void;
  /** Who certifies the members' tokens; without it members have none. */
  readonly authority?: MembersAuthority;
  /** Each serves every style. */
  readonly stations?: readonly StationPlan[];
}

/** A machine of a station, with the file that holds its Ed25519 seed. */
export interface StationMachine {
  readonly role: 'kiosk' | 'desk';
  /** Of the kiosk, or of the desk's station. */
  readonly id: string;
  readonly station: string;
  readonly keyFile: string;
  readonly publicKey: Uint8Array;
}

/** What the office's key file holds. Secret. */
export interface OfficeKeys {
  readonly commission: Uint8Array;
  readonly desks: Readonly<Record<IssuerId, string>>;
  /** Secrets of each station's registration desk, which open that station's list alone. */
  readonly stationDesks: ReadonlyMap<string, Readonly<Record<IssuerId, string>>>;
}

export interface RunningElection {
  readonly folder: string;
  readonly board: string;
  readonly manifest: Manifest;
  readonly electionId: Uint8Array;
  readonly officeKeys: OfficeKeys;
  readonly box: Party;
  readonly issuers: Readonly<Record<IssuerId, Party>>;
  readonly witnesses: readonly Party[];
  readonly trustees: readonly Party[];
  readonly commission: Commission;
  readonly machines: readonly StationMachine[];
  stop(): Promise<void>;
}

interface IssuerPublic {
  readonly signingKey: string;
  readonly keys: readonly { contest: string; list: string; modulus: string; exponent: number }[];
  readonly voters: {
    readonly count: number;
    readonly root: string;
    readonly styles: Readonly<Record<string, number>>;
  };
}

const bytes = (base64url: string): Uint8Array =>
  Uint8Array.from(Buffer.from(base64url, 'base64url'));

async function readPublic<T>(folder: string): Promise<T> {
  return JSON.parse(await readFile(join(folder, 'public.json'), 'utf8')) as T;
}

/** A passphrase for a played seat: it lives in memory only, here and in the seat's process. */
const playedPassphrase = (): string => bytesToHex(randomBytes(16));

/** ISO 8601 with seconds, in UTC. */
function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** A seat that a process of its own plays: makes its keys. */
async function playedSeat(
  state: string,
  index: number,
  name: string,
  passphrase: string,
): Promise<Seat> {
  const made = await startParty({
    name: `trustee ${index}`,
    file: TRUSTEE,
    args: ['keys', '--state', state, '--index', String(index)],
    secret: passphrase,
  });
  await stopParty(made);
  const keys = await readPublic<{ signingKey: string; hpkeKey: string }>(state);
  const [signingKey, hpkeKey] = [hexToBytes(keys.signingKey), hexToBytes(keys.hpkeKey)];
  return { index, name, signingKey, hpkeKey };
}

/** Makes all keys, starts all parties and leaves the board with the manifest as its first entry. */
export async function startElection(options: SetupOptions): Promise<RunningElection> {
  const { folder, plan, ports = {} } = options;
  const at = (name: string): string => join(folder, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stations = options.stations ?? [];
  await writeFile(
    at('draft.json'),
    JSON.stringify({ ...draftOf(plan), stations: stations.map(({ id }) => ({ id })) }),
  );
  await writeFile(at('voters.csv'), options.voters, { mode: 0o600 });

  const deskSecrets = { registrar: playedPassphrase(), observers: playedPassphrase() };
  for (const id of ISSUER_IDS) {
    await writeFile(at(`${id}-desk.secret`), deskSecrets[id], { mode: 0o600 });
  }
  const stationDesks = new Map<string, Readonly<Record<IssuerId, string>>>();
  for (const station of stations) {
    const secrets = { registrar: playedPassphrase(), observers: playedPassphrase() };
    stationDesks.set(station.id, secrets);
    for (const id of ISSUER_IDS) {
      await writeFile(at(`${id}-desk-${station.id}.secret`), secrets[id], { mode: 0o600 });
    }
  }
  const passphrases = new Map<number, string>();
  const [seats] = await Promise.all([
    Promise.all(
      HOLDERS.map((name, i) => {
        const index = i + 1;
        const taken = options.seats?.find((seat) => seat.index === index);
        if (taken !== undefined) return taken;
        const passphrase = playedPassphrase();
        passphrases.set(index, passphrase);
        return playedSeat(at(`trustee-${index}`), index, name, passphrase);
      }),
    ),
    ...ISSUER_IDS.map((id) =>
      runParty(id, ISSUER, [
        ...['keys', '--state', at(id), '--draft', at('draft.json'), '--id', id],
        ...['--voters', at('voters.csv')],
      ]),
    ),
    runParty('box', BOX, ['keys', '--state', at('box'), '--origin', ORIGIN]),
    ...Array.from({ length: WITNESSES }, (_, i) =>
      runParty(`witness ${i + 1}`, WITNESS, [
        ...['keys', '--state', at(`witness-${i + 1}`), '--name', `witness-${i + 1}.kabina.test`],
      ]),
    ),
  ]);

  const commissionSeed = randomBytes(32);
  const machines = await makeMachines(stations, at);
  const manifest = await composeManifest(options, at, seats, { commissionSeed, machines });
  const id = electionId(manifest);
  const entry = signEntry('manifest', id, { manifest }, { by: 'commission', seed: commissionSeed });
  await writeFile(at('manifest.cbor'), encodeManifest(manifest));
  await writeFile(at('manifest-entry.cbor'), encodeEntry(entry as Entry));

  const started: Party[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.reverse().map(stopParty));
  };
  const start = async (
    name: string,
    file: string,
    args: string[],
    secret?: string,
  ): Promise<Party> => {
    const party = await startParty({
      name,
      file,
      args,
      ...(secret === undefined ? {} : { secret }),
      onMessage: (message) => options.onMessage?.(name, message),
    });
    started.push(party);
    return party;
  };

  const limit =
    options.requestsPerMinute === undefined
      ? []
      : ['--requests-per-minute', String(options.requestsPerMinute)];
  try {
    const { vkey } = await readPublic<{ vkey: string }>(at('box'));
    const witnesses = await Promise.all(
      Array.from({ length: WITNESSES }, (_, i) =>
        start(`witness ${i + 1}`, WITNESS, [
          ...['serve', '--state', at(`witness-${i + 1}`), '--name', `witness-${i + 1}.kabina.test`],
          ...['--log', vkey, '--origin', ORIGIN],
        ]),
      ),
    );
    const box = await start('box', BOX, [
      ...['serve', '--state', at('box'), '--manifest-entry', at('manifest-entry.cbor')],
      ...['--port', String(ports.box ?? 0), '--board', at('board')],
      ...witnesses.flatMap((witness) => ['--witness', witness.url]),
      ...limit,
    ]);
    const startIssuer = (issuer: IssuerId): Promise<Party> =>
      start(issuer, ISSUER, [
        ...['serve', '--state', at(issuer), '--manifest', at('manifest.cbor')],
        ...['--port', String(ports[issuer] ?? 0), '--board', box.url],
        ...[
          '--sender',
          options.sender,
          '--desk-secret-file',
          at(`${issuer}-desk.secret`),
          ...stations.flatMap(({ id: station }) => [
            '--desk-secret-file',
            `station/${station}=${at(`${issuer}-desk-${station}.secret`)}`,
          ]),
          ...limit,
        ],
      ]);
    const [registrar, observers] = await Promise.all([
      startIssuer('registrar'),
      startIssuer('observers'),
    ]);
    const trustees = await Promise.all(
      [...passphrases].map(([index, passphrase]) =>
        start(
          `trustee ${index}`,
          TRUSTEE,
          [
            ...['serve', '--state', at(`trustee-${index}`), '--index', String(index)],
            ...['--election', bytesToHex(id), '--box', box.url],
          ],
          passphrase,
        ),
      ),
    );
    const commission = new Commission({ electionId: id, seed: commissionSeed, box: box.url });
    return {
      folder,
      board: at('board'),
      manifest,
      electionId: id,
      officeKeys: { commission: commissionSeed, desks: deskSecrets, stationDesks },
      box,
      issuers: { registrar, observers },
      witnesses,
      trustees,
      commission,
      machines,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Makes the keys of the stations' machines. */
function makeMachines(
  stations: readonly StationPlan[],
  at: (name: string) => string,
): Promise<StationMachine[]> {
  const make = async (
    role: StationMachine['role'],
    id: string,
    station: string,
  ): Promise<StationMachine> => {
    const keyFile = at(`${role}-${id}.key`);
    return { role, id, station, keyFile, publicKey: await makeKeyFile(keyFile) };
  };
  return Promise.all(
    stations.flatMap(({ id: station, kiosks }) => [
      make('desk', station, station),
      ...kiosks.map(({ id }) => make('kiosk', id, station)),
    ]),
  );
}

async function composeManifest(
  options: SetupOptions,
  at: (name: string) => string,
  seats: readonly Seat[],
  { commissionSeed, machines }: { commissionSeed: Uint8Array; machines: readonly StationMachine[] },
): Promise<Manifest> {
  const { plan } = options;
  const issuers = await Promise.all(ISSUER_IDS.map((id) => readPublic<IssuerPublic>(at(id))));
  const box = await readPublic<{ signingKey: string; vkey: string }>(at('box'));
  const witnessKeys: string[] = [];
  for (let i = 1; i <= WITNESSES; i++) {
    witnessKeys.push((await readPublic<{ vkey: string }>(at(`witness-${i}`))).vkey);
  }
  const { voters } = issuers[0]!;
  if (issuers.some((issuer) => issuer.voters.root !== voters.root)) {
    throw new Error('the issuers do not have the same voter list');
  }
  const machineKey = (role: StationMachine['role'], id: string): Uint8Array =>
    machines.find((machine) => machine.role === role && machine.id === id)!.publicKey;
  const now = Date.now();
  const closes = time(now + options.minutes * 60_000);
  const names = [
    { ru: 'Регистратор портала', kk: 'Портал тіркеушісі', en: 'Portal registrar' },
    { ru: 'Наблюдательный совет', kk: 'Бақылау кеңесі', en: 'Observers’ council' },
  ];
  return {
    v: 1,
    kind: 'training',
    title: plan.title,
    suite: plan.suite,
    contests: [...plan.contests],
    styles: plan.styles.map((style) => ({ ...style, voters: voters.styles[style.id] ?? 0 })),
    voters: { count: voters.count, root: bytes(voters.root) },
    stations: (options.stations ?? []).map(({ id, name }) => ({
      ...{ id, name },
      signingKey: machineKey('desk', id),
    })),
    hours: { opens: time(now - 60_000), issuingCloses: closes, closes, pauses: [] },
    revoting: options.revoting ? { until: closes } : null,
    trustees: { threshold: THRESHOLD, holders: seats.map((seat) => ({ ...seat })) },
    issuers: ISSUER_IDS.map((id, i) => ({
      id,
      name: names[i]!,
      signingKey: bytes(issuers[i]!.signingKey),
      keys: issuers[i]!.keys.map((key) => ({ ...key, modulus: bytes(key.modulus) })),
    })),
    kiosks: (options.stations ?? []).flatMap(({ id: station, kiosks }) =>
      kiosks.map(({ id, name }) => ({
        ...{ id, name, station },
        signingKey: machineKey('kiosk', id),
      })),
    ),
    board: { origin: ORIGIN, key: box.vkey },
    box: { signingKey: bytes(box.signingKey) },
    witnesses: { quorum: WITNESSES, keys: witnessKeys },
    commission: {
      name: {
        ru: 'Территориальная избирательная комиссия города Заречного',
        kk: 'Заречный қаласының аумақтық сайлау комиссиясы',
        en: 'Territorial election commission of the town of Zarechny',
      },
      signingKey: publicKey(commissionSeed),
      members: MEMBERS.map((member) => ({ ...member })),
      ...(options.authority === undefined ? {} : { authority: options.authority }),
    },
    pool: options.pool,
  };
}
