import { Fault } from '../../../base/fault.ts';
import type { GitTreeId } from '../../../base/ids.ts';
import { lockMeets } from '../../../domain/environments/lock-meets.ts';
import { borrowedInterpreter, parseLock } from '../../../domain/environments/lock.ts';
import type { PackageMove } from '../../../domain/plans/plan.ts';
import type { Engine } from '../../engine.ts';
import { findEnvironment } from '../../environments/named.ts';
import { readDeclaration } from '../../instances/compose.ts';
import type { ProofCost } from '../template.ts';

/**
 * Finds out what proving the proposed tree needs besides its files. A malformed declaration is told now, before anything
 * is composed from it. Fault: `LOCK_INVALID` when requirements were changed and the lock was not.
 */
export async function environmentCost(
  engine: Engine,
  { baseTree, proposed }: { baseTree: GitTreeId; proposed: GitTreeId },
): Promise<ProofCost> {
  const before = await readDeclaration(engine, baseTree);
  const after = await readDeclaration(engine, proposed);
  if (before.lockText === after.lockText && before.requirementsText === after.requirementsText)
    return { downloadBytes: 0, moves: [], warnings: [] };
  const isBorrowed = borrowedInterpreter(after.lockText) !== undefined;
  const packages = isBorrowed ? [] : parseLock({ file: 'requirements.lock', text: after.lockText });
  const unmet = isBorrowed ? [] : lockMeets(after.requirementsText, packages);
  if (unmet.length > 0)
    throw new Fault('LOCK_INVALID', `requirements.lock does not meet requirements.in: ${unmet.slice(0, 3).join(' ')}`, {
      hints: [
        'orchestrate run "add <package>"   (changes requirements.in and the lock together)',
        'git commit requirements.in   in home, then   orchestrate run "relock"',
      ],
      state: 'Nothing was changed, and nothing there was touched.',
    });
  const isThere = (await findEnvironment(engine, after.lockText)).condition.kind === 'intact';
  return {
    downloadBytes: isThere ? 0 : null,
    moves: isBorrowed || borrowedInterpreter(before.lockText) !== undefined ? [] : movesOf(before.lockText, packages),
    warnings: isThere ? [] : ['the lock names an environment that is not built yet: proving it downloads packages'],
  };
}

function movesOf(beforeText: string, now: ReturnType<typeof parseLock>): readonly PackageMove[] {
  const before = new Map(
    parseLock({ file: 'requirements.lock', text: beforeText }).map((one) => [one.name, one.version]),
  );
  const after = new Map(now.map((one) => [one.name, one.version]));
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((name) => ({ name, from: before.get(name) ?? null, to: after.get(name) ?? null }))
    .filter((move) => move.from !== move.to);
}
