/**
 * Holds the import allowlist (`rooms.ts`) against the code. Exits 1 with a line per forbidden
 * import. `node test/rooms/check.ts [FOLDER…]`; without folders, every room.
 */
import { pathToFileURL } from 'node:url';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { roomRules } from './rooms.ts';

/** One forbidden import, as `from → to (rule)`. */
export async function forbiddenImports(folders: readonly string[]): Promise<string[]> {
  const { output } = await cruise([...folders], {
    ruleSet: {
      forbidden: [
        ...roomRules(),
        {
          name: 'door',
          severity: 'error',
          comment: "a room is entered by its package's exports, not by a relative path",
          from: { path: '^(packages/[^/]+|kiosk-shell|storybook|test)/' },
          to: {
            path: '^packages/',
            pathNot: '^$1/',
            dependencyTypes: ['local'],
          },
        },
        {
          name: 'circle',
          severity: 'error',
          from: {},
          to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
        },
        { name: 'lost', severity: 'error', from: {}, to: { couldNotResolve: true } },
      ] as never,
    },
    validate: true,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules|storybook-static|\\.state)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.d.ts', '.json'],
    },
  });
  return (output as ICruiseResult).summary.violations.map(
    (v) => `${v.from} → ${v.to} (${v.rule.name})`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folders = process.argv.slice(2);
  const found = await forbiddenImports(
    folders.length > 0 ? folders : ['packages', 'kiosk-shell', 'storybook', 'test'],
  );
  for (const line of found) console.error(line);
  if (found.length > 0) process.exit(1);
}
