import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Memory } from '../../src/ports/index.ts';
import { faultOf } from './support/fault-of.ts';
import { makeMemoryPlace } from './support/memory-place.ts';

const by = { kind: 'program', name: 'test' } as const;
const key = 'swarm/env-setup/notes.md';
let place: ReturnType<typeof makeMemoryPlace>;
let memory: Memory;
let outside: string;
beforeEach(() => {
  place = makeMemoryPlace();
  memory = place.open();
  outside = join(place.dir, '../outside');
  fs.mkdirSync(outside);
});
afterEach(async () => {
  await memory.close();
  await place.remove();
});
const put = (text: string, at = key): ReturnType<Memory['put']> => memory.put({ key: at, kind: 'state', text, by });
const found = (words: string): string[] => memory.search({ words }).map(({ version }) => version.key);
const at = (path: string): string => join(place.dir, path);

describe('what lies where an entry belongs (A43)', () => {
  const things: readonly (readonly [string, (path: string) => void])[] = [
    ['a link to a file', (path) => fs.symlinkSync(join(outside, 'victim'), path)],
    ['a link to nothing', (path) => fs.symlinkSync(join(outside, 'nothing'), path)],
    ['a pipe', (path) => void execFileSync('mkfifo', [path])],
    ['a folder', (path) => fs.mkdirSync(path)],
  ];

  it.each(things)('%s is told, not followed, not waited for, and left as it is', async (_name, make) => {
    fs.writeFileSync(join(outside, 'victim'), 'secret');
    await put('good');
    fs.rmSync(at(key));
    make(at(key));
    const before = fs.lstatSync(at(key));
    const { noticed, problems } = await memory.sync();
    expect(noticed).toEqual([]);
    expect(problems).toMatchObject([{ path: key, kind: 'not-a-file' }]);
    expect((await faultOf(put('new'))).code).toBe('MEMORY_BLOCKED');
    expect((await faultOf(memory.remove({ key, ifVersion: 1, by, reason: 'old' }))).code).toBe('MEMORY_BLOCKED');
    expect((await memory.get(key))?.text).toBe('good');
    expect(fs.lstatSync(at(key))).toMatchObject({ ino: before.ino, mode: before.mode });
    expect(fs.readdirSync(outside)).toEqual(['victim']);
    expect(fs.readFileSync(join(outside, 'victim'), 'utf8')).toBe('secret');
  });

  it('a link leads outside whoever writes by plain paths (the control)', async () => {
    fs.mkdirSync(at('swarm/env-setup'), { recursive: true });
    fs.symlinkSync(join(outside, 'victim'), at(key));
    fs.writeFileSync(at(key), 'new');
    expect(fs.readFileSync(join(outside, 'victim'), 'utf8')).toBe('new');
  });

  it.each([
    ['a link', (path: string) => fs.symlinkSync(outside, path)],
    ['a pipe', (path: string) => void execFileSync('mkfifo', [path])],
    ['a file', (path: string) => fs.writeFileSync(path, 'x')],
  ])(
    '%s in the middle of the path is in the way, and what lies beyond it counts neither as gone nor as there',
    async (_name, make) => {
      await put('good');
      fs.renameSync(at('swarm/env-setup'), join(outside, 'env-setup'));
      fs.writeFileSync(join(outside, 'notes.md'), 'of somebody else');
      make(at('swarm/env-setup'));
      const { noticed, problems } = await memory.sync();
      expect(noticed.filter((one) => one.key === key)).toEqual([]);
      expect(problems).toMatchObject([
        { path: expect.stringContaining('swarm/env-setup') as string, kind: 'not-a-file' },
        ...problems.slice(1),
      ]);
      expect((await faultOf(put('new'))).code).toBe('MEMORY_BLOCKED');
      expect((await memory.get(key))?.text).toBe('good');
      expect(fs.readFileSync(join(outside, 'notes.md'), 'utf8')).toBe('of somebody else');
    },
  );

  it('a folder that becomes a link in the middle of a write leads nothing outside', async () => {
    await put('good');
    const swap = (): void => {
      fs.renameSync(at('swarm/env-setup'), at('swarm/aside'));
      fs.symlinkSync(outside, at('swarm/env-setup'));
    };
    await withSwap(swap, () => put('new'));
    expect(fs.readdirSync(outside)).toEqual([]);
    expect(fs.readFileSync(at('swarm/aside/notes.md'), 'utf8')).toBe('new');
    // The control: the same swap while plain paths are written.
    fs.rmSync(at('swarm/env-setup'));
    fs.renameSync(at('swarm/aside'), at('swarm/env-setup'));
    await withSwap(swap, async () => {
      fs.closeSync(fs.openSync(at(`${key}.tmp`), fs.constants.O_WRONLY | fs.constants.O_CREAT));
      fs.writeFileSync(at(`${key}.tmp`), 'new');
    });
    expect(fs.readdirSync(outside)).toEqual(['notes.md.tmp']);
  });

  /** Swaps just before a file is made, once. */
  async function withSwap(swap: () => void, work: () => Promise<unknown>): Promise<void> {
    const changeable = process.getBuiltinModule('node:fs');
    const real = changeable.openSync;
    let isDone = false;
    changeable.openSync = (path, flags, mode) => {
      const makes = typeof flags === 'number' && (flags & fs.constants.O_CREAT) !== 0;
      if (makes && !isDone && String(path).endsWith('.tmp')) {
        isDone = true;
        swap();
      }
      return real(path, flags, mode);
    };
    syncBuiltinESMExports();
    try {
      await work();
    } finally {
      changeable.openSync = real;
      syncBuiltinESMExports();
    }
    expect(isDone).toBe(true);
  }
});

