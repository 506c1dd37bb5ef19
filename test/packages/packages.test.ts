/**
 * The packages as somebody else gets them: packed, installed from the tarballs into a folder that
 * knows nothing of this workspace, imported by Node, type-checked by a consumer's own configuration
 * with every declaration looked at, and used as their READMEs say.
 */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'vite';
import { buildPackages, type Built } from './build/packages.ts';
import { launchChromium } from '../browser/chromium.ts';
import { examplesOf, namesIn } from './examples.ts';
import { answer, serve } from './serve.ts';

interface Published {
  readonly name: string;
  readonly folder: string;
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly readme: string;
  readonly unused: readonly string[];
}

/** Subpaths that only a dedicated worker of a browser can load. */
const NOT_FOR_NODE = new Set(['@kabina/booth/worker']);

/** Licences that ask for no more than their text: what is installed with the packages has one of them. */
const PERMISSIVE = new Set([
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  '(MIT OR Apache-2.0)',
  '0BSD',
]);

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

async function readPublished({ folder, unused }: Built): Promise<Published> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Published;
  const readme = await readFile(join(folder, 'README.md'), 'utf8').catch(() => '');
  const { name, exports, bin = {} } = manifest;
  return { name, folder, exports, bin, readme, unused };
}

const specifiers = ({ name, exports }: Pick<Published, 'name' | 'exports'>): string[] =>
  Object.keys(exports).map((subpath) => name + subpath.slice(1));

const home = await mkdtemp(join(tmpdir(), 'kabina-consumer-'));
const consumer = join(home, 'consumer');
const packages = await Promise.all(buildPackages(join(home, 'packages')).map(readPublished));

/** Runs a module of the consumer's. */
async function runModule(file: string, code: string): Promise<string> {
  await writeFile(join(consumer, file), code);
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
    cwd: consumer,
    encoding: 'utf8',
    timeout: 120_000,
  });
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

/** Builds a page of the consumer's as Vite does for anybody, and opens it in Chromium. */
async function openPage(file: string, code: string): Promise<void> {
  const input = join(consumer, file);
  const outDir = join(consumer, `built-${file}`);
  await writeFile(input, `<!doctype html>\n<html><body>${code}</body></html>\n`);
  await build({
    configFile: false,
    root: consumer,
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir, target: 'es2022', rolldownOptions: { input } },
  });
  const site = await serve((request, response) => {
    const path = join(outDir, new URL(request.url ?? '', 'http://site').pathname);
    readFile(path).then(
      (bytes) => answer(response, path, bytes),
      () => answer(response, path, undefined),
    );
  });
  const browser = await launchChromium();
  try {
    const tab = await browser.newPage();
    const errors: string[] = [];
    const workers: string[] = [];
    // No service of the examples exists; the booth says so on its screen.
    await tab.route(
      (url) => url.origin !== site.origin,
      (route) => route.abort(),
    );
    tab.on('pageerror', (error) => errors.push(error.message));
    tab.on('worker', (worker) => workers.push(new URL(worker.url()).pathname));
    await tab.goto(`${site.origin}/${file}`, { waitUntil: 'networkidle' });
    for (const tag of namesIn(code).tags) {
      assert.ok(await tab.evaluate((name) => customElements.get(name) !== undefined, tag), tag);
    }
    assert.deepEqual(errors, []);
    assert.equal(workers.length > 0, code.includes('new Worker('));
    // A package that says wrongly that it has no side effects is built into an empty worker.
    for (const path of workers) assert.notEqual((await readFile(join(outDir, path))).length, 0);
  } finally {
    await browser.close();
    site.close();
  }
}

