import type { Finding } from '../../../domain/doctor/finding.ts';
import { dataOf } from '../../../domain/journal/kinds.ts';
import type { Look } from '../look.ts';

/** The chain over every row, and rows that were once the newest and are gone. */
export const lookAtJournal: Look = async ({ ledger }) => {
  const check = ledger.verify();
  const findings: Finding[] = [];
  if (check.kind === 'broken')
    findings.push({
      id: `journal-broken:${check.firstBadSeq}`,
      area: 'journal',
      severity: 'error',
      sentence: `the hash chain breaks at row #${check.firstBadSeq}: ${check.reason}`,
      evidence: [`#${check.firstBadSeq}`],
      repair: {
        kind: 'by-hand',
        does: 'nothing makes a changed row true again: keep a copy of the state folder, and look at the row',
        command: 'orchestrate journal verify',
      },
    });
  const entry = ledger.latest('ledger.headMissing');
  const missing = dataOf('ledger.headMissing', entry);
  if (entry !== undefined && missing !== undefined)
    findings.push({
      id: `journal-cut:${missing.noted.seq}`,
      area: 'journal',
      severity: 'note',
      sentence: `rows up to #${missing.noted.seq} were written once and are gone: the journal ended at #${missing.found.seq} then`,
      evidence: [`#${entry.seq}`],
      repair: { kind: 'by-hand', does: 'a backup of the state folder may have them', command: null },
    });
  const fact =
    check.kind === 'holds'
      ? `the hash chain holds over ${check.nEntries} rows, head #${check.headSeq}`
      : 'the hash chain does not hold';
  return { fact, findings };
};
