import { Fault } from '../../base/fault.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import type { RemovalItem, RemovalPlan } from '../../domain/removal/plan.ts';
import type { EngineContext } from '../context.ts';
import type { Performer } from '../effects/perform.ts';
import type { Engine } from '../engine.ts';
import { rescueCommits } from './back-up.ts';
import { noteTrash } from './note-trash.ts';
import { planOne, planRemoval } from './plan-removal.ts';

type Removing = EngineContext & Performer & Pick<Engine, 'leases'>;

/**
 * Takes away what the plan says, and nothing else: the plan is made anew and has to be the same one, and each target is
 * looked at once more just before it is moved. Everything goes to the trash with a record and, where it holds work, a
 * backup ref. Called again after a kill it goes on where it was: the hash of a plan stands for it for all time.
 * Faults: `PLAN_MOVED` when anything is not as it was shown; what was moved before it is in the trash.
 */
export async function carryOutRemoval(engine: Removing, plan: RemovalPlan, by: Actor): Promise<readonly string[]> {
  const key = `removal:${plan.hash}`;
  // What is done is what was found now, under the same hash: nothing else of a request is believed.
  const fixed = await engine.perform<RemovalPlan>(
    { key: `${key}:plan`, name: 'fix what is taken away', input: { hash: plan.hash }, run: null },
    {
      act: async () => {
        const targets = plan.items.map(({ target }) => target);
        const now = await planRemoval(engine, targets, { toTrash: plan.toTrash });
        if (now.hash !== plan.hash) throw planMoved('Nothing was taken away.');
        return now;
      },
    },
  );
  const ids: string[] = [];
  for (const item of fixed.items) {
    if (item.decision.kind !== 'trash') continue;
    const { id } = await takeAway(engine, { key, item, plan: fixed, by, ids });
    if (id !== null) ids.push(id);
  }
  return ids;
}

export const planMoved = (state: string): Fault =>
  new Fault('PLAN_MOVED', 'What would be taken away is something else now than what was shown.', {
    state,
    hints: ['Look again, and decide anew.'],
  });

async function takeAway(
  engine: Removing,
  options: { key: string; item: RemovalItem; plan: RemovalPlan; by: Actor; ids: readonly string[] },
): Promise<{ id: string | null }> {
  const { key, item, plan, by, ids } = options;
  const { target, decision } = item;
  if (decision.kind !== 'trash') return { id: null };
  const { place } = decision;
  return engine.perform(
    { key: `${key}:${target.dir}`, name: `move ${target.name} to trash`, input: { ...target, place }, run: null },
    {
      act: async () => {
        // From the last look to the move no run is given the slot.
        const release = target.kind === 'slot' ? await engine.leases.hold(target.name) : () => undefined;
        if (release === undefined) throw movedMeanwhile(ids);
        try {
          // What lies in the place and no longer where it lay was moved by this very effect, which was cut off before its record.
          const { files } = engine.outside;
          const isMoved = (await files.info(place)) !== undefined && (await files.info(target.dir)) === undefined;
          if (!isMoved) await requireAsShown(engine, { item, plan, ids });
          await move(engine, item, place);
          return { id: await note(engine, { item, place, plan, by }) };
        } finally {
          release();
        }
      },
    },
  );
}

const movedMeanwhile = (ids: readonly string[]): Fault =>
  planMoved(ids.length === 0 ? 'Nothing was taken away.' : `Already in the trash: ${ids.join(', ')}; the rest stays.`);

/** The last look, just before something is moved. */
async function requireAsShown(
  engine: EngineContext,
  { item, plan, ids }: { item: RemovalItem; plan: RemovalPlan; ids: readonly string[] },
): Promise<void> {
  const now = await planOne(engine, item.target, plan.toTrash);
  if (now.state === item.state && now.decision.kind === 'trash') return;
  throw movedMeanwhile(ids);
}

async function move(engine: EngineContext, { target }: RemovalItem, place: string): Promise<void> {
  const { files } = engine.outside;
  if (target.kind === 'slot') {
    const facts = (await engine.home.listWorktrees()).find((one) => one.dir === target.dir);
    await rescueCommits(engine, facts);
    await engine.home.removeSlot({ slot: { name: target.name, dir: target.dir }, trashDir: place });
    return;
  }
  if ((await files.info(target.dir)) === undefined) return;
  await files.ensureDir(place);
  await files.rename(target.dir, `${place}/${target.name}`);
}

function note(
  engine: EngineContext,
  options: { item: RemovalItem; place: string; plan: RemovalPlan; by: Actor },
): Promise<string | null> {
  const { item, place, plan, by } = options;
  const { target, decision } = item;
  const holds = decision.kind === 'trash' ? decision.holds : [];
  const why = holds.length === 0 ? `${by.name} took it away` : holds.map(({ sentence }) => sentence).join('; ');
  const what = target.kind === 'slot' ? 'slot' : 'instance';
  return noteTrash(engine, { place, what, name: target.name, from: target.dir, why, run: null, by, plan: plan.hash });
}
