import type { MemoryProblem } from '../../domain/memory/entry.ts';
import { foldedPath, isPassedOver, keyProblem } from '../../domain/memory/key.ts';
import { type FolderEntry, isLeftBehind, type MemoryFolder } from './memory-folder.ts';
import type { MemoryRecord } from './memory-record.ts';

/** What a look over the folder, without the lock, shows that is worth taking it. */
export interface Overlook {
  /** Entries whose file moved, came or went. */
  readonly keys: readonly string[];
  /** What killed writes left. */
  readonly leftBehind: readonly string[];
  /** What is no entry and never will be under its name. */
  readonly problems: readonly MemoryProblem[];
  readonly isInStep: boolean;
}

/** Compares the folder's entries with the marks on record. Reads no file and changes nothing. */
export async function lookOver(folder: MemoryFolder, record: MemoryRecord | undefined): Promise<Overlook> {
  const entries = await folder.look();
  const leftBehind = entries.filter(({ path }) => isLeftBehind(path)).map(({ path }) => path);
  const seen = entries.filter(({ path }) => !path.split('/').some(isPassedOver));
  const marks = new Map(
    seen.filter(({ path }) => keyProblem(path) === undefined).map(({ path, mark }) => [path, mark]),
  );
  const keys = new Set<string>(marks.keys());
  const gone: string[] = [];
  for (const { head, mark, pending } of record?.entries() ?? []) {
    const isThere = marks.has(head.key);
    if (isThere && !head.isRemoved && mark !== null && mark === marks.get(head.key)) keys.delete(head.key);
    if ((!isThere && !head.isRemoved) || pending !== null) gone.push(head.key);
  }
  const problems = namesThatAreNoKeys(seen);
  if (gone.length > 0 && !folder.isThere()) {
    const sentence = 'The memory folder is not there: nothing counts as taken away while it is gone.';
    problems.push({ path: folder.dir, kind: 'not-there', sentence, line: null, column: null });
    gone.length = 0;
  }
  const looked = [...new Set([...keys, ...gone])].sort();
  return { keys: looked, leftBehind, problems, isInStep: looked.length === 0 && leftBehind.length === 0 };
}

function namesThatAreNoKeys(entries: readonly FolderEntry[]): MemoryProblem[] {
  const byFolded = Map.groupBy(entries, ({ path }) => foldedPath(path));
  return entries.flatMap(({ path, what }) => {
    const why = keyProblem(path);
    if (why === undefined) return [];
    const twin = byFolded.get(foldedPath(path))?.find((one) => one.path !== path);
    const place = { path, line: null, column: null };
    if (twin === undefined)
      return [{ ...place, kind: 'not-a-key', sentence: `It is ${what} whose name is no key: it ${why}.` }];
    return [
      {
        ...place,
        kind: 'collides',
        sentence: `It is the same name as ${twin.path} where case and accents' forms do not count.`,
      },
    ];
  });
}
