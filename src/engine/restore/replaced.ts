import { Fault } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import type { EngineContext } from '../context.ts';
import { findEnvironment } from '../environments/named.ts';
import { requireUnused } from '../environments/replace.ts';
import { createWheelFinder } from '../space/kept-wheels.ts';

/**
 * Returns the environment that a way back leads to when its files are not the ones that were built, with the sentence
 * that a person has to say yes to. Faults: `ENVIRONMENT_DRIFTED` when it could not be built again from kept wheels,
 * `ENVIRONMENT_IN_USE` while anything runs from it.
 */
export async function findReplaced(
  context: EngineContext,
  tree: GitTreeId,
  to: string,
): Promise<{ environment: string; why: string } | undefined> {
  const kept = await (await createWheelFinder(context)).ofTree(tree);
  if (kept === null) return undefined;
  const { id: environment, dir, condition, isBorrowed } = await findEnvironment(context, kept.lockText);
  // A borrowed one is nobody's to move.
  if (condition.kind !== 'drifted' || isBorrowed) return undefined;
  const { changed } = condition;
  const named = `${changed.slice(0, 3).join(', ')}${changed.length > 3 ? ` and ${changed.length - 3} more` : ''}`;
  if (!kept.hasAll) {
    throw new Fault(
      'ENVIRONMENT_DRIFTED',
      `Files of the environment of ${to} are not the ones that were built (${named}), and not all of its wheels are kept: it cannot be built again offline.`,
      {
        hints: [`Look at ${dir}`],
        state: 'Nothing was changed.',
        data: { environment, changed: changed.slice(0, 50) },
      },
    );
  }
  requireUnused(context, environment);
  return {
    environment,
    why: `files of the environment of ${to} are not the ones that were built (${named}); they are kept in trash, and it is built again from kept wheels`,
  };
}
