// The stable codes that sources give: every quoted `word.word` in them. What is quoted in that form and
// is no code that a person meets stands in a list of the test's own, with its reason.

import { glob, readFile } from 'node:fs/promises';

const root = new URL('../..', import.meta.url);
const CODE = /'([a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*)'/g;

/** Codes in the files that the patterns name, from the repository's root; tests are left out. Sorted. */
export async function codesOf(patterns: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const pattern of patterns) {
    let files = 0;
    for await (const file of glob(pattern, { cwd: root.pathname })) {
      if (/(\.test|\/testing[\w-]*|\.fixture)\.ts$/.test(file)) continue;
      files += 1;
      const text = await readFile(new URL(file, root), 'utf8');
      for (const [, code] of text.matchAll(CODE)) found.add(code!);
    }
    // A file that was moved away would take its codes out of the test.
    if (files === 0) throw new Error(`no file is ${pattern}`);
  }
  return [...found].sort();
}
