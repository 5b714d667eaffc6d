import type { Actor } from '../../domain/journal/actor.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { EngineContext } from '../context.ts';

/**
 * Returns who a program of ours is: the agent of the attempt whose mark it carries (`<installation>/r12.lock#1`); anybody else as given.
 * The mark comes from the process table, never from what was typed.
 */
export function actorOfMark({ config, ledger }: Pick<EngineContext, 'config' | 'ledger'>, by: Actor): Actor {
  if (by.kind !== 'program') return by;
  const [, run, step] = /^(r[1-9]\d*)\.([a-z][a-z0-9-]*)#\d+$/.exec(by.name.replace(`${config.id}/`, '')) ?? [];
  if (run === undefined || !by.name.startsWith(`${config.id}/`)) return by;
  const plan = dataOf('plan.made', ledger.latest(`plan:${run}`))?.plan;
  const agent = plan?.steps.find(({ id }) => id === step)?.agent;
  return agent === undefined ? by : { kind: 'program', name: agent };
}
