import type { Actor } from '../../domain/journal/actor.ts';
import type { RemovalItem, RemovalPlan, RemovalTarget } from '../../domain/removal/plan.ts';
import type { EngineContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import { forgetSlots } from '../tasks/tamper.ts';
import { carryOutRemoval } from './carry-out.ts';
import { planRemoval } from './plan-removal.ts';

/** A slot as something that can be taken away. */
export const slotTarget = ({ paths }: Pick<EngineContext, 'paths'>, name: string): RemovalTarget => ({
  kind: 'slot',
  name,
  dir: `${paths.trees}/${name}`,
});

/** Returns why a slot has to stay, as one clause, or undefined when nothing of it is needed. */
export const whyStays = ({ decision }: RemovalItem): string | undefined =>
  decision.kind === 'refused' ? decision.reasons.map(({ sentence }) => sentence).join('; ') : undefined;

/** Looks at slots that nobody should need: each goes, or stays for its reasons. Takes nothing. */
export const planSlots = (context: EngineContext, names: readonly string[]): Promise<RemovalPlan> =>
  planRemoval(
    context,
    names.map((name) => slotTarget(context, name)),
  );

/**
 * Takes away what a plan says, with its hash. A slot's git files go with it: that is our own doing, and of home's git files
 * nothing else is taken over. A repeat goes on where a kill left it.
 */
export async function takeAway(engine: Engine, plan: RemovalPlan, by: Actor): Promise<readonly string[]> {
  try {
    return await carryOutRemoval(engine, plan, by);
  } finally {
    const slots = plan.items.filter(({ target, decision }) => target.kind === 'slot' && decision.kind === 'trash');
    await forgetSlots(
      engine,
      slots.map(({ target }) => target.name),
    );
  }
}
