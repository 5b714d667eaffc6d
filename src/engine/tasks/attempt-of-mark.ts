import { dataOf } from '../../domain/journal/kinds.ts';
import { takenBackBy } from '../../domain/plans/take-back.ts';
import type { EngineContext } from '../context.ts';

/** The attempt that a program of ours descends from. */
export interface MarkedAttempt {
  readonly run: string;
  readonly agent: string;
  readonly tree: string;
}

type Reading = Pick<EngineContext, 'config' | 'definitions' | 'ledger'>;

/**
 * Returns the attempt that a mark names (`<installation>/r12.lock#1`, also one of a list and one that takes another back); undefined for
 * a mark of another installation, and for what is no attempt at a step of a plan. The mark comes from the process table, never from what
 * was typed.
 */
export function attemptOfMark({ config, definitions, ledger }: Reading, mark: string): MarkedAttempt | undefined {
  if (!mark.startsWith(`${config.id}/`)) return undefined;
  const [, run, step = ''] =
    /^(r[1-9]\d*)\.([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*)#\d+$/.exec(mark.slice(config.id.length + 1)) ?? [];
  const plan = dataOf('plan.made', ledger.latest(`plan:${run}`))?.plan;
  const agent = plan?.steps.find(({ id }) => id === plannedId(step))?.agent;
  if (run === undefined || plan === undefined || agent === undefined) return undefined;
  return { run, agent, tree: definitions.agents.get(agent)?.tree ?? plan.tree };
}

/** `smoke` for `smoke.2`, `undo.smoke` and `undo.smoke.2`. */
const plannedId = (step: string): string => (takenBackBy(step) ?? step).replace(/\.\d+$/, '');
