/**
 * The steps of an installation. Each looks first whether there is anything to do, so that running it
 * again changes nothing. If the process dies, run it again: the program is put in place by a rename,
 * keys are made once and never touched again, and every other file is written anew where it differs.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  mkdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { publicKey } from '@kabina/crypto/ed25519';
import { makePairingSecret } from '@kabina/tokens/pairing';
import { encodeBuildList, listBuild } from '../agent/build-list.ts';
import { makeKeyFile, readKeyFile } from '../agent/machine-key.ts';
import { checkMachine, originOf, type MachineConfig } from './config.ts';
import { SystemError } from './errors.ts';
import {
  CONFIG,
  HOSTS,
  JOURNALS,
  layoutFor,
  OLD_LOG,
  PROFILE,
  PROGRAM,
  PROGRAM_LIST,
  withHosts,
} from './files.ts';
import { PRINT_PACKAGES, printsPages } from './printing.ts';
import { copyProgram } from './program.ts';

export interface InstallOptions {
  /** `/` for this machine, or a folder that is to become one. */
  readonly root: string;
  /** The folder of the built pages. */
  readonly pages: string;
  /** Whether Debian's packages are installed too. */
  readonly packages: boolean;
  /** Only says what would be done. */
  readonly dry: boolean;
  readonly say: (line: string) => void;
}

/** The folder that this file came in, with the libraries and Node. */
export const CHECKOUT = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');

const PACKAGES = [
  'chromium',
  'chromium-sandbox',
  'cage',
  'cryptsetup',
  'dbus',
  'dosfstools',
  'e2fsprogs',
  'fonts-dejavu-core',
  'iproute2',
  'libgl1-mesa-dri',
  'libpam-systemd',
  'nftables',
  'systemd-timesyncd',
];
/** In Debian 12 it is part of systemd. */
const NEWER_PACKAGES = ['systemd-cryptsetup'];
/** Debian 13's pcscd asks polkit, which knows the agent's user by libnss-systemd. */
const PCSC_PACKAGES = ['pcscd', 'libccid', 'libnss-systemd', 'polkitd'];

