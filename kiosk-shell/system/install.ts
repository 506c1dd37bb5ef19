/**
 * Turns a bare Debian 12 or 13 into a voter's kiosk or a registration desk. `install` beside this file
 * starts it with the Node that came along:
 *
 *     sh kiosk-shell/system/install --config machine.json [--root FOLDER] [--pages FOLDER]
 *         [--no-packages] [--dry-run]
 *
 * `--root` installs into a folder: an image that is being made, or a test. `--pages` is where the built
 * pages are, `dist/pages` without it. `--no-packages` leaves Debian's packages alone. May be run again at
 * any time: what is there already is left as it is, keys above all.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkMachine } from './config.ts';
import { EXIT_STATUS, SystemError } from './errors.ts';
import { CHECKOUT, Installation, type InstallOptions } from './installation.ts';

function readOptions(): InstallOptions & { readonly config: string } {
  try {
    const { values } = parseArgs({
      options: {
        config: { type: 'string' },
        root: { type: 'string', default: '/' },
        pages: { type: 'string', default: join(CHECKOUT, 'dist/pages') },
        'no-packages': { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
      },
    });
    if (values.config === undefined) throw new Error('нужен --config machine.json');
    return {
      config: values.config,
      root: resolve(values.root),
      pages: resolve(values.pages),
      packages: !values['no-packages'],
      dry: values['dry-run'],
      say: (line) => process.stdout.write(`${line}\n`),
    };
  } catch (cause) {
    throw new SystemError('system.usage', (cause as Error).message, { cause });
  }
}

async function readJson(path: string): Promise<{ text: string; json: unknown }> {
  try {
    const text = await readFile(path, 'utf8');
    return { text, json: JSON.parse(text) };
  } catch (cause) {
    throw new SystemError('system.config', `${path}: файл не читается или не JSON`, { cause });
  }
}

try {
  const options = readOptions();
  const { text, json } = await readJson(options.config);
  const config = checkMachine(json);
  if (process.getuid?.() !== 0 && !options.dry) {
    throw new SystemError('system.root', 'нужны права root');
  }
  await new Installation(options, config).run(text);
} catch (error) {
  if (!(error instanceof SystemError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = EXIT_STATUS[error.code];
}
