/**
 * Checks an installed machine, and prints one report. `check` beside this file starts it.
 *
 *     sh /opt/kabina/kiosk-shell/system/check [--root FOLDER] [--json]
 *
 * Exit status 0 only when everything is right. With `--root` only files are looked at: an image, or a
 * disk of another machine.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkFiles, checkFolders, checkProgram } from './check-files.ts';
import { checkLive } from './check-live.ts';
import { checkMachine, originOf, type MachineConfig } from './config.ts';
import { EXIT_STATUS, SystemError } from './errors.ts';
import { CONFIG } from './files.ts';
import { reportText, type Report } from './report.ts';

const WRONG = 1;

function readOptions(): { root: string; json: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        root: { type: 'string', default: '/' },
        json: { type: 'boolean', default: false },
      },
    });
    return { root: resolve(values.root), json: values.json };
  } catch (cause) {
    throw new SystemError('system.usage', (cause as Error).message, { cause });
  }
}

async function readMachine(root: string): Promise<MachineConfig> {
  const path = join(root, CONFIG, 'machine.json');
  try {
    return checkMachine(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    if (cause instanceof SystemError) throw cause;
    throw new SystemError('system.config', `${path}: нет файла: машина не установлена`, { cause });
  }
}

try {
  const { root, json } = readOptions();
  const config = await readMachine(root);
  if (process.getuid?.() !== 0) throw new SystemError('system.root', 'нужны права root');
  const live = root === '/';
  const [build, program] = await checkProgram(root);
  const findings = [
    ...program,
    ...(await checkFiles(root, config)),
    // An encrypted volume is there only while its machine runs.
    ...(live || config.volume === 'none' ? await checkFolders(root) : []),
    ...(live ? await checkLive(config) : []),
  ];
  const report: Report = {
    machine: { role: config.role, id: config.id, origin: originOf(config) },
    build,
    live,
    right: findings.every(({ status }) => status === 'passed'),
    findings,
  };
  process.stdout.write(json ? `${JSON.stringify(report, null, 1)}\n` : reportText(report));
  if (!report.right) process.exitCode = WRONG;
} catch (error) {
  if (!(error instanceof SystemError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = EXIT_STATUS[error.code];
}