/** Runs a program of the system. Throws {@link SystemError} with the last line that it said. */
function run(code: 'system.packages' | 'system.command', command: string, args: string[]): void {
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    execFileSync(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (cause) {
    const { stderr, message } = cause as Error & { stderr?: Buffer };
    const said = String(stderr ?? message).trim();
    const last = said.split('\n').at(-1) ?? '';
    throw new SystemError(code, `${command} ${args.join(' ')}: ${last}`, { cause });
  }
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

export class Installation {
  readonly #options: InstallOptions;
  readonly #config: MachineConfig;
  #changed = 0;

  constructor(options: InstallOptions, config: MachineConfig) {
    this.#options = options;
    this.#config = config;
  }

  /**
   * @param source the text of `machine.json`, which is kept on the machine
   * @throws SystemError
   */
  async run(source: string): Promise<void> {
    await this.#keepIdentity();
    if (this.#options.packages) await this.#packages();
    await this.#program();
    await this.#layout(source);
    await this.#people();
    await this.#secrets();
    this.#finish();
  }

  #at(path: string): string {
    return join(this.#options.root, path);
  }

  /** Says what is done, and does it unless this is a dry run. */
  async #do(what: string, work: () => Promise<unknown> | void): Promise<void> {
    this.#changed += 1;
    this.#options.say(`${this.#options.dry ? 'было бы: ' : ''}${what}`);
    if (!this.#options.dry) await work();
  }

  /**
   * Another port is another origin: the browser would no longer find the ballots that wait. Another
   * role or id is another machine, with another key.
   */
  async #keepIdentity(): Promise<void> {
    const text = await textOf(this.#at(`${CONFIG}/machine.json`));
    if (text === undefined) return;
    const before = checkMachine(JSON.parse(text));
    for (const field of ['role', 'id', 'port'] as const) {
      if (before[field] === this.#config[field]) continue;
      throw new SystemError(
        'system.other',
        `${field}: на этой машине установлено «${before[field]}», а в файле «${this.#config[field]}». ` +
          'Так машина потеряла бы ждущие бюллетени: для другой роли, номера или порта нужен чистый диск.',
      );
    }
  }

  async #packages(): Promise<void> {
    const { root } = this.#options;
    const release = (await textOf(this.#at('/etc/os-release'))) ?? '';
    const version = Number(/^VERSION_ID="?(\d+)/m.exec(release)?.[1] ?? 0);
    const wanted = [
      ...PACKAGES,
      ...(version > 12 ? NEWER_PACKAGES : []),
      ...(this.#config.tokens === 'pcsc' ? PCSC_PACKAGES : []),
      ...(printsPages(this.#config) ? PRINT_PACKAGES : []),
    ];
    const missing = wanted.filter((name) => !existsSync(this.#at(`/usr/share/doc/${name}`)));
    if (missing.length === 0) return;
    const apt = (...args: string[]): void => {
      if (root === '/') run('system.packages', 'apt-get', args);
      else run('system.packages', 'chroot', [root, 'apt-get', ...args]);
    };
    await this.#do(`пакеты Debian: ${missing.join(' ')}`, () => {
      apt('update', '-qq');
      apt('install', '-y', '-qq', '--no-install-recommends', ...missing);
    });
  }

  async #program(): Promise<void> {
    const place = this.#at(PROGRAM);
    const list = this.#at(PROGRAM_LIST);
    const [fresh, old] = [`${place}.new`, `${place}.old`];
    if (this.#options.dry) return this.#do(`программа ${PROGRAM}`, () => undefined);
    await rm(fresh, { recursive: true, force: true });
    await copyProgram(CHECKOUT, this.#options.pages, fresh);
    const text = encodeBuildList(await listBuild(fresh));
    const isSame = async (): Promise<boolean> =>
      existsSync(place) &&
      (await textOf(list)) === text &&
      encodeBuildList(await listBuild(place)) === text;
    if (!(await isSame())) {
      await this.#do(`программа ${PROGRAM}`, async () => {
        await rm(old, { recursive: true, force: true });
        if (existsSync(place)) await rename(place, old);
        await rename(fresh, place);
        await writeFile(list, text);
      });
    }
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }

  async #layout(source: string): Promise<void> {
    const { files, links, absent } = await layoutFor(this.#config);
    const hosts = withHosts((await textOf(this.#at(HOSTS))) ?? '', this.#config);
    for (const { path, text } of [
      ...files,
      { path: `${CONFIG}/machine.json`, text: source },
      { path: HOSTS, text: hosts },
    ]) {
      if ((await textOf(this.#at(path))) === text) continue;
      await this.#do(`файл ${path}`, () => this.#write(path, text));
    }
    for (const { path, target } of links) {
      if ((await readlink(this.#at(path)).catch(() => undefined)) === target) continue;
      await this.#do(`ссылка ${path} -> ${target}`, async () => {
        await mkdir(dirname(this.#at(path)), { recursive: true });
        await rm(this.#at(path), { force: true });
        await symlink(target, this.#at(path));
      });
    }
    // The log of the time before is no longer written, and would stay on the disk.
    for (const path of [...absent, OLD_LOG]) {
      if (!existsSync(this.#at(path))) continue;
      await this.#do(`убран ${path}`, () => rm(this.#at(path), { recursive: true }));
    }
  }

  async #write(path: string, text: string): Promise<void> {
    const place = this.#at(path);
    await mkdir(dirname(place), { recursive: true, mode: 0o755 });
    await writeFile(place, text);
    // An older file keeps its mode, and the umask may have taken from a new one.
    await chmod(place, 0o644);
  }

  async #people(): Promise<void> {
    const users = ['kabina-kiosk', 'kabina-agent'];
    const passwd = async (): Promise<string> => (await textOf(this.#at('/etc/passwd'))) ?? '';
    const before = await passwd();
    if (!users.every((user) => new RegExp(`^${user}:`, 'm').test(before))) {
      await this.#do(`пользователи ${users.join(', ')}`, () =>
        run('system.command', 'systemd-sysusers', [`--root=${this.#options.root}`, 'kabina.conf']),
      );
    }
    // On an encrypted volume `volume create` makes them, on the volume itself.
    if (this.#options.dry || this.#config.volume === 'encrypted') return;
    const lines = (await passwd()).split('\n').map((line) => line.split(':'));
    for (const [folder, user] of [
      [PROFILE, users[0]],
      [JOURNALS, users[1]],
    ] as const) {
      const [, , uid, gid] = lines.find(([name]) => name === user) ?? [];
      await mkdir(this.#at(folder), { recursive: true });
      await chmod(this.#at(folder), 0o700);
      await chown(this.#at(folder), Number(uid), Number(gid));
    }
  }

  async #secrets(): Promise<void> {
    const { say, dry } = this.#options;
    const pairing = this.#at(`${CONFIG}/pairing`);
    if (!existsSync(pairing)) {
      await this.#do('код сопряжения', async () => {
        const secret = makePairingSecret();
        await writeFile(pairing, `${secret}\n`, { mode: 0o600, flag: 'wx', flush: true });
        if (this.#config.tokens !== 'none') say(`Код сопряжения: ${secret}`);
      });
    }
    const key = this.#at(`${CONFIG}/machine.key`);
    if (!existsSync(key)) await this.#do('ключ машины', () => makeKeyFile(key));
    if (dry) return;
    const seed = await readKeyFile(key);
    say(`Открытый ключ для манифеста: ${Buffer.from(publicKey(seed)).toString('hex')}`);
    seed.fill(0);
  }

  /** What runs already learns of it; everything holds after the next start. */
  #finish(): void {
    const { root, dry, say } = this.#options;
    if (dry) return say(`Ничего не изменено; изменений было бы: ${this.#changed}.`);
    if (root === '/' && existsSync('/run/systemd/system')) {
      run('system.command', 'systemctl', ['daemon-reload']);
      run('system.command', 'udevadm', ['control', '--reload']);
    }
    say(`Страницы этой машины: ${originOf(this.#config)}`);
    say(
      this.#changed === 0
        ? 'Изменений нет.'
        : 'Готово. Перезагрузите машину и проверьте её командой check.',
    );
  }
}
