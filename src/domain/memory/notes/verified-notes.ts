import type { BootEvidence, Grade, SmokeEvidence } from '../../changes/evidence.ts';
import { gatedKey } from '../../changes/evidence.ts';
import { dataOf, type JournalKinds } from '../../journal/kinds.ts';
import type { Plan } from '../../plans/plan.ts';
import { dayOf, type FactReader, type FactRow, type MemoryNote, oneLine, withLine } from '../note.ts';
import { domainKey } from '../standard.ts';
import { matrixNote } from './matrix-note.ts';

const grades: readonly Grade[] = ['static', 'api', 'kernel', 'generation'];

/** Returns what a change teaches that merged and stayed: which versions were proven together, how well, and the way that led there. */
export function verifiedNotes(row: FactRow, journal: FactReader): readonly MemoryNote[] {
  const moved = dataOf('machine.moved', row);
  if (moved?.machine !== 'change' || moved.to !== 'verified') return [];
  const run = dataOf('change.drafted', journal.latest(`change:${moved.subject}`))?.run;
  const plan = dataOf('plan.made', journal.latest(`plan:${run ?? ''}`))?.plan;
  if (run === undefined || plan === undefined) return [];
  const gated = dataOf('change.gated', journal.latest(`gate:${moved.subject}`));
  const proven = gated === undefined ? [] : provenBy(gated, journal);
  const grade = grades.findLast((one) => proven.some((evidence) => evidence.grade === one)) ?? 'static';
  const way = wayNote(row, { plan, run, change: moved.subject, grade });
  if (plan.moves.length === 0) return [way];
  const boot = proven.find((one): one is BootEvidence => one.part === 'boot');
  const item = {
    day: dayOf(row.atMs),
    run,
    packages: Object.fromEntries(plan.moves.map(({ name, to }) => [name, to])),
    grade,
    torch: boot?.pytorchVersion ?? null,
    device: boot?.device ?? null,
    'not-proven': [...(gated?.notProven ?? [])],
  };
  return [way, matrixNote(row, { tree: plan.tree, run, list: 'proven', item })];
}

function provenBy(gated: JournalKinds['change.gated'], journal: FactReader): readonly (BootEvidence | SmokeEvidence)[] {
  return (['boot', 'smoke'] as const).flatMap((part) => {
    const recorded = dataOf('evidence.recorded', journal.latest(`evidence:${gatedKey(gated, part)}:${part}`));
    const evidence = recorded?.evidence;
    return evidence?.part === 'boot' || evidence?.part === 'smoke' ? [evidence] : [];
  });
}

/** What led to a change that stayed, so that the next one goes the same way. */
function wayNote(row: FactRow, about: { plan: Plan; run: string; change: string; grade: Grade }): MemoryNote {
  const { plan, run, change, grade } = about;
  const moves = plan.moves.slice(0, 6).map(({ name, from, to }) => `${name} ${from ?? 'nothing'} → ${to ?? 'nothing'}`);
  const what = [...moves, ...plan.notes.slice(0, 3).map((note) => oneLine(note, 120))].join('; ');
  return {
    key: domainKey(plan.tree, `patterns/${plan.playbook}.md`),
    kind: 'pattern',
    row: row.seq,
    run,
    edit: (before) =>
      withLine(before, {
        head: `# What worked: ${plan.playbook}\n\nChanges of this kind that merged and stayed, with the grade of their proof.\n`,
        line: `- ${dayOf(row.atMs)} ${run} (${change}, ${grade}): ${what === '' ? oneLine(plan.goalText, 120) : what}`,
        row: row.seq,
      }),
  };
}
