import { readFileSync } from 'node:fs';
import { posix } from 'node:path';

import { describe, expect, it } from 'vitest';

import { codeOnly, importsOf, loadSources, withoutComments, type Import, type Source } from './sources.ts';

interface Room {
  readonly imports: readonly string[];
  readonly outside: readonly string[];
}
interface Law {
  readonly layers: Readonly<Record<string, Room>>;
  readonly files: Readonly<Record<string, Room>>;
  readonly outsideOnlyIn: Readonly<Record<string, readonly string[]>>;
  readonly ambientOnlyIn: Readonly<Record<string, readonly string[]>>;
}

const law = JSON.parse(readFileSync(new URL('../../layers.json', import.meta.url), 'utf8')) as Law;
const sources = loadSources();

describe('the import law of layers.json', () => {
  it('sees the sources, and every one belongs to a room', () => {
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.map(({ path }) => path).filter((path) => roomOf(path) === undefined)).toEqual([]);
  });

  it('lets a room import only the rooms below it', () => {
    expect(breaches((source, one) => (isInside(one) ? !mayImport(source, one) : false))).toEqual([]);
  });

  it('names files with their ending', () => {
    expect(breaches((_, one) => isInside(one) && !/\.(ts|json)$/.test(one.specifier))).toEqual([]);
  });

  it('lets a room use only its outside packages', () => {
    expect(breaches((source, one) => !isInside(one) && !mayUse(source.path, one.specifier))).toEqual([]);
  });

  it('keeps time, chance, network and the process in the rooms that own them', () => {
    const found: string[] = [];
    for (const { path, text } of sources) {
      const code = codeOnly(text);
      for (const [name, folders] of Object.entries(law.ambientOnlyIn)) {
        if (!isIn(path, folders) && uses(code, name)) found.push(`${path} uses ${name}`);
      }
    }
    expect(found).toEqual([]);
  });

  it('reads packages apart only when they are reached, and keeps ours out of them', () => {
    const apart = sources.filter(({ path }) => path.endsWith('.apart.ts'));
    expect(apart.length).toBeGreaterThan(1);
    expect(apart.filter(({ text }) => importsOf(text).some(isInside)).map(({ path }) => path)).toEqual([]);
    const atOnce = sources.filter(({ text }) =>
      /^(?:import|export)\s(?!type\s)[^;(]*['/][\w-]+\.apart\.ts'/m.test(withoutComments(text)),
    );
    expect(atOnce.map(({ path }) => path)).toEqual([]);
  });

  it('keeps timers out of machines, because a persisted machine holds none', () => {
    const machines = sources.filter(({ path }) => path.startsWith('domain/machines/'));
    const withTimers = machines.filter(({ text }) => /\b(after|delay|delays)\s*:/.test(codeOnly(text)));
    expect(withTimers.map(({ path }) => path)).toEqual([]);
  });
});

describe('the reader of imports', () => {
  it('sees static, lazy, side-effect and type imports and no comments', () => {
    const text = [
      "import { a } from './a.ts';",
      "import type { B } from 'b';",
      "import {\n  c,\n  d,\n} from '../c.ts';",
      "import 'side';",
      "export * from './e.ts';",
      "export type { F } from './f.ts';",
      "const g = () => import('./g.ts').then((m) => m.g);",
      "// import { no } from 'no';",
      "/* import { no } from 'no'; */ const url = 'http://not-a-comment'; import('h');",
      "type I = typeof import('i');",
    ].join('\n');
    expect(importsOf(text).map(({ specifier, isTypeOnly }) => (isTypeOnly ? `type:${specifier}` : specifier))).toEqual([
      './a.ts',
      'type:b',
      '../c.ts',
      'side',
      './e.ts',
      'type:./f.ts',
      './g.ts',
      'h',
      'type:i',
    ]);
  });

  it('sees ambient names in code and not in strings, comments or members of others', () => {
    expect(uses(codeOnly("const t = Date.now(); // setTimeout(\nconst s = 'fetch(x)';"), 'Date.now')).toBe(true);
    expect(uses(codeOnly("// setTimeout(\nconst s = 'setTimeout(x)';"), 'setTimeout')).toBe(false);
    expect(uses(codeOnly('const s = `at ${Date.now()} setTimeout(x)`;'), 'Date.now')).toBe(true);
    expect(uses(codeOnly('const s = `at ${Date.now()} setTimeout(x)`;'), 'setTimeout')).toBe(false);
    expect(uses(codeOnly('git.fetch(x); const o = { fetch: 1 };'), 'fetch')).toBe(false);
    expect(uses(codeOnly('const at = new Date();'), 'new Date()')).toBe(true);
    expect(uses(codeOnly('const at = new Date(ms);'), 'new Date()')).toBe(false);
    expect(uses(codeOnly('const home = process.env;'), 'process')).toBe(true);
  });
});

function breaches(isBreach: (source: Source, one: Import) => boolean): string[] {
  return sources.flatMap((source) =>
    importsOf(source.text)
      .filter((one) => isBreach(source, one))
      .map((one) => `${source.path} imports ${one.isTypeOnly ? 'the type of ' : ''}${one.specifier}`),
  );
}

function roomOf(path: string): Room | undefined {
  return law.files[path] ?? law.layers[path.split('/')[0] ?? ''];
}

function mayImport(source: Source, one: Import): boolean {
  const target = posix.join(posix.dirname(source.path), one.specifier);
  // Facts of the package itself, such as its version.
  if (target === '../package.json') return true;
  const layer = target.split('/')[0] ?? '';
  if (target.includes('/') && layer === source.path.split('/')[0] && source.path.includes('/')) return true;
  const allowed = roomOf(source.path)?.imports ?? [];
  return allowed.some((entry) => {
    if (entry === '*') return true;
    const name = entry.startsWith('type:') ? entry.slice('type:'.length) : entry;
    return (entry === name || one.isTypeOnly) && (name === target || target.startsWith(`${name}/`));
  });
}

function mayUse(path: string, specifier: string): boolean {
  const room = roomOf(path)?.outside ?? [];
  const isListed = room.some((entry) =>
    entry === 'node:*' ? specifier.startsWith('node:') : entry === '*' || isPackage(specifier, entry),
  );
  const onlyIn = Object.entries(law.outsideOnlyIn).find(([name]) => isPackage(specifier, name));
  return isListed && (onlyIn === undefined || isIn(path, onlyIn[1]));
}

function isPackage(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`);
}

function isInside({ specifier }: Import): boolean {
  return specifier.startsWith('.');
}

function isIn(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

function uses(code: string, name: string): boolean {
  const escaped = name.replace(/[.()]/g, String.raw`\$&`).replace(' ', String.raw`\s+`);
  const call =
    /^[a-z]\w*$/.test(name) && name !== 'process' ? String.raw`\s*\(` : name === 'process' ? String.raw`\s*\.` : '';
  return new RegExp(String.raw`(?<![\w$.])(?:globalThis\.)?${escaped}${call}`).test(code);
}
