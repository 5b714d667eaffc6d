import type { GitTreeId } from '../../base/ids.ts';
import { borrowedInterpreter } from '../../domain/environments/lock.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { packagesDifference } from '../../domain/outside/compare.ts';
import { type Found, unknownAuthor } from '../../domain/outside/difference.ts';
import type { EngineContext } from '../context.ts';
import { declaredEnvironment, prefixOf } from '../environments/named.ts';
import { settleTouched, surveyBorrowed } from '../environments/survey-borrowed.ts';

/**
 * Compares the environment that the branch borrows with what was recorded when it was taken. A branch whose environment
 * is built from wheels borrows none: that one is watched by its manifest. Where only times of files moved, that is written down.
 */
export async function borrowedDifferences(context: EngineContext, tree: GitTreeId): Promise<readonly Found[]> {
  const bytes = await context.store.readFile(tree, 'requirements.lock');
  const lockText = new TextDecoder().decode(bytes);
  const program = borrowedInterpreter(lockText);
  if (program === undefined) return [];
  const id = await declaredEnvironment(context, lockText);
  const recorded = dataOf('environment.borrowed', context.ledger.latest(`borrowed:${id}`));
  if (recorded === undefined) return [];
  const now = await surveyBorrowed(context, { recorded, python: program, occasion: 'outside' });
  if (now === undefined) return [gone(program)];
  if (now.is === 'touched') await settleTouched(context, now);
  if (now.is !== 'moved') return [];
  const { fingerprint, packages } = now.survey;
  const found = packagesDifference({ program, ...recorded }, { program, fingerprint, packages });
  return found === undefined ? [] : [found];
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
