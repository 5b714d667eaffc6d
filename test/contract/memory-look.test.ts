import { DatabaseSync, StatementSync } from 'node:sqlite';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { lookOver } from '../../src/adapters/memory/look-over.ts';
import { MemoryFolder } from '../../src/adapters/memory/memory-folder.ts';
import { MemoryRecord } from '../../src/adapters/memory/memory-record.ts';
import { Pace } from '../../src/adapters/memory/pace.ts';
import type { Memory } from '../../src/ports/index.ts';
import { makeMemoryPlace } from './support/memory-place.ts';

let place: ReturnType<typeof makeMemoryPlace>;
let memory: Memory;
beforeEach(() => {
  place = makeMemoryPlace();
  memory = place.open();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await memory.close();
  await place.remove();
});

/** Saves so many files by hand, and takes them up once they have settled. */
async function takeUp(first: number, n: number): Promise<void> {
  for (let at = first; at < first + n; at += 1) place.edit(`notes/${at}.md`, `note ${at}`);
  await place.clock.advance(1_000);
  expect((await memory.sync()).noticed).toHaveLength(n);
}

/** What a sync of an unchanged folder asks of the databases, and how many texts it parses. */
async function workOfSync(): Promise<{ readonly nStatements: number; readonly nParses: number }> {
  const calls = (['get', 'all', 'run'] as const).map((name) => vi.spyOn(StatementSync.prototype, name));
  const commands = vi.spyOn(DatabaseSync.prototype, 'exec');
  const parses = vi.spyOn(JSON, 'parse');
  expect(await memory.sync()).toEqual({ noticed: [], problems: [] });
  const work = {
    nStatements: [...calls, commands].reduce((sum, { mock }) => sum + mock.calls.length, 0),
    nParses: parses.mock.calls.length,
  };
  vi.restoreAllMocks();
  return work;
}

it('asks as much for many unchanged entries as for a few, and parses none of them', async () => {
  await takeUp(0, 10);
  const ofFew = await workOfSync();
  await takeUp(10, 500);
  expect(await workOfSync()).toEqual(ofFew);
  expect(ofFew.nParses).toBe(0);
  expect(ofFew.nStatements).toBeLessThan(10);
});

it('lets others have their turn while it compares', async () => {
  await takeUp(0, 300);
  place.edit('Not a key', 'x');
  const record = MemoryRecord.open(`${place.stateDir}/memory.db`, { make: false });
  vi.spyOn(Pace.prototype, 'isOver', 'get').mockReturnValue(true);
  let nTurns = 0;
  const count = (): void => {
    nTurns += 1;
    turn = setImmediate(count);
  };
  let turn = setImmediate(count);
  await lookOver(new MemoryFolder(place.dir), record);
  clearImmediate(turn);
  record?.close();
  // Once per file of the folder, once per name that is compared, twice over.
  expect(nTurns).toBeGreaterThan(3 * 300);
});

it('still sees what moved, came, went and was left unfinished', async () => {
  await takeUp(0, 5);
  place.edit('notes/1.md', 'edited');
  place.edit('notes/2.md', undefined);
  place.edit('notes/new.md', 'new');
  await place.clock.advance(1_000);
  const { noticed } = await memory.sync();
  expect(noticed.map(({ key, version, isRemoved }) => [key, version, isRemoved])).toEqual([
    ['notes/1.md', 2, false],
    ['notes/2.md', 1, true],
    ['notes/new.md', 1, false],
  ]);
  expect(await memory.sync()).toEqual({ noticed: [], problems: [] });
  place.edit('notes/2.md', 'there again');
  expect((await memory.sync()).noticed).toMatchObject([{ key: 'notes/2.md', version: 2 }]);
});
