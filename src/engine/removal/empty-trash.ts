import type { Actor } from '../../domain/journal/actor.ts';
import { row } from '../../domain/journal/kinds.ts';
import { type Emptied, type EmptyChoice, type EmptyPlan, planEmptying } from '../../domain/removal/empty-plan.ts';
import type { EngineContext } from '../context.ts';
import type { Performer } from '../effects/perform.ts';
import { planMoved } from './carry-out.ts';
import { readTrash, requireTrash } from './read-trash.ts';

/** Finds out what emptying the trash would take away for good. Takes nothing. Fault `TRASH_NOT_FOUND`. */
export async function planEmpty(context: EngineContext, choice: EmptyChoice): Promise<EmptyPlan> {
  const { clock, digest, processes } = context.outside;
  const ids = choice.ids.map((id) => requireTrash(context, id).id);
  const items = readTrash(context);
  const inUse = new Set<string>();
  const busy = (await processes.inside(context.paths.trash)) ?? [];
  // Looked at one by one only where somebody is in the trash at all.
  if (busy.length > 0)
    for (const item of items)
      if (item.state === 'there' && ((await processes.inside(item.place)) ?? []).length > 0) inUse.add(item.id);
  return planEmptying(items, {
    ...choice,
    ids,
    nowMs: clock.nowMs(),
    inUse,
    sha256: (text) => digest.sha256(text),
  });
}

/**
 * Takes away what the plan of that hash names. Nobody but a person starts this. Called again with the same key it goes
 * on where it was. Fault `PLAN_MOVED` when the plan is another one now.
 */
export async function emptyTrash(
  engine: EngineContext & Performer,
  options: { choice: EmptyChoice; hash: string; key: string; by: Actor },
): Promise<EmptyPlan> {
  const { choice, hash, key, by } = options;
  const plan = await engine.perform<EmptyPlan>(
    { key: `${key}:plan`, name: 'fix what is emptied', input: { hash }, run: null },
    {
      act: async () => {
        const now = await planEmpty(engine, choice);
        if (now.hash !== hash) throw planMoved('Nothing was taken away.');
        return now;
      },
    },
  );
  for (const item of plan.items) {
    await engine.perform(
      { key: `${key}:${item.id}`, name: 'empty', input: { id: item.id, place: item.place }, run: null },
      {
        act: async () => {
          await takeForGood(engine, item);
          await engine.ledger.append([emptiedRow(item, by)]);
          return { id: item.id };
        },
      },
    );
  }
  return plan;
}

const emptiedRow = ({ id, place, sizeBytes, ref, refGoes }: Emptied, by: Actor) =>
  row(
    'trash.emptied',
    { id, place, sizeBytes, ref: refGoes ? null : ref, by },
    { run: null, keys: [`trash:${id}`, 'trash:emptied'] },
  );

/** The folder first: a kill leaves the backup of what is gone, never nothing. */
async function takeForGood({ outside, paths, store }: EngineContext, item: Emptied): Promise<void> {
  if (!item.place.startsWith(`${paths.trash}/`) || item.place.includes('/../'))
    throw new Error(`not in the trash: ${item.place}`);
  await outside.files.remove(item.place);
  if (!item.refGoes || item.ref === null) return;
  const held = await store.findRef(item.ref);
  if (held !== undefined) await store.updateRefs([{ ref: item.ref, from: held, to: null }]);
}

/** Writes down what went with a folder of the trash that a prune removed. Its backups go, too: it held no work. */
export async function noteEmptied(engine: EngineContext, path: string, by: Actor): Promise<void> {
  for (const item of readTrash(engine)) {
    if (item.state !== 'there' || (item.place !== path && !item.place.startsWith(`${path}/`))) continue;
    const emptied: Emptied = { ...item, refGoes: item.ref !== null };
    await takeForGood(engine, emptied);
    await engine.ledger.append([emptiedRow(emptied, by)]);
  }
}
