/**
 * The guest's kernel: Debian's stock package, downloaded once and unpacked without being installed.
 * Kept in `node_modules/.cache/kabina-guest/`: the kernel, and the modules that the guest loads, in
 * the order in which they must be loaded.
 */
import { execFile } from 'node:child_process';
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Outside git, and kept between runs. */
export const CACHE = new URL('../../../node_modules/.cache/kabina-guest/', import.meta.url)
  .pathname;

/** What the stock kernel has as modules and the guest needs; their own needs are added. */
const MODULES = [
  'virtio_pci',
  'virtio_console',
  'virtio-rng',
  '9p',
  '9pnet_virtio',
  'overlay',
  'xhci-pci',
  'uhid',
  'hid-generic',
] as const;

export interface Kernel {
  /** The bootable image. */
  readonly image: string;
  /** Files of modules, in the order of loading. */
  readonly modules: readonly string[];
}

/** The kernel could not be had: no network, or not Debian. */
export class KernelError extends Error {
  override readonly name = 'KernelError';
  readonly code = 'guest.no-kernel';
}

/**
 * From the cache, or else from Debian. A cached kernel is used whatever its age.
 *
 * @throws {KernelError}
 */
export async function stockKernel(): Promise<Kernel> {
  const wanted = MODULES.join(' ');
  await mkdir(CACHE, { recursive: true });
  for (const name of (await readdir(CACHE)).sort().reverse()) {
    const folder = join(CACHE, name);
    if ((await readFile(join(folder, 'wanted'), 'utf8').catch(() => '')) === wanted) {
      return kernelIn(folder);
    }
  }
  const scratch = await mkdtemp(join(CACHE, 'unpacking-'));
  try {
    const name = await download(scratch);
    await unpack(scratch, name);
    await writeFile(join(scratch, 'made', 'wanted'), wanted);
    const folder = join(CACHE, name);
    await rm(folder, { recursive: true, force: true });
    await rename(join(scratch, 'made'), folder);
    return await kernelIn(folder);
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr || (cause as Error).message;
    throw new KernelError(`the guest's kernel could not be had from Debian: ${said}`, { cause });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function kernelIn(folder: string): Promise<Kernel> {
  const modules = (await readdir(join(folder, 'modules'))).sort();
  return {
    image: join(folder, 'vmlinuz'),
    modules: modules.map((name) => join(folder, 'modules', name)),
  };
}

/** Downloads what `linux-image-amd64` depends on, and answers its name. */
async function download(folder: string): Promise<string> {
  if (process.getuid?.() === 0) await run('apt-get', ['update', '-qq']);
  const { stdout } = await run('apt-cache', ['depends', 'linux-image-amd64']);
  const name = /Depends: (linux-image-\S+)/.exec(stdout)?.[1];
  if (name === undefined) throw new Error(`linux-image-amd64 depends on no kernel:\n${stdout}`);
  await run('apt-get', ['download', '-qq', name], { cwd: folder });
  return name;
}

/** Leaves in `folder/made` what {@link kernelIn} reads. */
async function unpack(folder: string, name: string): Promise<void> {
  const archive = (await readdir(folder)).find((file) => file.endsWith('.deb'));
  if (archive === undefined) throw new Error('apt-get has downloaded nothing');
  const tree = join(folder, 'tree');
  await run('dpkg-deb', ['-x', join(folder, archive), tree]);
  const version = name.replace('linux-image-', '');
  // Debian 13 has /lib as a link into /usr, and its package holds the modules there.
  const base = existsSync(join(tree, 'lib/modules')) ? tree : join(tree, 'usr');
  await run('/sbin/depmod', ['-b', base, version]);

  const modulesFolder = join(base, 'lib/modules', version);
  const order = loadingOrder(
    await readFile(join(modulesFolder, 'modules.dep'), 'utf8'),
    await readFile(join(modulesFolder, 'modules.builtin'), 'utf8'),
  );
  const made = join(folder, 'made');
  await mkdir(join(made, 'modules'), { recursive: true });
  await copyFile(join(tree, `boot/vmlinuz-${version}`), join(made, 'vmlinuz'));
  for (const [index, path] of order.entries()) {
    const target = join(
      made,
      'modules',
      `${String(index).padStart(2, '0')}-${basename(path).replace(/\.xz$/, '')}`,
    );
    const source = join(modulesFolder, path);
    if (path.endsWith('.xz')) {
      const { stdout } = await run('xz', ['-dc', source], {
        encoding: 'buffer',
        maxBuffer: 1 << 26,
      });
      await writeFile(target, stdout);
    } else await copyFile(source, target);
  }
}

/**
 * Paths of {@link MODULES} and of all that they need, needs first.
 *
 * @param dependencies depmod's `modules.dep`: `path: need need…`, the first to be loaded last
 * @param builtin `modules.builtin`: one path a line
 */
function loadingOrder(dependencies: string, builtin: string): string[] {
  const nameOf = (path: string): string =>
    basename(path)
      .replace(/\.ko(\.xz)?$/, '')
      .replaceAll('-', '_');
  const lines = new Map<string, string[]>();
  for (const line of dependencies.split('\n')) {
    const [path, needs] = line.split(':');
    if (path === undefined || needs === undefined) continue;
    lines.set(nameOf(path), [...needs.split(' ').filter(Boolean).reverse(), path]);
  }
  const inKernel = new Set(builtin.split('\n').map(nameOf));
  const order = new Set<string>();
  for (const module of MODULES) {
    const name = nameOf(module);
    const paths = lines.get(name);
    if (paths === undefined && !inKernel.has(name)) throw new Error(`no module ${module}`);
    for (const path of paths ?? []) order.add(path);
  }
  return [...order];
}
