import { findSignature } from '../../diagnosis/catalogue.ts';
import { dataOf } from '../../journal/kinds.ts';
import { dayOf, type FactRow, type MemoryNote, oneLine, withLine } from '../note.ts';
import { domainKey } from '../standard.ts';

/** Returns what a failure in a log teaches: that it was seen, below what is known to mend it. */
export function findingNotes(row: FactRow): readonly MemoryNote[] {
  const found = dataOf('diagnosis.found', row);
  const signature = found === undefined ? undefined : findSignature(found.signature);
  if (found === undefined || signature === undefined) return [];
  const { id, name, cause, repair } = signature;
  const because = found.because === null ? '' : ` (follows from ${found.because})`;
  return [
    {
      key: domainKey('ops-maint', `repair_procedures/${name}.md`),
      kind: 'pattern',
      row: row.seq,
      run: row.run,
      edit: (before) =>
        withLine(before, {
          head: `# ${id} ${name}\n\nWhy: ${cause}\nWhat mends it (${repair.how}): ${repair.sentence}\nHelped when: ${repair.check}\n\nEach line is one time that it was seen.\n`,
          line: `- ${dayOf(row.atMs)} ${found.instance}: ${oneLine(found.sentence)}${because}`,
          row: row.seq,
        }),
    },
  ];
}
