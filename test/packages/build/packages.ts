/**
 * The publishable packages: for each room of `packages/` that has code, a folder that `npm publish`
 * takes as it is. The published `exports` are those of the source, but lead to JavaScript and types.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { compile } from './compile.ts';

/** The fields of a room's package.json that matter here. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly type: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly sideEffects?: boolean | readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

interface Room {
  readonly folder: string;
  readonly name: string;
  readonly manifest: Manifest;
}

export interface Built {
  readonly folder: string;
  /** Dependencies that package.json names and no published file imports. */
  readonly unused: readonly string[];
}

const root = join(import.meta.dirname, '../../..');
const rooms = join(root, 'packages');

/** Help for those who build the sources themselves; the published packages are built. */
const FOR_SOURCES = './src/build/';

function publishable(): Room[] {
  return readdirSync(rooms)
    .map((name) => {
      const folder = join(rooms, name);
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
      return { folder, name, manifest };
    })
    .filter(({ manifest }) => Object.keys(manifest.exports).length > 0);
}

function publishedExports(manifest: Manifest): [subpath: string, source: string][] {
  return Object.entries(manifest.exports).filter(([, source]) => !source.startsWith(FOR_SOURCES));
}

const compiledPath = (source: string, extension = '.js'): string =>
  source.replace(/^\.\/src\//, './lib/').replace(/\.ts$/, extension);

/**
 * Builds every publishable package into a folder of its own under `out`, which is emptied first.
 * Throws if the code doesn't compile, or if a package imports something that
 * its package.json doesn't name: in the workspace that works by chance.
 */
export function buildPackages(out: string): Built[] {
  const all = publishable();
  rmSync(out, { recursive: true, force: true });
  const place = (file: string): string => {
    const [, name, path] = /^([^/]+)\/src\/(.*)$/.exec(file.slice(rooms.length + 1)) ?? [];
    if (name === undefined || path === undefined) throw new Error(`not in a room's src: ${file}`);
    return join(out, name, 'lib', path);
  };
  const { texts, assets } = compile({
    rootDir: rooms,
    tsconfig: join(root, 'tsconfig.json'),
    entries: all.flatMap(({ folder, manifest }) => [
      ...publishedExports(manifest).map(([, source]) => join(folder, source)),
      ...Object.values(manifest.bin ?? {}).map((source) => join(folder, source)),
    ]),
    place,
  });
  for (const asset of assets) {
    mkdirSync(dirname(place(asset)), { recursive: true });
    copyFileSync(asset, place(asset));
  }
  return all.map((room) => {
    const { name, manifest } = room;
    const folder = join(out, name);
    const declared = Object.keys(manifest.dependencies ?? {});
    const imported = importedBy(manifest.name, folder, texts);
    for (const [dependency, file] of imported) {
      if (!declared.includes(dependency)) {
        throw new Error(`${manifest.name} doesn't name ${dependency}, which ${file} imports`);
      }
    }
    writeFileSync(
      join(folder, 'package.json'),
      `${JSON.stringify(publishedManifest(manifest, all), undefined, 2)}\n`,
    );
    copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
    const readme = join(room.folder, 'README.md');
    if (existsSync(readme)) copyFileSync(readme, join(folder, 'README.md'));
    return { folder, unused: declared.filter((dependency) => !imported.has(dependency)) };
  });
}

function publishedManifest(manifest: Manifest, all: readonly Room[]): object {
  const { name, version, description, license, type, engines, sideEffects, bin } = manifest;
  const versions = new Map(all.map((room) => [room.manifest.name, room.manifest.version]));
  const mapped = (paths: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(paths).map(([key, path]) => [key, compiledPath(path)]));
  return {
    name,
    version,
    description,
    license,
    type,
    ...(engines === undefined ? {} : { engines }),
    ...(sideEffects === undefined
      ? {}
      : {
          sideEffects: Array.isArray(sideEffects)
            ? sideEffects.map((path: string) => compiledPath(path))
            : sideEffects,
        }),
    ...(bin === undefined ? {} : { bin: mapped(bin) }),
    exports: Object.fromEntries(
      publishedExports(manifest).map(([subpath, source]) => [
        subpath,
        { types: compiledPath(source, '.d.ts'), default: compiledPath(source) },
      ]),
    ),
    files: ['lib'],
    dependencies: Object.fromEntries(
      Object.entries(manifest.dependencies ?? {}).map(([dependency, range]) => [
        dependency,
        versions.get(dependency) ?? range,
      ]),
    ),
  };
}

/** What the compiled files import, without the package itself and Node: dependency → one file. */
function importedBy(
  name: string,
  folder: string,
  texts: ReadonlyMap<string, string>,
): Map<string, string> {
  const imported = new Map<string, string>();
  for (const [path, text] of texts) {
    if (!path.startsWith(`${folder}/`)) continue;
    const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(text, true, true);
    // Declarations that a file builds on are as much imported as code.
    for (const { fileName } of typeReferenceDirectives) imported.set(`@types/${fileName}`, path);
    for (const { fileName } of importedFiles) {
      const dependency = /^(?:@[^/]+\/)?[^/.][^/]*/.exec(fileName)?.[0];
      if (dependency === undefined || isBuiltin(fileName) || dependency === name) continue;
      imported.set(dependency, path);
    }
  }
  return imported;
}
