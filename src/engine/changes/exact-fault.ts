import { Fault } from '../../base/fault.ts';
import { factText } from '../../domain/changes/fact-text.ts';
import { isSolvedByHand } from '../../domain/changes/hand-solved.ts';

/** Names at most this many in a sentence; all are in the data. */
const maxNamed = 5;

/** Returns the fault of a change that cannot be put onto the branch without somebody deciding. */
export function conflictFault(conflict: {
  readonly change: string;
  readonly goalText: string;
  readonly isRestore: boolean;
  readonly paths: readonly string[];
  readonly facts: readonly string[];
  /** One sentence that says more than the names do. */
  readonly reason?: string;
}): Fault {
  const { change, goalText, isRestore, paths, facts, reason } = conflict;
  const again = isRestore
    ? 'Ask for the way back once more: it starts from the branch as it is now.'
    : `orchestrate run ${JSON.stringify(goalText)}   (again, on the branch as it is now)`;
  return new Fault('CHANGE_CONFLICT', reason ?? sentenceOf({ change, paths, facts }), {
    hints: [
      ...(isSolvedByHand({ paths, facts }) ? [byHand(change, paths)] : []),
      `orchestrate review reject ${change}`,
      again,
    ],
    state: 'The branch and production are as they were; the proposed files are kept.',
    data: { paths, facts },
  });
}

const byHand = (change: string, [first = '']: readonly string[]): string =>
  `orchestrate review resubmit ${change}   (once ${first} in its slot is what it shall be on the branch)`;

function sentenceOf({
  change,
  paths,
  facts,
}: {
  change: string;
  paths: readonly string[];
  facts: readonly string[];
}): string {
  const named = (all: readonly string[]): string =>
    `${all.slice(0, maxNamed).join(', ')}${all.length > maxNamed ? ` and ${all.length - maxNamed} more` : ''}`;
  if (facts.length > 0)
    return `The branch has moved, and ${change} makes something else of ${named(facts.map(factText))} than the branch does.`;
  return `The branch has moved, and ${change} edits the same lines: ${named(paths)}.`;
}
