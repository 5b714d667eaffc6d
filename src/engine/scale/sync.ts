import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { RemovalPlan } from '../../domain/removal/plan.ts';
import { type FoundFolder, planSync, syncHash, type SyncStep } from '../../domain/scale/sync-plan.ts';
import type { EngineContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import { planSlots, takeAway, whyStays } from '../removal/take-away.ts';
import { slotNamesOf } from './slots-of.ts';

export interface SyncPreview {
  readonly hash: string;
  readonly steps: readonly SyncStep[];
  /** How the slots that go are taken away. */
  readonly removal: RemovalPlan;
}

/** Finds out what would make the folders below `trees/` agree with the definitions. Moves nothing. */
export async function previewSync(context: EngineContext): Promise<SyncPreview> {
  const trees = new Map(
    [...context.definitions.trees.values()].map((tree) => [tree.id, slotNamesOf(context, tree)] as const),
  );
  const wanted = new Set([...trees.values()].flat());
  const slots = await context.home.listSlots();
  const isOurs = (name: string): boolean => context.ledger.latest(`lease:slot:${name}`) !== undefined;
  const mayGo = slots.filter(({ name, state }) =>
    wanted.has(name) ? state === 'half' : isOurs(name) || trees.has(name.split('@')[0] ?? ''),
  );
  const looked = await planSlots(
    context,
    mayGo.map(({ name }) => name),
  );
  const found = slots.map(({ name, state }): FoundFolder => {
    const run = dataOf('lease.taken', context.ledger.latest(`lease:slot:${name}`))?.run;
    const holder = run !== undefined && !context.ledger.latest(`close:${run}`) ? run : null;
    const item = looked.items.find(({ target }) => target.name === name);
    return { name, state, isOurs: isOurs(name), holder, kept: (item && whyStays(item)) ?? null };
  });
  const steps = planSync({ trees, found });
  const going = steps.flatMap(({ act, slot }) => (act === 'trash' ? [slot] : []));
  const removal = await planSlots(context, going);
  const hash = syncHash([...steps], removal.hash, (text) => context.outside.digest.sha256(text));
  return { steps, removal, hash };
}

/**
 * Carries out the plan of that hash, and answers the request with it. Called again for the same request after a kill, it goes
 * on with the plan that it began. Faults: `CHANGE_MOVED`, `PLAN_MOVED` when something is not as it was shown.
 */
export async function carryOutSync(
  engine: Engine,
  options: { readonly hash: string; readonly by: Actor; readonly request: number },
): Promise<void> {
  const { by, request } = options;
  const { hash, steps, removal } = await engine.perform<SyncPreview>(
    { key: `sync:${request}:plan`, name: 'fix what is moved', input: { hash: options.hash }, run: null },
    { act: () => fixPlan(engine, options.hash) },
  );
  await takeAway(engine, removal, by);
  const answer: JsonObject = { kind: 'accepted', run: null, sentence: 'The slots agree with the definitions.' };
  await engine.ledger.append(
    [row('trees.synced', { hash, steps, by }, { keys: ['trees-synced'] })],
    [{ id: request, answer }],
  );
}

async function fixPlan(engine: Engine, seen: string): Promise<SyncPreview> {
  const plan = await previewSync(engine);
  if (plan.hash === seen) return plan;
  throw new Fault('CHANGE_MOVED', 'What would be done below trees/ is something else now than what you saw.', {
    hints: ['orchestrate trees sync --dry-run'],
    state: 'Nothing was moved.',
  });
}
