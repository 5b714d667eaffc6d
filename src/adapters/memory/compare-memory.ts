import type { MemoryProblem } from '../../domain/memory/entry.ts';
import { isPassedOver, keyProblem } from '../../domain/memory/key.ts';
import type { Clock, Digest } from '../../ports/system.ts';
import { judgeEntry } from './look-at-entry.ts';
import type { FolderEntry, MemoryFolder } from './memory-folder.ts';
import type { EntryState, MemoryRecord } from './memory-record.ts';
import { readIndex } from './read-index.ts';

interface Compared {
  readonly record: MemoryRecord;
  readonly folder: MemoryFolder;
  readonly look: readonly FolderEntry[];
  readonly indexFile: string;
  readonly clock: Clock;
  readonly digest: Digest;
}

/** Returns every place where files, versions and index do not agree. Reads every file; changes nothing. */
export function compareMemory(compared: Compared): readonly MemoryProblem[] {
  const heads = new Map([...compared.record.entries()].map((state) => [state.head.key, state]));
  return [
    ...[...heads.values()].flatMap((state) => fileProblems(compared, state)),
    ...unknownFiles(compared, heads),
    ...damagedContents(compared),
    ...indexProblems(compared, heads),
  ];
}

function fileProblems({ record, folder, clock }: Compared, state: EntryState): MemoryProblem[] {
  const { key, isRemoved } = state.head;
  if (state.pending !== null)
    return [problem(key, 'unfinished', 'A write of this entry was interrupted; the next one finishes it.')];
  const found = folder.read(key);
  if (isRemoved || found.kind === 'absent')
    return isRemoved === (found.kind === 'absent')
      ? []
      : [problem(key, 'not-taken-up', isRemoved ? 'The file is there again.' : 'The file was taken away.')];
  const judged = judgeEntry({ record, clock }, key, found, { ...state, mark: null });
  if (judged.kind === 'unsound') return [judged.problem];
  return judged.kind === 'same' ? [] : [problem(key, 'not-taken-up', 'The file was edited since the last look.')];
}

function unknownFiles({ look }: Compared, heads: ReadonlyMap<string, EntryState>): MemoryProblem[] {
  return look
    .filter(({ path }) => !path.split('/').some(isPassedOver) && !heads.has(path))
    .map(({ path }) =>
      keyProblem(path) === undefined
        ? problem(path, 'not-taken-up', 'The file came since the last look.')
        : problem(path, 'not-a-key', `The name is no key: it ${keyProblem(path)}.`),
    );
}

function damagedContents({ record, digest }: Compared): MemoryProblem[] {
  const damaged = [...record.contents()].filter(({ sha256, text }) => digest.sha256(text) !== sha256);
  return damaged.map(({ sha256 }) => problem(sha256, 'damaged', 'A kept content is not what was written.'));
}

function indexProblems({ record, indexFile }: Compared, heads: ReadonlyMap<string, EntryState>): MemoryProblem[] {
  const indexed = readIndex(indexFile, record);
  if (typeof indexed === 'string') return [problem(indexFile, 'index-unusable', indexed)];
  if (indexed === undefined) return [];
  const wrong = [...heads.values()].filter(({ head }) => {
    const one = indexed.get(head.key);
    if (head.isRemoved) return one !== undefined;
    return one?.version !== head.version || one.isRefuted !== (head.refutedBy !== null);
  });
  const unknown = [...indexed.keys()].filter((key) => !heads.has(key));
  return [...wrong.map(({ head }) => head.key), ...unknown].map((key) =>
    problem(key, 'index-differs', 'The index does not say what the entry is; it can be made again.'),
  );
}

function problem(path: string, kind: string, sentence: string): MemoryProblem {
  return { path, kind, sentence, line: null, column: null };
}
