import type { Finding } from '../../../domain/doctor/finding.ts';
import { dataOf } from '../../../domain/journal/kinds.ts';
import { keptRef } from '../../changes/draft.ts';
import { findSurvivors } from '../../supervisor/restore-machines.ts';
import type { Look } from '../look.ts';

/** Open changes on record against the refs that hold their files. */
export const lookAtDrafts: Look = async ({ ledger, store }) => {
  const open = findSurvivors(ledger).live.filter(({ machine }) => machine === 'change');
  const findings: Finding[] = [];
  for (const { subject } of open) {
    const entry = ledger.latest(`change:${subject}`);
    const drafted = dataOf('change.drafted', entry);
    const ref = keptRef(subject);
    if (entry === undefined || drafted === undefined || (await store.findRef(ref)) !== undefined) continue;
    findings.push({
      id: `draft-unheld:${subject}`,
      area: 'drafts',
      severity: 'error',
      sentence: `${subject} is open, and nothing in the store names its files`,
      evidence: [ref, `#${entry.seq}`],
      repair: {
        kind: 'by-hand',
        does: 'take its files again, so that they are held',
        command: `orchestrate review resubmit ${subject}`,
      },
    });
  }
  return {
    fact: open.length === 0 ? 'no change is open' : `${open.length} open, each of them held in the store`,
    findings,
  };
};
