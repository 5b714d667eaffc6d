import { failedVersionKey, failedVersionOf, printFailedVersion, readFailedVersion } from '../failed-version.ts';
import { dayOf, type FactReader, type FactRow, type MemoryNote } from '../note.ts';
import { matrixNote } from './matrix-note.ts';
import { conflictNote } from './plan-notes.ts';

/** Returns what a failed proof teaches: which version did not pass, with what, and where the proof is. */
export function failureNotes(row: FactRow, journal: FactReader): readonly MemoryNote[] {
  const failed = failedVersionOf(row, journal);
  if (failed === undefined) return [];
  const { tree, run, code, message } = failed;
  const what = `${failed.package} ${failed.version}`;
  const packages = Object.fromEntries(failed.moves.flatMap(({ name, to }) => (to === null ? [] : [[name, to]])));
  return [
    {
      key: failedVersionKey(failed),
      kind: 'pattern',
      row: row.seq,
      run,
      // The newest failure is what is told; an older one that is read again says nothing new.
      edit: (before) =>
        before !== undefined && (readFailedVersion(before)?.row ?? 0) >= row.seq ? before : printFailedVersion(failed),
    },
    conflictNote({ ...row, run }, { tree, text: `${what} did not pass its proof: ${code} ${message}` }),
    matrixNote(row, { tree, run, list: 'failed', item: { day: dayOf(row.atMs), run, packages, code, message } }),
  ];
}
