import type { Actor } from '../../domain/journal/actor.ts';
import type { RemovalItem, RemovalPlan, RemovalTarget } from '../../domain/removal/plan.ts';
import type { EngineContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import { acceptFingerprint, findTampering } from '../tasks/tamper.ts';
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
 * Takes away what a plan says, with its hash. A slot's git files go with it: that is our own doing, so what follows is compared with
 * the state after it. What was tampered with before stays as it is told. A repeat goes on where a kill left it.
 */
export async function takeAway(engine: Engine, plan: RemovalPlan, by: Actor): Promise<readonly string[]> {
  const { wasClean } = await engine.perform<{ wasClean: boolean }>(
    { key: `removal:${plan.hash}:clean`, name: "look at home's git files", input: { hash: plan.hash }, run: null },
    { act: async () => ({ wasClean: (await findTampering(engine)).length === 0 }) },
  );
  const ids = await carryOutRemoval(engine, plan, by);
  if (wasClean && ids.length > 0) await acceptFingerprint(engine, { kind: 'program', name: 'slot' }, null);
  return ids;
}
