/**
 * The packages as JavaScript: Node refuses to strip types under `node_modules`, and no browser reads
 * standard decorators. TypeScript itself compiles, so that code and declarations come from one tool.
 *
 * What is compiled is what can be reached from the entries, by import or by an address
 * (`new URL('./worker.ts', import.meta.url)`); tests and their vectors are reached by nothing.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

export interface Compiled {
  /** JavaScript and declarations: path → text. */
  readonly texts: ReadonlyMap<string, string>;
  /** Files that the code asks for by address and that are no TypeScript. */
  readonly assets: readonly string[];
}

interface CompileOptions {
  /** Where the sources' common folder is; the output has the same shape. */
  readonly rootDir: string;
  readonly tsconfig: string;
  readonly entries: readonly string[];
  /** Where the compiled form of a file of `rootDir` goes; both absolute. */
  readonly place: (file: string) => string;
}

/** Writes the compiled files. Throws with the compiler's words if anything is wrong with the code. */
export function compile({ rootDir, tsconfig, entries, place }: CompileOptions): Compiled {
  const options: ts.CompilerOptions = {
    ...readOptions(tsconfig),
    rootDir,
    outDir: rootDir,
    target: ts.ScriptTarget.ES2022,
    noEmit: false,
    noEmitOnError: true,
    declaration: true,
    sourceMap: true,
    inlineSources: true,
    rewriteRelativeImportExtensions: true,
  };
  const roots = new Set(entries);
  const assets = new Set<string>();
  let program = ts.createProgram([...roots], options);
  for (let before = 0; before !== roots.size;) {
    before = roots.size;
    for (const file of ownFiles(program, rootDir)) {
      for (const target of addresses(file)) (target.endsWith('.ts') ? roots : assets).add(target);
    }
    if (roots.size > before) program = ts.createProgram([...roots], options, undefined, program);
  }

  const problems = [...ts.getPreEmitDiagnostics(program)];
  const texts = new Map<string, string>();
  if (problems.length === 0) {
    const write: ts.WriteFileCallback = (path, text, _mark, _error, sources) => {
      const to = place(path);
      const source = sources?.[0]?.fileName;
      const whole = path.endsWith('.map') && source !== undefined ? named(text, to, source) : text;
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, whole);
      if (!path.endsWith('.map')) texts.set(to, whole);
    };
    problems.push(
      ...program.emit(undefined, write, undefined, false, {
        before: [compiledAddresses],
        afterDeclarations: [compiledDeclarations],
      }).diagnostics,
    );
  }
  if (problems.length > 0) {
    throw new Error(
      ts.formatDiagnostics(problems, {
        getCanonicalFileName: (name) => name,
        getCurrentDirectory: () => rootDir,
        getNewLine: () => '\n',
      }),
    );
  }
  return { texts, assets: [...assets] };
}

function readOptions(tsconfig: string): ts.CompilerOptions {
  const { config, error } = ts.readConfigFile(tsconfig, (path) => ts.sys.readFile(path));
  if (error !== undefined)
    throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'));
  return ts.parseJsonConfigFileContent(config, ts.sys, dirname(tsconfig)).options;
}

function ownFiles(program: ts.Program, rootDir: string): ts.SourceFile[] {
  return program
    .getSourceFiles()
    .filter((file) => !file.isDeclarationFile && file.fileName.startsWith(`${rootDir}/`));
}

/** The string in `new URL('./…', import.meta.url)`. */
function addressLiteral(node: ts.Node): ts.StringLiteral | undefined {
  if (!ts.isNewExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
  if (node.expression.text !== 'URL') return undefined;
  const [path, base] = node.arguments ?? [];
  if (path === undefined || !ts.isStringLiteral(path) || !path.text.startsWith('.'))
    return undefined;
  if (base === undefined || !ts.isPropertyAccessExpression(base)) return undefined;
  return ts.isMetaProperty(base.expression) && base.name.text === 'url' ? path : undefined;
}

function addresses(file: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const literal = addressLiteral(node);
    if (literal !== undefined) {
      const target = join(dirname(file.fileName), literal.text);
      if (ts.sys.fileExists(target)) found.push(target);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Addresses of TypeScript files become addresses of what they are compiled to. */
const compiledAddresses: ts.TransformerFactory<ts.SourceFile> = (context) => (file) => {
  const visit = (node: ts.Node): ts.Node => {
    const literal = addressLiteral(node);
    if (literal?.text.endsWith('.ts') === true) {
      const { expression, arguments: [, base] = [] } = node as ts.NewExpression;
      const path = ts.factory.createStringLiteral(literal.text.replace(/\.ts$/, '.js'), true);
      return ts.factory.createNewExpression(expression, undefined, [path, base!]);
    }
    return ts.visitEachChild(node, visit, context);
  };
  return ts.visitEachChild(file, visit, context);
};

/** Imports in declarations: `rewriteRelativeImportExtensions` leaves them as they are. */
const compiledDeclarations: ts.TransformerFactory<ts.SourceFile | ts.Bundle> = (context) => {
  const visit = (node: ts.Node): ts.Node => {
    const isSpecifier =
      ts.isStringLiteral(node) && node.text.startsWith('.') && node.text.endsWith('.ts');
    if (!isSpecifier) return ts.visitEachChild(node, visit, context);
    return ts.factory.createStringLiteral(node.text.replace(/\.ts$/, '.js'), true);
  };
  return (file) => ts.visitEachChild(file, visit, context);
};

/** A source map that names its source by a path inside the package; the text itself is in the map. */
function named(map: string, to: string, source: string): string {
  const parsed = JSON.parse(map) as { sources: string[] };
  const inPackage = source.slice(source.lastIndexOf('/src/') + 1);
  const up = relative(dirname(to), to.slice(0, to.indexOf('/lib/')));
  return JSON.stringify({ ...parsed, sources: [join(up, inPackage)] });
}
