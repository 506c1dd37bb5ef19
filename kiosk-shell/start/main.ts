/**
 * `npm start`: everything on one machine. A training election whose keys seven holders have just
 * made, the portal's services, two witnesses, and the pages; prints where to go and who may vote.
 *
 *     npm start -- [--by-hand] [--voters N] [--minutes N] [--port N] [--election FILE] [--station]
 *
 * With `--station` there is a polling station too, whose kiosk and registration desk work without a
 * line: two more page servers, each for a machine of its own. With `--by-hand` the office page makes every step, and people may take holders' seats.
 */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sealDeskKeys } from '../desk/desk-keys.ts';
import { Control } from './control.ts';
import { ElectionFileError, readElectionFile, type ElectionPlan } from './election-file.ts';
import { servePages, type PageServer } from './page-server.ts';
import { serveMachine } from './station-machines.ts';
import { makePairingSecret } from '@kabina/tokens/pairing';
import { MEMBERS } from './setup.ts';
import { TrainingTokens } from './training-tokens.ts';
import { attachedTo, syntheticVoters } from './voters.ts';

const { values } = parseArgs({
  options: {
    'by-hand': { type: 'boolean', default: false },
    voters: { type: 'string', default: '60' },
    minutes: { type: 'string', default: '480' },
    port: { type: 'string', default: '8800' },
    election: { type: 'string' },
    station: { type: 'boolean', default: false },
  },
});

/** A sentence and a status, for what the caller can mend. */
function refuse(status: number, sentence: string): never {
  console.error(sentence);
  process.exit(status);
}

function whole(name: 'voters' | 'minutes' | 'port', most: number): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
  return refuse(64, `start.usage: --${name}: нужно целое число от 1 до ${most}`);
}

function readPlan(path: string): ElectionPlan {
  try {
    return readElectionFile(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return refuse(error instanceof ElectionFileError ? 65 : 66, `${code}: ${message}`);
  }
}

const root = new URL('../..', import.meta.url).pathname;
const port = whole('port', 65_000);
const plan = readPlan(values.election ?? new URL('./election.json', import.meta.url).pathname);
const register = await mkdtemp(join(tmpdir(), 'kabina-voters-'));
const { csv, voters } = await syntheticVoters(plan, whole('voters', 100_000), register);
await rm(register, { recursive: true });

/** Four groups of four from an alphabet without look-alikes: 79 bits. */
function passphrase(): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
  const symbols = Array.from({ length: 16 }, () => alphabet[randomInt(alphabet.length)]);
  return symbols.join('').replace(/(.{4})(?=.)/g, '$1-');
}

/** The training station. */
const STATION = {
  id: '101',
  name: {
    ru: 'Избирательный участок № 101, школа № 4',
    kk: '№ 101 сайлау учаскесі, № 4 мектеп',
    en: 'Polling station 101, school 4',
  },
  kiosks: [{ id: 'K1', name: 'Терминал 1' }],
};
/** What the member at the registration desk types. */
const deskCode = passphrase();
const stationPorts = { kiosk: port + 4, desk: port + 5 };

const officePassphrase = passphrase();
const tokens = new TrainingTokens(MEMBERS.map(({ name }) => name));
const secret = makePairingSecret();
/** Those from here on are on the station's list, a third of all. */
const firstAtStation = values.station ? Math.ceil((voters.length * 2) / 3) : voters.length;
const services = [port + 1, port + 2, port + 3].map((n) => `http://127.0.0.1:${n}`);
const stationPages: PageServer[] = [];
const control = new Control({
  states: join(root, '.state'),
  plan,
  voters: values.station ? attachedTo(STATION.id, csv, firstAtStation) : csv,
  minutes: whole('minutes', 100_000),
  passphrase: officePassphrase,
  ports: { box: port + 1, registrar: port + 2, observers: port + 3 },
  byHand: values['by-hand'],
  tokens,
  bridge: { url: `ws://127.0.0.1:${port}/bridge`, secret },
  stations: values.station ? [STATION] : [],
  onMachines: async ({ machines, folder, officeKeys }) => {
    // An election that is made anew has machines with new keys.
    await Promise.all(stationPages.splice(0).map((server) => server.close()));
    for (const machine of machines) {
      stationPages.push(
        await serveMachine({
          machine,
          state: join(folder, `${machine.role}-${machine.id}`),
          port: stationPorts[machine.role],
          services,
          config: () => control.config,
          ...(machine.role === 'desk' && {
            deskKeys: await sealDeskKeys(deskCode, officeKeys.stationDesks.get(machine.station)!),
          }),
        }),
      );
    }
  },
  onMessage(party, message) {
    const { type, code, login } = message as { type?: string; code?: string; login?: string };
    // The console is this training machine's telephone.
    if (type === 'code') console.log(`  СМС для ${login} от ${party}: код ${code}`);
  },
});

const pages = await servePages({
  port,
  tokens: { source: tokens.source, secret },
  services,
  control(request, response) {
    control.handle(request, response).catch((error: unknown) => {
      console.error((error as Error).message);
      response.destroy();
    });
  },
}).catch((error: NodeJS.ErrnoException) =>
  refuse(69, error.code === 'EADDRINUSE' ? `start.port: порт ${port} занят` : error.message),
);

async function stop(): Promise<void> {
  await Promise.all([control.stop(), ...[pages, ...stationPages].map((server) => server.close())]);
  process.exit(0);
}
process.on('SIGINT', () => void stop());
process.on('SIGTERM', () => void stop());

const at = pages.url;
if (!values['by-hand']) {
  console.log('Семь хранителей создают ключ…');
  await control.create();
}
console.log(`
  ТРЕНИРОВОЧНОЕ ГОЛОСОВАНИЕ. Голоса ничего не решают.

  Терминал избирателя    ${at}/terminal/
  Страница портала       ${at}/portal/
  Комиссия               ${at}/office/      пароль комиссии: ${officePassphrase}
  Место хранителя        ${at}/trustee/
  Наблюдатель            ${at}/observer/
  Доска                  http://127.0.0.1:${port + 1}/board/
${
  values.station
    ? `
  Участок № ${STATION.id}, по порядку дня:
    Проверка машины      http://127.0.0.1:${stationPorts.kiosk}/technician/
    Киоск                http://127.0.0.1:${stationPorts.kiosk}/terminal/
    Карточки доступа     печатает комиссия на своей странице, «Участки»
    Стол регистрации     http://127.0.0.1:${stationPorts.desk}/desk/      код стола: ${deskCode}
    В списке участка     ${
      firstAtStation < voters.length
        ? `избиратели с ${voters[firstAtStation]!.number} по ${voters.at(-1)!.number}, остальных переводит стол`
        : 'никого: избирателей переводит стол'
    }
`
    : ''
}
  Избиратели для входа на портале (код придёт сюда, в эту консоль):
    ${voters
      .slice(0, 8)
      .map((voter) => voter.login)
      .join('  ')}
  Код для терминала выдаёт комиссия на своей странице.

  Учебные токены членов комиссии, уже «вставлены»:
${tokens.tokens.map(({ name, pin }) => `    ${name}: PIN-код ${pin}`).join('\n')}
  Код сопряжения для страницы хранителя (если доля под токеном): ${secret}
${control.election === undefined ? '' : `  Проверить доску:         npm run verify -- ${control.election.board}\n`}
  Остановить: Ctrl+C
`);
