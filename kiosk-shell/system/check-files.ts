/** What can be seen of an installed machine in its files alone, running or not. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checkBuild, encodeBuildList, listBuild } from '../agent/build-list.ts';
import type { MachineConfig } from './config.ts';
import {
  CONFIG,
  HOSTS,
  JOURNALS,
  layoutFor,
  POLICY_FILE,
  PROFILE,
  PROGRAM,
  PROGRAM_LIST,
  withHosts,
} from './files.ts';
import { failed, judge, passed, type Finding, type Report } from './report.ts';

/** Where Chromium also takes policies from: one more file could take ours back. */
const POLICY_FOLDERS = ['managed', 'recommended'].map((name) => `/etc/chromium/policies/${name}`);
const SECRETS = ['machine.key', 'pairing'].map((name) => `${CONFIG}/${name}`);
const USERS = ['kabina-kiosk', 'kabina-agent'];

/** A user's line in `/etc/passwd`. */
function userIn(passwd: string, name: string): { uid: number; shell: string } | undefined {
  const fields = passwd.split('\n').map((line) => line.split(':'));
  const found = fields.find(([user]) => user === name);
  return found && { uid: Number(found[2]), shell: found[6] ?? '' };
}

export async function checkFiles(root: string, config: MachineConfig): Promise<Finding[]> {
  const at = (path: string): string => join(root, path);
  const text = (path: string): Promise<string | undefined> =>
    readFile(at(path), 'utf8').catch(() => undefined);
  const { files, links, absent } = await layoutFor(config);
  const findings: Finding[] = [];

  for (const file of files) {
    findings.push(await checkFile(root, file.path, (now) => now === file.text));
  }
  findings.push(await checkFile(root, HOSTS, (now) => now === withHosts(now, config)));
  for (const { path, target } of links) {
    const now = await readlink(at(path)).catch(() => undefined);
    findings.push(
      judge(
        `link:${path}`,
        now === target,
        now === target ? target : `${now ?? 'нет'}, нужно ${target}`,
      ),
    );
  }
  for (const path of absent) {
    if (existsSync(at(path))) findings.push(failed(`file:${path}`, 'этого файла быть не должно'));
  }
  for (const path of SECRETS) {
    const found = await stat(at(path)).catch(() => undefined);
    const mode = found && found.mode & 0o777;
    findings.push(
      judge(
        `secret:${path}`,
        mode === 0o600 && found?.uid === 0,
        mode === undefined ? 'нет файла' : `права ${mode.toString(8)}, владелец ${found?.uid}`,
      ),
    );
  }
  findings.push(await checkPolicies(root));
  const passwd = (await text('/etc/passwd')) ?? '';
  for (const name of USERS) {
    const user = userIn(passwd, name);
    findings.push(
      judge(
        `user:${name}`,
        user !== undefined && user.uid !== 0 && user.shell.endsWith('/nologin'),
        user === undefined ? 'нет пользователя' : `номер ${user.uid}, оболочка ${user.shell}`,
      ),
    );
  }
  return findings;
}

async function checkFile(
  root: string,
  path: string,
  isRight: (text: string) => boolean,
): Promise<Finding> {
  const id = `file:${path}`;
  const place = join(root, path);
  try {
    const found = await lstat(place);
    if (!found.isFile()) return failed(id, 'это не файл');
    if (!isRight(await readFile(place, 'utf8'))) return failed(id, 'содержание не то');
    if ((found.mode & 0o022) !== 0 || found.uid !== 0) {
      return failed(id, 'файл может изменить не только root');
    }
    return passed(id, 'как установлен');
  } catch (error) {
    return failed(
      id,
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'нет файла' : String(error),
    );
  }
}

async function checkPolicies(root: string): Promise<Finding> {
  const others: string[] = [];
  for (const folder of POLICY_FOLDERS) {
    for (const name of await readdir(join(root, folder)).catch(() => [])) {
      const path = join(folder, name);
      if (path !== POLICY_FILE) others.push(path);
    }
  }
  return judge(
    'policies',
    others.length === 0,
    others.length === 0 ? 'других правил браузера нет' : `лишние правила: ${others.join(', ')}`,
  );
}

/** Folders with what must not be lost: each is open to its own user alone. */
export async function checkFolders(root: string): Promise<Finding[]> {
  const passwd = await readFile(join(root, '/etc/passwd'), 'utf8').catch(() => '');
  const findings: Finding[] = [];
  for (const [folder, name] of [
    [PROFILE, 'kabina-kiosk'],
    [JOURNALS, 'kabina-agent'],
  ] as const) {
    const found = await stat(join(root, folder)).catch(() => undefined);
    const right =
      found !== undefined &&
      (found.mode & 0o777) === 0o700 &&
      found.uid === userIn(passwd, name)?.uid;
    findings.push(
      judge(`folder:${folder}`, right, found === undefined ? 'нет папки' : `только для ${name}`),
    );
  }
  return findings;
}

/** The program's files against the list that was made when they were installed. */
export async function checkProgram(root: string): Promise<[Report['build'], Finding[]]> {
  const list = await readFile(join(root, PROGRAM_LIST), 'utf8').catch(() => undefined);
  const place = join(root, PROGRAM);
  const now = existsSync(place) ? encodeBuildList(await listBuild(place)) : undefined;
  const whole = list !== undefined && list === now;
  const program = whole ? createHash('sha256').update(list).digest('hex') : null;
  const pages = existsSync(join(place, 'dist/pages'))
    ? await checkBuild(join(place, 'dist/pages'))
    : { id: null, changed: 1, files: 0 };
  const isPages = pages.id !== null && pages.changed === 0;
  return [
    { program, pages: isPages ? pages.id : null },
    [
      judge('program', whole, whole ? program! : 'файлы программы не те, что были установлены'),
      judge('pages', isPages, isPages ? pages.id! : `страниц изменено: ${pages.changed}`),
    ],
  ];
}
