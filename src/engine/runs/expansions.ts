import type { Json } from '../../base/json.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Expansions } from '../../domain/plans/expand.ts';
import type { EngineContext } from '../context.ts';
import { stepIdOf } from './tasks-of.ts';

/** Returns what the `forEach` steps of a run are done for, as far as it was found. */
export function expansionsOf({ ledger }: Pick<EngineContext, 'ledger'>, run: string): Expansions {
  const rows = ledger.read({ run, kinds: ['step.expanded'], limit: 1_000 });
  return new Map(
    rows.flatMap((entry): [string, readonly Json[]][] => {
      const expanded = dataOf('step.expanded', entry);
      return expanded ? [[stepIdOf(run, expanded.task), expanded.items]] : [];
    }),
  );
}
