import type { Condition } from '../../domain/conditions/condition.ts';
import { type ConditionStanding, standingOf } from '../../domain/conditions/standing.ts';
import type { EngineContext } from '../context.ts';
import { momentOf } from '../moment.ts';

type StandingContext = Pick<EngineContext, 'ledger'> & {
  readonly outside: Pick<EngineContext['outside'], 'clock'>;
};

/** Returns where a condition stands now. */
export const standingNow = ({ ledger, outside }: StandingContext, name: string): ConditionStanding =>
  standingOf(ledger.latest(`condition:${name}`), momentOf(outside.clock));

/** Returns the condition while it holds. */
export function findHolding(context: StandingContext, name: string): Condition | undefined {
  const standing = standingNow(context, name);
  return standing.kind === 'holds' ? standing.condition : undefined;
}
