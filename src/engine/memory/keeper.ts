import { Fault } from '../../base/fault.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { MemoryNote } from '../../domain/memory/note.ts';
import { notesOf, teachingKinds } from '../../domain/memory/notes-of.ts';
import type { Engine } from '../engine.ts';
import { lookAtFolder } from './look-at-folder.ts';
import { tellProblem } from './tell-problem.ts';
import { writeNote } from './write-note.ts';

export interface MemoryKeeper {
  /**
   * Writes down what the journal has taught since the last look, takes up what was edited by hand, and notes every version in the
   * journal, whoever wrote it. Cut off at any place it goes on where it was: what is written already is found written.
   */
  look(): Promise<void>;
}

/** Rows and versions of one look: the next one goes on. */
const pageSize = 500;
/** Versions that share a commit. */
const batchSize = 100;

/** Looks in which a note is tried again whose entry is being saved or is in the way; `memory populate` brings it later than that. */
const maxTries = 15;

/** Who writes what the journal teaches. */
const by = { kind: 'program', name: 'supervisor' } as const;

/** Returns what keeps memory and journal in step, for one supervisor. */
export function createMemoryKeeper(engine: Engine): MemoryKeeper {
  const { ledger } = engine;
  let read = 0;
  let late: readonly LateNote[] = [];

  const learn = async (): Promise<void> => {
    const learned = dataOf('memory.learned', ledger.latest('memory:learned'))?.through ?? 0;
    const head = ledger.head().seq;
    const rows = ledger.read({ afterSeq: Math.max(learned, read), kinds: teachingKinds, limit: pageSize });
    const due = [...late, ...rows.flatMap((fact) => notesOf(fact, ledger)).map((note) => ({ note, nTries: 0 }))];
    const { nWritten, again } = await writeNotes(engine, due);
    late = again;
    // A page that is not full is all there was: rows that teach nothing are not looked through again.
    read = rows.length < pageSize ? head : (rows.at(-1)?.seq ?? head);
    // A supervisor that dies now takes up again what it could not write: the notes that it could write are found written.
    const through = Math.min(read, ...late.map(({ note }) => note.row - 1));
    if (nWritten > 0) await ledger.append([row('memory.learned', { through, nWritten }, { keys: ['memory:learned'] })]);
  };

  return {
    async look() {
      await learn();
      await lookAtFolder(engine);
      await noteVersions(engine);
    },
  };
}

interface LateNote {
  readonly note: MemoryNote;
  readonly nTries: number;
}

/** What is in the way of one entry keeps no other from being written. */
async function writeNotes(
  engine: Engine,
  due: readonly LateNote[],
): Promise<{ readonly nWritten: number; readonly again: readonly LateNote[] }> {
  let nWritten = 0;
  const again: LateNote[] = [];
  for (const { note, nTries } of due) {
    try {
      const outcome = await writeNote(engine.memory, note, by);
      if (outcome.kind === 'written') nWritten += 1;
      if (outcome.kind === 'other-form')
        await tellProblem(engine, {
          ...placeOf(note.key),
          kind: 'other-form',
          sentence: `Nothing is added to it: ${outcome.why}.`,
        });
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'MEMORY_BLOCKED') throw error;
      if (nTries + 1 < maxTries) again.push({ note, nTries: nTries + 1 });
      else await tellProblem(engine, { ...placeOf(note.key), kind: 'blocked', sentence: error.message });
    }
  }
  return { nWritten, again };
}

const placeOf = (path: string) => ({ path, line: null, column: null });

/** Writes a row for each version that has none yet, in the order in which they were written. A repeat writes none twice. */
export async function noteVersions({ ledger, memory }: Engine): Promise<void> {
  for (;;) {
    const last = dataOf('memory.noted', ledger.latest('memory-seq'))?.sequence ?? 0;
    const versions = memory.since(last, batchSize);
    if (versions.length === 0) return;
    await ledger.append(
      versions.map(({ sequence, version }) =>
        row('memory.noted', { sequence, version }, { run: version.run, keys: [`memory:${version.key}`, 'memory-seq'] }),
      ),
    );
    if (versions.length < batchSize) return;
  }
}