it('takes a memory folder that is not there for a fault, not for an empty one', async () => {
  await put('good');
  fs.renameSync(place.dir, join(outside, 'memory'));
  const { noticed, problems } = await memory.sync();
  expect(noticed).toEqual([]);
  expect(problems).toMatchObject([{ path: place.dir, kind: 'not-there' }]);
  expect(await faultOf(put('new'))).toMatchObject({ code: 'MEMORY_UNAVAILABLE' });
  expect((await memory.get(key))?.text).toBe('good');
  fs.renameSync(join(outside, 'memory'), place.dir);
  expect(await memory.sync()).toEqual({ noticed: [], problems: [] });
});

it('names that are the same where case or Unicode forms do not count are told with both', async () => {
  fs.writeFileSync(at('caf\u00e9.md'), '1');
  fs.writeFileSync(at('cafe\u0301.md'), '2');
  fs.writeFileSync(at('Notes.md'), '3');
  await put('4', 'notes.md');
  const { problems } = await memory.sync();
  expect(problems.map(({ kind }) => kind)).toEqual(['collides', 'collides', 'collides']);
  expect(problems.find(({ path }) => path === 'Notes.md')?.sentence).toContain('notes.md');
  expect(fs.readFileSync(at('Notes.md'), 'utf8')).toBe('3');
});

it('clears away what a killed write left, and nothing else', async () => {
  await put('good');
  fs.writeFileSync(at('swarm/env-setup/.orchestrate-0011223344556677.tmp'), 'half');
  fs.writeFileSync(at('swarm/env-setup/.notes.md.swp'), 'vim');
  expect(await memory.sync()).toEqual({ noticed: [], problems: [] });
  expect(fs.readdirSync(at('swarm/env-setup')).sort()).toEqual(['.notes.md.swp', 'notes.md']);
});

describe('an edit that is saved while the entry is written', () => {
  /** Saves once, at the first moment at which the time is asked: the file was read, and has not got its new content yet. */
  async function whileSaving(work: () => Promise<unknown>): Promise<void> {
    const real = place.clock.nowMs;
    let isSaved = false;
    place.clock.nowMs = () => {
      if (!isSaved) fs.writeFileSync(at(key), 'by hand, just now');
      isSaved = true;
      return real.call(place.clock);
    };
    try {
      await work();
    } finally {
      place.clock.nowMs = real;
    }
    expect(isSaved).toBe(true);
  }

  it.each([
    ['a write', () => put('mine')],
    ['a removal', () => memory.remove({ key, ifVersion: 1, by, reason: 'old' })],
  ] as const)('is not lost by %s: it is the next version', async (_name, work) => {
    await put('good');
    await memory.sync();
    await whileSaving(work);
    expect(place.read(key)).toBe('by hand, just now');
    await memory.sync();
    expect(await memory.get(key)).toMatchObject({ text: 'by hand, just now', origin: 'hand' });
    const texts = await Promise.all(memory.history(key).map(({ version }) => memory.get(key, version)));
    expect(texts.map((one) => one?.text)).toContain('good');
  });
});

