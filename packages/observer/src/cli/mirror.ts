#!/usr/bin/env node
/**
 * Copies a board to a folder, or brings the copy up to date.
 *
 *     node mirror.ts URL FOLDER
 *
 * Run it as often as you like: it reads only what is new, and refuses a board that is not a
 * continuation of the copy. The folder is a board itself: serve it, or give it to `verify`.
 *
 * Exit status: 0 if the folder is a whole copy, 1 if not, 64 for a wrong call.
 */
import { httpBoard, boardAddress } from '../http-board.ts';
import { mirror } from '../mirror.ts';
import { progressLine } from '../progress.ts';

const [url, folder, ...rest] = process.argv.slice(2);
if (url === undefined || folder === undefined || rest.length > 0 || url.startsWith('-')) {
  console.error('usage: mirror URL FOLDER');
  process.exit(64);
}

const progress = progressLine(process.stderr);
try {
  const { before, size } = await mirror(httpBoard(boardAddress(url)), folder, (done, total) =>
    progress.show({ step: 'copying', done, total }),
  );
  progress.clear();
  console.log(`${folder}: ${size} entries, ${size - before} of them new`);
} catch (error) {
  progress.clear();
  const { code = 'mirror.unexpected', message } = error as { code?: string; message: string };
  console.error(`The board was not copied: ${message} (${code})`);
  process.exitCode = 1;
}
