import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { localeProblems } from './check-locales.ts';

const xliff = new URL('../../xliff', import.meta.url);

async function withXliff(change: (text: string) => string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kabina-xliff-'));
  try {
    await cp(xliff, folder, { recursive: true });
    const file = join(folder, 'kk.xlf');
    await writeFile(file, change(await readFile(file, 'utf8')));
    return await localeProblems(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('every message is translated and the locale modules are fresh', async () => {
  assert.deepEqual(await localeProblems(), []);
});

test('a translation that was removed is missed', async () => {
  const problems = await withXliff((text) => text.replace(/<target>Растау<\/target>\n/, ''));
  assert.deepEqual(problems, ['kk: no translation of «Подтвердить»']);
});

test('a message that was never extracted is missed', async () => {
  const problems = await withXliff((text) =>
    text.replace(/<trans-unit[^>]*>\s*<source>Подтвердить<\/source>[\s\S]*?<\/trans-unit>\n/, ''),
  );
  assert.deepEqual(problems, ['kk: no translation of «Подтвердить»']);
});

test('a translation that was changed but not built is noticed', async () => {
  const problems = await withXliff((text) => text.replace('Растау', 'Бекіту'));
  assert.deepEqual(problems, ['src/generated/locales/kk.ts is out of date: npm run localize']);
});
