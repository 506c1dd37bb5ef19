/**
 * `npm start`: everything on one machine. A training election whose keys seven holders have just
 * made, the portal's services, two witnesses, and the pages; prints where to go and who may vote.
 *
 *     npm start -- [--by-hand] [--voters N] [--minutes N] [--port N] [--election FILE]
 *
 * With `--by-hand` the office page makes every step, and people may take holders' seats.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomBytes } from '@kabina/crypto/bytes';
import { Control } from './control.ts';
import { readElectionFile } from './election-file.ts';
import { servePages } from './page-server.ts';
import { syntheticVoters } from './voters.ts';

const { values } = parseArgs({
  options: {
    'by-hand': { type: 'boolean', default: false },
    voters: { type: 'string', default: '60' },
    minutes: { type: 'string', default: '480' },
    port: { type: 'string', default: '8800' },
    election: { type: 'string' },
  },
});

const root = new URL('../..', import.meta.url).pathname;
const port = Number(values.port);
const file = values.election ?? new URL('./election.json', import.meta.url).pathname;
const plan = readElectionFile(readFileSync(file, 'utf8'));
const { csv, voters } = await syntheticVoters(
  plan,
  Number(values.voters),
  join(root, '.state', 'voters'),
);

/** Four groups of four from an alphabet without look-alikes: 77 bits. */
function passphrase(): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
  const symbols = [...randomBytes(16)].map((byte) => alphabet[byte % alphabet.length]);
  return symbols.join('').replace(/(.{4})(?=.)/g, '$1-');
}

const officePassphrase = passphrase();
const control = new Control({
  states: join(root, '.state'),
  plan,
  voters: csv,
  minutes: Number(values.minutes),
  passphrase: officePassphrase,
  ports: { box: port + 1, registrar: port + 2, observers: port + 3 },
  byHand: values['by-hand'],
  onMessage(party, message) {
    const { type, code, login } = message as { type?: string; code?: string; login?: string };
    // The console is this training machine's telephone.
    if (type === 'code') console.log(`  СМС для ${login} от ${party}: код ${code}`);
  },
});

const pages = await servePages({
  port,
  services: [port + 1, port + 2, port + 3].map((n) => `http://127.0.0.1:${n}`),
  control(request, response) {
    control.handle(request, response).catch((error: unknown) => {
      console.error((error as Error).message);
      response.destroy();
    });
  },
});

async function stop(): Promise<void> {
  await Promise.all([control.stop(), pages.close()]);
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

  Избиратели для входа на портале (код придёт сюда, в эту консоль):
    ${voters
      .slice(0, 8)
      .map((voter) => voter.login)
      .join('  ')}
  Код для терминала выдаёт комиссия на своей странице.
${control.election === undefined ? '' : `  Проверить доску:         npm run verify -- ${control.election.board}\n`}
  Остановить: Ctrl+C
`);
