import * as fs from 'node:fs';
import { join, posix, win32 } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import type { createMemory } from '../../src/adapters/memory/memory.ts';
import { Fault } from '../../src/base/fault.ts';
import type { Memory } from '../../src/ports/index.ts';
import type { Mutation } from '../support/fault-program.ts';
import { loadMutant } from '../support/mutant-module.ts';
import { makeMemoryPlace } from './support/memory-place.ts';

/**
 * Attacks on the memory on the disk. Each is tried on two places by the same code: where the defence is off it has to do its harm, else
 * the case is void; where it is on, it is refused with a code, at once, and does none.
 */
interface Attack {
  readonly id: string;
  readonly title: string;
  readonly off: readonly Mutation[];
  readonly key: string;
  readonly text?: string;
  readonly harm: (seen: Seen) => boolean | Promise<boolean>;
}

/** What came of an attack. */
interface Seen {
  readonly dir: string;
  readonly memory: Memory;
  readonly key: string;
  /** What memory serves for the key afterwards. */
  readonly served: string | undefined;
  readonly error: unknown;
  readonly cpuMs: number;
  readonly grownBytes: number;
}

const by = { kind: 'program', name: 'attacker' } as const;
const good = 'what an honest agent wrote';

let ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends) await end();
  ends = [];
});

type Place = ReturnType<typeof makeMemoryPlace> & { readonly memory: Memory };

const mutants = new Map<string, Promise<{ createMemory: typeof createMemory }>>();

/** Builds the memory without a defence, once for all cases that turn it off. */
async function memoryWithout(off: readonly Mutation[]): Promise<typeof createMemory> {
  const name = JSON.stringify(off);
  const built = mutants.get(name) ?? loadMutant(['src/adapters/memory/memory.ts'], off);
  mutants.set(name, built);
  return (await built).createMemory;
}

/** A place whose memory lacks a defence, or is as it is. */
async function placeWith(off: readonly Mutation[]): Promise<Place> {
  const place = makeMemoryPlace(off.length === 0 ? undefined : await memoryWithout(off));
  const memory = place.open();
  ends.push(async () => {
    await memory.close();
    await place.remove();
  });
  fs.mkdirSync(join(place.dir, '../outside'));
  fs.mkdirSync(join(place.dir, '../memory-evil'));
  await memory.put({ key: 'notes.md', kind: 'state', text: good, by });
  return { ...place, memory };
}

