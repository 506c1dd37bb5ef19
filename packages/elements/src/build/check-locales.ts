/**
 * `node src/build/check-locales.ts [FOLDER]` fails when a message of the components has no
 * translation: `lit-localize` itself falls back to Russian without a word. It extracts the messages
 * of the sources into a copy of `xliff/`, so that a message that was never extracted counts too,
 * and builds the locale modules anew, so that those checked in can't be out of date. Lost
 * placeholders are refused by `lit-localize` itself.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

interface Config {
  readonly targetLocales: readonly string[];
  inputFiles: string[];
  output: { outputDir: string; localeCodesModule: string };
  interchange: { xliffDir: string };
}

const run = promisify(execFile);
const room = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(
  createRequire(import.meta.url).resolve('@lit/localize-tools/package.json'),
  '../bin/lit-localize.js',
);

/** Sentences about what is missing or stale; none when all is well. `xliff`: the translations. */
export async function localeProblems(xliff = join(room, 'xliff')): Promise<string[]> {
  const config = JSON.parse(await readFile(join(room, 'lit-localize.json'), 'utf8')) as Config;
  // Inside the package, because the tool resolves everything from its configuration's folder.
  const folder = await mkdtemp(join(room, '.locales-'));
  try {
    await cp(xliff, join(folder, 'xliff'), { recursive: true });
    const generated = join(folder, 'generated');
    config.inputFiles = config.inputFiles.map((file) => relative(folder, join(room, file)));
    config.output = {
      ...config.output,
      outputDir: join(generated, 'locales'),
      localeCodesModule: join(generated, 'locale-codes.ts'),
    };
    config.interchange = { ...config.interchange, xliffDir: join(folder, 'xliff') };
    await writeFile(join(folder, 'lit-localize.json'), JSON.stringify(config));
    for (const command of ['extract', 'build']) {
      await run(process.execPath, [cli, command, '--config', join(folder, 'lit-localize.json')]);
    }
    const problems: string[] = [];
    for (const locale of config.targetLocales) {
      problems.push(
        ...untranslated(locale, await readFile(join(folder, 'xliff', `${locale}.xlf`), 'utf8')),
      );
      const name = `locales/${locale}.ts`;
      const [fresh, kept] = await Promise.all([
        readFile(join(generated, name), 'utf8'),
        readFile(join(room, 'src/generated', name), 'utf8'),
      ]);
      if (problems.length === 0 && fresh !== kept) {
        problems.push(`src/generated/${name} is out of date: npm run localize`);
      }
    }
    return problems;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function untranslated(locale: string, xliff: string): string[] {
  const problems: string[] = [];
  for (const [, unit] of xliff.matchAll(/<trans-unit\b[^>]*>([\s\S]*?)<\/trans-unit>/g)) {
    const source = /<source>([\s\S]*?)<\/source>/.exec(unit!)?.[1] ?? '';
    const target = /<target>([\s\S]*?)<\/target>/.exec(unit!)?.[1] ?? '';
    if (target.trim() === '') problems.push(`${locale}: no translation of «${source}»`);
  }
  return problems;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const problems = await localeProblems(process.argv[2]);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}