describe('the index', () => {
  const index = (): string => join(place.stateDir, 'memory-index.db');
  const texts = ['torch 2.9 fights with numpy', 'numpy 2 is fine', 'sdxl checkpoints', 'torch is slow on this card'];
  const questions = ['torch', 'numpy', 'torch numpy', 'numpy 2', 'sdxl', 'slow card', 'absent'];
  const answers = (from: Memory): unknown =>
    questions.map((words) =>
      from.search({ words, any: true }).map(({ version, score, excerpt }) => [version.key, score, excerpt]),
    );
  beforeEach(async () => {
    for (const [n, text] of texts.entries()) await put(text, `swarm/env-setup/${n}.md`);
    await put('refuted', 'swarm/env-setup/old.md');
    if (found('torch').length !== 2) throw new Error('there is nothing to compare');
  });

  const damages: readonly (readonly [string, () => void])[] = [
    ['absent', () => fs.rmSync(index())],
    ['garbage', () => fs.writeFileSync(index(), 'x'.repeat(10_000))],
    ['cut', () => fs.truncateSync(index(), 4_096 + 100)],
    ['of a newer layout', () => runSql(index(), 'PRAGMA user_version = 99; DROP TABLE state')],
    ['of an older layout', () => runSql(index(), 'PRAGMA user_version = 0; DROP TABLE words; DROP TABLE entries')],
    [
      'of another memory',
      () => runSql(index(), "UPDATE state SET record = 'another', sequence = 100; DELETE FROM entries"),
    ],
    [
      'ahead of a memory that was brought back',
      () => runSql(index(), 'UPDATE state SET sequence = 100; DELETE FROM entries'),
    ],
  ];

  it.each(damages)('that is %s is made again, and answers as before', async (_name, damage) => {
    const before = answers(memory);
    await memory.close();
    for (const end of ['-wal', '-shm']) fs.rmSync(`${index()}${end}`, { force: true });
    damage();
    memory = place.open();
    expect(answers(memory)).toStrictEqual(before);
    expect(await memory.verify()).toEqual([]);
  });

  it('and the versions made again from the files alone give the same answers', async () => {
    const before = answers(memory);
    await memory.close();
    for (const name of fs.readdirSync(place.stateDir)) fs.rmSync(join(place.stateDir, name));
    memory = place.open();
    expect((await memory.sync()).noticed).toHaveLength(texts.length + 1);
    expect(answers(memory)).toStrictEqual(before);
    expect(await memory.rebuild()).toEqual({ nEntries: texts.length + 1 });
    expect(answers(memory)).toStrictEqual(before);
  });

  it('that says something else is found by the look that compares', async () => {
    await memory.close();
    runSql(
      index(),
      "UPDATE entries SET version = 7 WHERE key = 'swarm/env-setup/0.md'; DELETE FROM entries WHERE key LIKE '%1.md'",
    );
    memory = place.open();
    expect((await memory.verify()).map(({ path, kind }) => [path, kind])).toEqual([
      ['swarm/env-setup/0.md', 'index-differs'],
      ['swarm/env-setup/1.md', 'index-differs'],
    ]);
    await memory.rebuild();
    expect(await memory.verify()).toEqual([]);
    fs.writeFileSync(index(), 'garbage'.repeat(1_000));
    expect(await memory.verify()).toMatchObject([{ kind: 'index-unusable' }]);
  });
});

describe('the record', () => {
  const record = (): string => join(place.stateDir, 'memory.db');

  it('of a newer orchestrate is not touched', async () => {
    await put('good');
    await memory.close();
    runSql(record(), 'UPDATE meta SET layout = 9');
    const bytes = fs.readFileSync(record());
    memory = place.open();
    expect(await faultOf(put('new'))).toMatchObject({
      code: 'MEMORY_UNAVAILABLE',
      message: expect.stringContaining('layout 9') as string,
    });
    expect(fs.readFileSync(record()).equals(bytes)).toBe(true);
  });

  it('that is damaged is told with what to do, and the files are as they were', async () => {
    await put('good');
    await memory.close();
    fs.writeFileSync(record(), 'garbage'.repeat(2_000));
    memory = place.open();
    const fault = await faultOf(put('new'));
    expect(fault).toMatchObject({ code: 'MEMORY_UNAVAILABLE' });
    expect(fault.hints.join()).toContain('memory.db');
    expect(place.read(key)).toBe('good');
    expect(() => memory.list()).toThrow(expect.objectContaining({ code: 'MEMORY_UNAVAILABLE' }) as Error);
  });

  it('whose kept content was changed is found', async () => {
    await put('good');
    await memory.close();
    runSql(record(), "UPDATE contents SET text = 'evil'");
    memory = place.open();
    expect((await memory.verify()).map(({ kind }) => kind)).toContain('damaged');
  });
});

function runSql(file: string, sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}
