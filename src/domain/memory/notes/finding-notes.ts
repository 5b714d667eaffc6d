import { findSignature } from '../../diagnosis/catalogue.ts';
import { impactText } from '../../diagnosis/impact.ts';
import type { Signature } from '../../diagnosis/signature.ts';
import { dataOf, type JournalKinds } from '../../journal/kinds.ts';
import { dayOf, type FactRow, type MemoryNote, oneLine, withLine } from '../note.ts';
import { domainKey } from '../standard.ts';
import { findingKey, printFinding, readFinding } from './kept-finding.ts';

/** Returns what a failure in a log teaches: that it was seen, below what is known to mend it, and how often by whose fault. */
export function findingNotes(row: FactRow): readonly MemoryNote[] {
  const found = dataOf('diagnosis.found', row);
  const signature = found === undefined ? undefined : findSignature(found.signature);
  return found === undefined || signature === undefined
    ? []
    : [seenNote(row, found, signature), countNote(row, found, signature)];
}

type Found = JournalKinds['diagnosis.found'];

function seenNote(row: FactRow, found: Found, { id, name, cause, repair }: Signature): MemoryNote {
  const because = found.because === null ? '' : ` (follows from ${found.because})`;
  return {
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
  };
}

function countNote(row: FactRow, found: Found, { id: signature, name }: Signature): MemoryNote {
  const { times } = found;
  // A name from a log: as one line, without characters that change how others are shown.
  const culprit = found.culprit === null ? null : oneLine(found.culprit);
  return {
    key: domainKey('ops-maint', findingKey({ signature, name, culprit: found.culprit })),
    kind: 'state',
    row: row.seq,
    run: row.run,
    edit(before) {
      const known = before === undefined ? undefined : readFinding(before);
      if (before !== undefined && (known === undefined || known.culprit !== culprit)) return undefined;
      // Rows come in order: one that is not newer is in it.
      if (before !== undefined && known !== undefined && known.row >= row.seq) return before;
      return printFinding({
        ...{ signature, name, culprit, sentence: oneLine(found.sentence) },
        hits: found.hits === undefined ? null : impactText(found.hits),
        times: (known?.times ?? 0) + times,
        firstAtMs: known?.firstAtMs ?? row.atMs,
        lastAtMs: row.atMs,
        ...{ instance: found.instance, row: row.seq },
      });
    },
  };
}