describe('the published packages', () => {
  before(async () => {
    const npm = (cwd: string, ...args: string[]) =>
      run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd });
    const folders = packages.map(({ folder }) => folder);
    const { stdout } = await npm(home, 'pack', ...folders, '--pack-destination', home);
    const tarballs = stdout.trim().split('\n');
    assert.equal(tarballs.length, packages.length);
    await run('mkdir', [consumer]);
    await writeFile(join(consumer, 'package.json'), '{ "private": true, "type": "module" }\n');
    const files = tarballs.map((tarball) => `../${basename(tarball)}`);
    await npm(consumer, 'install', '--prefer-offline', ...files, '@types/node@24');
  });
  after(() => rm(home, { recursive: true }));

  for (const { name, folder, exports, bin, readme, unused } of packages) {
    describe(name, () => {
      it('has a licence, a README with an example, and every file that it names', async () => {
        await access(join(folder, 'LICENSE'));
        for (const { types, default: code } of Object.values(exports)) {
          await access(join(consumer, 'node_modules', name, types));
          await access(join(consumer, 'node_modules', name, code));
        }
        assert.ok(readme.startsWith(`# ${name}\n`), 'README.md begins with the package’s name');
        assert.notDeepEqual(examplesOf(readme), []);
      });

      it('names released versions, and nothing of the workspace', async () => {
        const manifest = JSON.parse(
          await readFile(join(consumer, 'node_modules', name, 'package.json'), 'utf8'),
        ) as Record<string, unknown>;
        for (const field of ['private', 'workspaces', 'scripts', 'devDependencies']) {
          assert.ok(!(field in manifest), field);
        }
        for (const [dependency, range] of Object.entries(manifest['dependencies'] ?? {})) {
          assert.match(String(range), /^\^?\d+\.\d+\.\d+$/, dependency);
        }
        assert.deepEqual(unused, [], 'dependencies that nothing imports');
      });

      it('imports in Node through every door', async () => {
        const doors = specifiers({ name, exports });
        const inNode = doors.filter((door) => !NOT_FOR_NODE.has(door));
        await runModule(
          `import-${basename(folder)}.js`,
          inNode.map((door) => `await import('${door}');\n`).join(''),
        );
      });

      for (const [command, path] of Object.entries(bin)) {
        it(`brings the command ${command}`, async () => {
          const code = await readFile(join(consumer, 'node_modules', name, path), 'utf8');
          assert.ok(code.startsWith('#!/usr/bin/env node\n'), `${path} begins with #!`);
          const { status, stderr } = spawnSync(join(consumer, 'node_modules/.bin', command), [], {
            encoding: 'utf8',
            timeout: 60_000,
          });
          // Without arguments a command says what it needs; a module that is missing says ERR_.
          assert.notEqual(status, 0);
          assert.notEqual(stderr, '');
          assert.doesNotMatch(stderr, /ERR_MODULE|ERR_PACKAGE|ERR_UNSUPPORTED|SyntaxError/);
        });
      }

      for (const [index, { language, code }] of examplesOf(readme).entries()) {
        it(`example ${index + 1} of the README runs`, async () => {
          const file = `example-${basename(folder)}-${index}.${language}`;
          if (language === 'html') await openPage(file, code);
          else await runModule(file, code);
        });
      }
    });
  }

  it('type-check for a consumer, declarations of what they bring included', async () => {
    const doors = packages.flatMap(specifiers);
    const lines = doors.map((door, n) => `export * as door${n} from '${door}';\n`);
    await writeFile(join(consumer, 'doors.ts'), lines.join(''));
    const compilerOptions = {
      target: 'es2023',
      lib: ['es2024', 'esnext.collection', 'dom', 'dom.iterable'],
      module: 'nodenext',
      types: ['node'],
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      verbatimModuleSyntax: true,
    };
    await writeFile(
      join(consumer, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, include: ['*.ts'] }),
    );
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', consumer], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout);
  });

  it('bring nothing that a work under Apache-2.0 may not depend on', async () => {
    const lock = JSON.parse(await readFile(join(consumer, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { readonly license?: string }>;
    };
    const installed = Object.entries(lock.packages).filter(([path]) => path !== '');
    const others = installed
      .filter(([, { license = 'none' }]) => !PERMISSIVE.has(license))
      .map(([path, { license }]) => `${path}: ${license}`);
    assert.ok(installed.length > packages.length);
    assert.deepEqual(others, []);
  });

  it('in HTML examples, only tags and files that exist are named', async () => {
    const known = packages.flatMap(({ exports }) =>
      Object.keys(exports).map((subpath) => subpath.slice(2)),
    );
    const page = await readFile(join(root, 'README.md'), 'utf8').catch(() => '');
    for (const readme of [page, ...packages.map((published) => published.readme)]) {
      for (const { language, code } of examplesOf(readme)) {
        if (language !== 'html') continue;
        const { tags, files } = namesIn(code);
        for (const tag of tags) assert.ok(known.includes(tag), `<${tag}>`);
        for (const file of files) {
          assert.ok(['kabina.js', 'page.js', 'page.css'].includes(file), file);
        }
      }
    }
  });
});
