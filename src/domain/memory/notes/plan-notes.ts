import { dataOf } from '../../journal/kinds.ts';
import type { Plan } from '../../plans/plan.ts';
import { dayOf, type FactRow, type MemoryNote, oneLine, withLine } from '../note.ts';
import { domainKey } from '../standard.ts';

const conflictsHead = `# Requirements that fought

Who asked for what, and what was chosen. A line names the journal row that it rests on: \`orchestrate journal tail --row <number>\`
`;

/** Promises that one plan breaks and a line each tells: a plan that breaks more is told by its row. */
const maxPromises = 8;

/** Returns what a plan teaches: what it leaves out and why, and which promises it breaks. */
export function planNotes(row: FactRow): readonly MemoryNote[] {
  const plan = dataOf('plan.made', row)?.plan;
  if (plan === undefined) return [];
  const told = conflictText(plan);
  return told === undefined ? [] : [conflictNote(row, { tree: plan.tree, text: told })];
}

function conflictText({ rejected, brokenPromises = [] }: Plan): string | undefined {
  const parts = [
    ...rejected
      .slice(0, maxPromises)
      .map(({ name, version, why }) => `${name} ${version} was left out: ${oneLine(why)}`),
    ...brokenPromises.slice(0, maxPromises).map((one) => promiseText(one)),
  ];
  const more = rejected.length + brokenPromises.length - parts.length;
  if (parts.length === 0) return undefined;
  return `${parts.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

const promiseText = ({ pack, requirement, chosen }: NonNullable<Plan['brokenPromises']>[number]): string =>
  oneLine(`${pack} asks for ${requirement} and gets ${chosen ?? 'nothing'}`);

/** Returns the note of one line in the list of conflicts. */
export const conflictNote = (row: FactRow, { tree, text }: { tree: string; text: string }): MemoryNote => ({
  key: domainKey(tree, 'dependency_conflicts.md'),
  kind: 'decision',
  row: row.seq,
  run: row.run,
  edit: (before) =>
    withLine(before, {
      head: conflictsHead,
      line: `- ${dayOf(row.atMs)} ${row.run ?? 'nobody'}: ${text}`,
      row: row.seq,
    }),
});
