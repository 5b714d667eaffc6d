import { Fault } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { borrowedInterpreter } from '../../domain/environments/lock.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { packagesDifference } from '../../domain/outside/compare.ts';
import { type Found, unknownAuthor } from '../../domain/outside/difference.ts';
import type { Survey } from '../../ports/index.ts';
import { type EngineContext, markOf } from '../context.ts';
import { declaredEnvironment, prefixOf } from '../environments/named.ts';

/**
 * Compares the environment that the branch borrows with what was recorded when it was taken. A branch whose environment
 * is built from wheels borrows none: that one is watched by its manifest.
 */
export async function borrowedDifferences(context: EngineContext, tree: GitTreeId): Promise<readonly Found[]> {
  const bytes = await context.store.readFile(tree, 'requirements.lock');
  const lockText = new TextDecoder().decode(bytes);
  const program = borrowedInterpreter(lockText);
  if (program === undefined) return [];
  const id = await declaredEnvironment(context, lockText);
  const recorded = dataOf('environment.borrowed', context.ledger.latest(`borrowed:${id}`));
  if (recorded === undefined) return [];
  const survey = await surveyOrGone(context, program);
  if (survey === undefined) return [gone(program)];
  const { fingerprint, packages } = survey;
  const found = packagesDifference({ program, ...recorded }, { program, fingerprint, packages });
  return found === undefined ? [] : [found];
}

async function surveyOrGone(context: EngineContext, python: string): Promise<Survey | undefined> {
  try {
    return await context.outside.python.survey({ python, mark: markOf(context, 'outside') });
  } catch (error) {
    if (error instanceof Fault && error.code === 'PYTHON_MISSING') return undefined;
    throw error;
  }
}

const gone = (program: string): Found => ({
  kind: 'packages',
  subject: program,
  how: 'removed',
  name: 'interpreter',
  from: null,
  to: null,
  details: [`${prefixOf(program)} has no interpreter any more`],
  nDetails: 1,
  when: null,
  who: unknownAuthor,
  mark: 'gone',
  take: null,
  whyNot: 'bring it back, or have the environment built by a run',
});