async function attack({ off, key, text = 'evil' }: Attack, isOn: boolean): Promise<Seen> {
  const { dir, memory } = await placeWith(isOn ? [] : off);
  const [began, before] = [process.cpuUsage(), process.memoryUsage.rss()];
  const error: unknown = await memory.put({ key, kind: 'state', text, by }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const { user, system } = process.cpuUsage(began);
  const grownBytes = process.memoryUsage.rss() - before;
  const served = error === undefined ? (await memory.get(key))?.text : undefined;
  return { dir, memory, key, served, error, cpuMs: (user + system) / 1_000, grownBytes };
}

const anyKey: Mutation = {
  file: 'domain/memory/key.ts',
  find: "if (text === '') return 'is empty';",
  replace: "if (text !== '') return undefined;",
};
/** What is often taken for a check: the path begins as the folder's does. */
const keyByPrefix: Mutation = {
  ...anyKey,
  replace: `return new URL('file:///home/memory/' + text).pathname.startsWith('/home/memory') ? undefined : 'climbs out';`,
};
const anySize: Mutation = {
  file: 'domain/memory/content.ts',
  find: 'maxMemoryBytes = 1024 * 1024',
  replace: 'maxMemoryBytes = 1024 * 1024 * 1024',
};
const anyYaml: Mutation = { file: 'domain/memory/content.ts', find: 'parseYaml({ file: key, text });', replace: '' };
const inJson = (find: string, replace: string): Mutation => ({
  file: 'domain/memory/json-problem.ts',
  find,
  replace,
});

const lies = ({ dir, key }: Seen): boolean => fs.existsSync(join(dir, key));
const isOutside = ({ dir }: Seen): boolean => fs.readdirSync(join(dir, '../outside')).length > 0;
const isCrash = ({ error }: Seen): boolean =>
  error !== undefined && !(error instanceof Error && error.name === 'Fault');

/** Merges what is read into what is there, as many programs do. Tells whether every object has `x` then. */
function pollutes(value: unknown): boolean {
  const merge = (into: Record<string, unknown>, from: object): void => {
    for (const [name, one] of Object.entries(from)) {
      if (typeof one === 'object' && one !== null) merge((into[name] ??= {}) as Record<string, unknown>, one);
      else into[name] = one;
    }
  };
  merge({}, value as object);
  const isPolluted = 'x' in {};
  delete (Object.prototype as { x?: unknown }).x;
  return isPolluted;
}

/** Whoever reads it and writes it again writes something else. */
const changesWhenRead = ({ served }: Seen): boolean =>
  served !== undefined && JSON.stringify(JSON.parse(served)) !== served;

const attacks: readonly Attack[] = [
  { id: 'A41', title: 'a key that climbs out', off: [anyKey], key: '../outside/a.md', harm: isOutside },
  { id: 'A41', title: 'one that climbs out from below', off: [anyKey], key: 'a/../../outside/a.md', harm: isOutside },
  {
    id: 'A41',
    title: 'an absolute one, which is the file of another key',
    off: [anyKey],
    key: '/notes.md',
    harm: async ({ memory }) => (await memory.get('notes.md'))?.text !== good,
  },
  {
    id: 'A41',
    title: 'one that climbs out on Windows',
    off: [anyKey],
    key: '..\\outside.md',
    harm: (seen) => lies(seen) && !win32.join('C:\\memory', seen.key).startsWith('C:\\memory\\'),
  },
  {
    id: 'A41',
    title: 'one that climbs out where it is decoded',
    off: [anyKey],
    key: '%2e%2e/outside.md',
    harm: (seen) => lies(seen) && !posix.join('/memory', decodeURIComponent(seen.key)).startsWith('/memory/'),
  },
  { id: 'A41', title: 'a device of Windows', off: [anyKey], key: 'con', harm: lies },
  { id: 'A41', title: 'a dot that Windows leaves off', off: [anyKey], key: 'notes.md.', harm: lies },
  { id: 'A41', title: 'a NUL, at which the write breaks off', off: [anyKey], key: 'a\0b', harm: isCrash },
  {
    id: 'A42',
    title: 'a sibling folder whose name begins alike',
    off: [keyByPrefix],
    key: '../memory-evil/a.md',
    harm: ({ dir }) => fs.existsSync(join(dir, '../memory-evil/a.md')),
  },
  {
    id: 'A44',
    title: 'JSON 100,000 levels deep, at which a reader breaks off',
    off: [inJson('depth > maxDepth', 'depth > Infinity')],
    key: 'a.json',
    text: '['.repeat(100_000) + ']'.repeat(100_000),
    harm: isCrash,
  },
  {
    id: 'A44',
    title: 'YAML 100,000 levels deep, over which a parser sits',
    off: [{ file: 'domain/memory/content.ts', find: ': findDeepNesting(text)', replace: ': undefined' }],
    key: 'a.yaml',
    text: '['.repeat(100_000),
    harm: ({ cpuMs }) => cpuMs > 100,
  },
  {
    id: 'A44',
    title: '50 MB',
    off: [anySize],
    key: 'a.md',
    text: 'x'.repeat(50 * 1024 * 1024),
    harm: (seen) => lies(seen) && fs.statSync(join(seen.dir, seen.key)).size === 50 * 1024 * 1024,
  },
  {
    id: 'A44',
    title: 'a million keys',
    off: [anySize],
    key: 'a.json',
    text: `{${Array.from({ length: 1_000_000 }, (_, n) => `"k${n}":0`).join(',')}}`,
    harm: (seen) => lies(seen) && seen.cpuMs > 100,
  },
  ...['{"__proto__":{"x":1}}', '{"a":{"\\u005f_proto__":{"x":1}}}', '{"constructor":{"prototype":{"x":1}}}'].map(
    (text) => ({
      ...{ id: 'A45', title: text, key: 'a.json', text },
      off: [inJson('forbiddenKeys.has(key)', 'false')],
      harm: ({ served }: Seen) => served !== undefined && pollutes(JSON.parse(served)),
    }),
  ),
  {
    id: 'A45',
    title: '__proto__ in YAML',
    off: [anyYaml],
    key: 'a.yaml',
    text: '__proto__: {x: 1}\n',
    harm: ({ served }) => served !== undefined && pollutes(parse(served)),
  },
  {
    id: 'A46',
    title: 'aliases of aliases, a few lines that become a million',
    off: [anyYaml],
    key: 'a.yaml',
    text: ['a0: &a0 [x, x]', ...Array.from({ length: 19 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`)].join(
      '\n',
    ),
    harm: ({ served }) => {
      if (served === undefined) return false;
      const { a19 } = parse(served, { maxAliasCount: -1 }) as { a19: unknown };
      return JSON.stringify(a19).length > 1_000_000;
    },
  },
  {
    id: 'A46',
    title: 'a merge key, which some readers obey',
    off: [anyYaml],
    key: 'a.yaml',
    text: 'a: &a {allowed: true}\nb: {<<: *a}\n',
    harm: ({ served }) =>
      served !== undefined && (parse(served, { merge: true }) as { b: { allowed?: true } }).b.allowed === true,
  },
  {
    id: 'A46',
    title: 'a tag, which some readers run',
    off: [anyYaml],
    key: 'a.yaml',
    text: 'a: !run "rm -rf"\n',
    harm: ({ served }) => {
      const ran: string[] = [];
      const resolve = (text: string): number => ran.push(text);
      if (served !== undefined) parse(served, { customTags: [{ tag: '!run', resolve }] });
      return ran.length > 0;
    },
  },
  {
    id: 'A48',
    title: 'half a character, which is another one on the disk',
    off: [{ file: 'domain/memory/content.ts', find: '!text.isWellFormed()', replace: 'false' }],
    key: 'a.md',
    text: 'a\ud800b',
    harm: ({ dir, key }) => fs.existsSync(join(dir, key)) && fs.readFileSync(join(dir, key), 'utf8') === 'a\ufffdb',
  },
  {
    id: 'A48',
    title: 'an escape for half a character',
    off: [inJson('!value.isWellFormed()', 'false')],
    key: 'a.json',
    text: '{"a":"\\ud800"}',
    harm: ({ served }) =>
      served !== undefined && Buffer.from((JSON.parse(served) as { a: string }).a).toString() === '\ufffd',
  },
  {
    id: 'A48',
    title: 'a number that is too large',
    off: [inJson('!Number.isFinite(value)', 'false')],
    key: 'a.json',
    text: '{"a":1e400}',
    harm: changesWhenRead,
  },
  {
    id: 'A48',
    title: 'a number with too many digits',
    off: [inJson('!Number.isSafeInteger(value)', 'false')],
    key: 'a.json',
    text: '[12345678901234567890]',
    harm: changesWhenRead,
  },
  {
    id: 'A48',
    title: 'a key that is there twice',
    off: [inJson('keys.has(key)', 'false')],
    key: 'a.json',
    text: '{"a":1,"a":2}',
    harm: changesWhenRead,
  },
];

describe('what is written into memory', () => {
  it.each(attacks.map((one) => [one.id, one.title, one] as const))('%s: %s', async (_id, _title, one) => {
    const defended = await attack(one, true);
    const open = await attack(one, false);
    expect(await one.harm(open), 'without the defence nothing happened').toBe(true);
    expect(await one.harm(defended)).toBe(false);
    const { error, cpuMs, grownBytes, memory } = defended;
    expect(error).toBeInstanceOf(Fault);
    expect(error).toMatchObject({
      code: one.id <= 'A42' ? 'MEMORY_KEY_INVALID' : 'MEMORY_CONTENT_INVALID',
      state: 'Nothing was changed.',
    });
    expect(cpuMs).toBeLessThan(100);
    expect(grownBytes).toBeLessThan(50 * 1024 * 1024);
    expect(memory.list().map(({ key }) => key)).toEqual(['notes.md']);
    expect((await memory.get('notes.md'))?.text).toBe(good);
  });
});

it('A47: a pattern that takes for ever is words, where one that obeys patterns sits over it', async () => {
  const question = '(a+)+$';
  const ask = async (off: readonly Mutation[]): Promise<number> => {
    const { memory } = await placeWith(off);
    await memory.put({ key: 'bait.md', kind: 'state', text: `${'a'.repeat(21)}!`, by });
    memory.search({ words: 'bait' });
    const began = process.cpuUsage();
    expect(memory.search({ words: question })).toEqual([]);
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1_000;
  };
  const obeys: Mutation = {
    file: 'adapters/memory/memory.ts',
    find: '    const phrases = phrasesOf(query.words);',
    replace: `    if (query.words === '${question}')
      return this.list()
        .filter(({ sha256 }) => new RegExp(query.words).test(this.#read((record) => record.text(sha256)) ?? ''))
        .map((version) => ({ version, score: 1, excerpt: '' }));
    const phrases = phrasesOf(query.words);`,
  };
  expect(await ask([obeys])).toBeGreaterThan(50);
  expect(await ask([])).toBeLessThan(50);
});

it('A48: bytes that are no text are told and kept, where a lenient reader makes others of them', async () => {
  const bytes = Uint8Array.of(0x61, 0xff, 0x62);
  const edit = async (off: readonly Mutation[]): Promise<Place & { readonly problems: unknown }> => {
    const place = await placeWith(off);
    place.edit('notes.md', bytes);
    await place.clock.advance(5_000);
    const { problems } = await place.memory.sync();
    return { ...place, problems };
  };
  const lenient = { file: 'domain/memory/content.ts', find: 'fatal: true', replace: 'fatal: false' };
  const open = await edit([lenient]);
  expect((await open.memory.get('notes.md'))?.text).toBe('a\ufffdb');
  const defended = await edit([]);
  expect(defended.problems).toMatchObject([{ path: 'notes.md', kind: 'not-text', line: 1, column: 2 }]);
  expect((await defended.memory.get('notes.md'))?.text).toBe(good);
  expect(new Uint8Array(fs.readFileSync(join(defended.dir, 'notes.md')))).toEqual(bytes);
});
