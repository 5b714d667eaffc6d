import type { MemoryProblem } from '../../domain/memory/entry.ts';
import { foldedPath, isPassedOver, keyProblem } from '../../domain/memory/key.ts';
import { type FolderEntry, isLeftBehind, type MemoryFolder } from './memory-folder.ts';
import type { MemoryRecord } from './memory-record.ts';
import { Pace } from './pace.ts';

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

/** Compares the folder's entries with the marks on record. Reads no file and changes nothing; others have their turn in between. */
export async function lookOver(folder: MemoryFolder, record: MemoryRecord | undefined): Promise<Overlook> {
  const pace = new Pace();
  const leftBehind: string[] = [];
  const seen: FolderEntry[] = [];
  /** What is at the path of a key, until it is found to be in step. */
  const marks = new Map<string, string | null>();
  for (const entry of await folder.look()) {
    if (pace.isOver) await pace.rest();
    const { path, mark } = entry;
    if (isLeftBehind(path)) leftBehind.push(path);
    if (path.split('/').some(isPassedOver)) continue;
    seen.push(entry);
    if (keyProblem(path) === undefined) marks.set(path, mark);
  }
  const problems = marks.size === seen.length ? [] : await namesThatAreNoKeys(seen, pace);
  const gone: string[] = [];
  for (const page of record?.marks() ?? []) {
    if (pace.isOver) await pace.rest();
    for (const { key, mark, pending, isRemoved } of page) {
      const isThere = marks.has(key);
      if (isThere && !isRemoved && mark !== null && mark === marks.get(key)) marks.delete(key);
      if ((!isThere && !isRemoved) || pending !== null) gone.push(key);
    }
  }
  if (gone.length > 0 && !folder.isThere()) {
    const sentence = 'The memory folder is not there: nothing counts as taken away while it is gone.';
    problems.push({ path: folder.dir, kind: 'not-there', sentence, line: null, column: null });
    gone.length = 0;
  }
  const keys = [...new Set([...marks.keys(), ...gone])].sort();
  return { keys, leftBehind, problems, isInStep: keys.length === 0 && leftBehind.length === 0 };
}

async function namesThatAreNoKeys(entries: readonly FolderEntry[], pace: Pace): Promise<MemoryProblem[]> {
  const byFolded = new Map<string, FolderEntry[]>();
  for (const entry of entries) {
    if (pace.isOver) await pace.rest();
    const folded = foldedPath(entry.path);
    byFolded.set(folded, [...(byFolded.get(folded) ?? []), entry]);
  }
  return [...byFolded.values()].flatMap((alike) => alike.flatMap((entry) => nameProblem(entry, alike) ?? []));
}

function nameProblem({ path, what }: FolderEntry, alike: readonly FolderEntry[]): MemoryProblem | undefined {
  const why = keyProblem(path);
  if (why === undefined) return undefined;
  const twin = alike.find((one) => one.path !== path);
  const place = { path, line: null, column: null };
  if (twin === undefined)
    return { ...place, kind: 'not-a-key', sentence: `It is ${what} whose name is no key: it ${why}.` };
  const sentence = `It is the same name as ${twin.path} where case and accents' forms do not count.`;
  return { ...place, kind: 'collides', sentence };
}
