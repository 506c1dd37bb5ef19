/**
 * A Vite plugin for whoever builds these components from source: Vite 8 strips types through Oxc,
 * which leaves standard decorators and `accessor` in place, and no browser reads them yet. esbuild
 * lowers them.
 */
import { transform } from 'esbuild';
import type { Plugin } from 'vite';

const DECORATED = /^\s*@\w+\(|\baccessor\s/m;

export function decorators(): Plugin {
  return {
    name: 'kabina-decorators',
    enforce: 'pre',
    transform: {
      filter: { id: /\.ts(?:\?|$)/, code: DECORATED },
      async handler(source, id) {
        const { code, map } = await transform(source, {
          loader: 'ts',
          target: 'es2022',
          sourcemap: true,
          sourcefile: id,
          tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
        });
        return { code, map };
      },
    },
  };
}
