import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One source file: its path below `src/` with `/`, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

export interface Import {
  readonly specifier: string;
  /** Erased before the program runs. */
  readonly isTypeOnly: boolean;
}

const sourceDir = fileURLToPath(new URL('../../src/', import.meta.url));

/** Returns every TypeScript file of `src/`. */
export function loadSources(): readonly Source[] {
  return globSync('**/*.ts', { cwd: sourceDir })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(sourceDir + path, 'utf8') }));
}

/** Returns what a file imports, statically, lazily or as a type. */
export function importsOf(text: string): readonly Import[] {
  const code = withoutComments(text);
  const found: Import[] = [];
  for (const match of code.matchAll(
    /^(?:import|export)\s+(type\s+)?(?:[\w$*{][^;'"]*?\s+from\s+)?['"]([^'"]+)['"]/gm,
  )) {
    found.push({ specifier: match[2] ?? '', isTypeOnly: match[1] !== undefined });
  }
  for (const match of code.matchAll(
    /(?<![\w$.])(typeof\s+)?(?:import|require|createRequire\([^)]*\))\(\s*['"]([^'"]+)['"]/g,
  )) {
    found.push({ specifier: match[2] ?? '', isTypeOnly: match[1] !== undefined });
  }
  return found;
}

/** Returns the text with the inside of comments blanked. Strings stay: import paths are strings. */
export function withoutComments(text: string): string {
  return text.replace(tokens, (token) => (token.startsWith('/') ? token.replace(/[^\n]/g, ' ') : token));
}

/** Returns the text with comments and strings blanked: only code is left, the code inside of templates included. */
export function codeOnly(text: string): string {
  return text.replace(tokens, (token) => {
    if (!token.startsWith('`')) return token.replace(/[^\n]/g, ' ');
    return token.replace(/\$\{([^}]*)\}|[^\n]/g, (_, code: string | undefined) =>
      code === undefined ? ' ' : ` ${code} `,
    );
  });
}

// A comment or a string, whichever begins first.
const tokens = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g;
