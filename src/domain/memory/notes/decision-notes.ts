import { dataOf } from '../../journal/kinds.ts';
import type { PackageMove } from '../../plans/plan.ts';
import { type FactRow, type MemoryNote, oneLine, withLine } from '../note.ts';

/** Moves that a line names; the row has all. */
const maxMoves = 8;

/** Returns what a row adds to the log of its run's decisions: what was chosen and left out, who said yes, what the gate found, what came of it. */
export function decisionNotes(row: FactRow): readonly MemoryNote[] {
  const { run } = row;
  const text = run === null ? undefined : decisionText(row);
  if (run === null || text === undefined) return [];
  return [
    {
      key: `sessions/decision_logs/${run}.md`,
      kind: 'decision',
      row: row.seq,
      run,
      edit: (before) =>
        withLine(before, {
          head: `# ${run}: what was decided\n\nIn order, each with its journal row.\n`,
          line: `- ${oneLine(text, 600)}`,
          row: row.seq,
        }),
    },
  ];
}

function decisionText(row: FactRow): string | undefined {
  const plan = dataOf('plan.made', row)?.plan;
  if (plan !== undefined) {
    const left = plan.rejected
      .slice(0, maxMoves)
      .map(({ name, version, why }) => `${name} ${version} (${oneLine(why, 120)})`);
    return `planned with ${plan.playbook}: ${movesText(plan.moves)}${left.length === 0 ? '' : `; left out ${left.join(', ')}`}`;
  }
  const answered = dataOf('plan.answered', row);
  if (answered !== undefined)
    return `plan ${answered.verdict} by ${answered.by.kind} ${answered.by.name}: ${answered.reason}`;
  const gated = dataOf('change.gated', row);
  if (gated !== undefined)
    return gated.fault === null
      ? `the gate proved ${gated.change}; not proven: ${gated.notProven.join(', ') || 'nothing that is known of'}`
      : `the gate found ${gated.verdict}: ${gated.fault.code} ${gated.fault.message}`;
  const reviewed = dataOf('review.answered', row);
  if (reviewed !== undefined)
    return `${reviewed.reviewer} ${reviewed.verdict} by ${reviewed.by.kind} ${reviewed.by.name}${reviewed.comment === null ? '' : `: ${reviewed.comment}`}`;
  const restore = dataOf('restore.created', row);
  if (restore !== undefined) return `restore point ${restore.tag}`;
  const switched = dataOf('service.switched', row);
  if (switched !== undefined)
    return `production ${switched.outcome}${switched.reason === null ? '' : `: ${switched.reason}`}`;
  const closed = dataOf('run.closed', row);
  return closed === undefined ? undefined : `ended as ${closed.state}`;
}

function movesText(moves: readonly PackageMove[]): string {
  if (moves.length === 0) return 'no package moves';
  const named = moves
    .slice(0, maxMoves)
    .map(({ name, from, to }) => `${name} ${from ?? 'nothing'} → ${to ?? 'nothing'}`);
  return `${named.join(', ')}${moves.length > maxMoves ? ` and ${moves.length - maxMoves} more` : ''}`;
}
