import { Fault } from '../../base/fault.ts';
import { didYouMean } from '../../domain/definitions/did-you-mean.ts';
import { mostSlots } from '../../domain/definitions/tree.ts';
import type { Tree } from '../../domain/definitions/types.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { row } from '../../domain/journal/kinds.ts';
import { nextStep, whyNoRoom } from '../../domain/scale/rule.ts';
import type { Engine } from '../engine.ts';
import { planSlots, takeAway } from '../removal/take-away.ts';
import { slotNamesOf, slotsOf } from './slots-of.ts';

/** Returns the tree. Fault `TREE_NOT_FOUND` with the nearest id. */
export function requireTree(engine: Pick<Engine, 'definitions'>, id: string): Tree {
  const tree = engine.definitions.trees.get(id);
  if (tree) return tree;
  const known = [...engine.definitions.trees.keys()];
  throw new Fault('TREE_NOT_FOUND', `There is no tree ${id}.${didYouMean(id, known)}`, {
    hints: [`Trees: ${known.join(', ')}`],
    state: 'Nothing was changed.',
    data: { tree: id, known },
  });
}

/**
 * Sets how many slots a tree has from now on. More: whoever waits gets one at once. Fewer: those beyond are no longer
 * given out, and the idle clean ones among them go to trash. Faults: `TREE_NOT_FOUND`, `NOTHING_TO_DO`, `SCALE_NO_ROOM`.
 */
export async function scaleTree(
  engine: Engine,
  options: {
    readonly tree: string;
    readonly slots: number;
    readonly cause: 'asked' | 'waiting' | 'idle';
    readonly reason: string;
    readonly by: Actor;
    readonly answers?: Parameters<Engine['ledger']['append']>[1];
  },
): Promise<void> {
  const { slots, cause, reason, by } = options;
  const tree = requireTree(engine, options.tree);
  const before = slotsOf(engine, tree);
  if (!Number.isInteger(slots) || slots < 1 || slots > mostSlots)
    throw new Fault('USAGE_BAD_ARGUMENT', `A tree has 1 to ${mostSlots} slots, not ${slots}.`, {
      state: 'Nothing was changed.',
    });
  if (slots === before)
    throw new Fault('NOTHING_TO_DO', `${tree.id} has ${slots} already.`, { state: 'Nothing was changed.' });
  if (slots > before) await requireRoom(engine, { tree: tree.id, before, slots });
  await engine.ledger.append(
    [
      row(
        'tree.scaled',
        { tree: tree.id, slots, before, file: tree.slots, cause, reason, by },
        { keys: [`tree-scale:${tree.id}`] },
      ),
    ],
    options.answers,
  );
  engine.leases.wake();
}

async function requireRoom(
  engine: Engine,
  { tree, before, slots }: { tree: string; before: number; slots: number },
): Promise<void> {
  const nMore = slots - before;
  const why = await findNoRoom(engine, nMore);
  if (why === undefined) return;
  const wanted = nMore === 1 ? 'one more slot' : `${nMore} more slots`;
  throw new Fault('SCALE_NO_ROOM', `There is no room for ${wanted} of ${tree}: ${why}.`, {
    hints: ['orchestrate restore prune', `orchestrate trees scale ${tree} ${before}   (as it is)`],
    state: `${tree} has ${before} as before.`,
  });
}

async function findNoRoom(engine: Engine, nMore: number): Promise<string | undefined> {
  const { files, host } = engine.outside;
  return whyNoRoom({
    memoryBytes: host.availableMemoryBytes(),
    diskBytes: await files.freeBytes(engine.paths.home),
    nMore,
  });
}

/** Takes away the slots of a tree beyond the number in force that nobody needs; what stays is told by `trees list`. */
export async function fitTree(engine: Engine, id: string, by: Actor): Promise<void> {
  const names = slotNamesOf(engine, requireTree(engine, id));
  const beyond = (await engine.home.listSlots())
    .map(({ name }) => name)
    .filter((name) => name.startsWith(`${id}@`) && /@[2-9]$/.test(name) && !names.includes(name));
  if (beyond.length === 0) return;
  const plan = await planSlots(engine, beyond);
  await takeAway(engine, plan, by);
}

/** Lets each tree with a rule follow its line. A step is one slot; the next look decides about the next one. */
export async function scaleByRule(engine: Engine): Promise<void> {
  for (const tree of engine.definitions.trees.values()) {
    if (tree.scale === null) continue;
    const step = nextStep(tree.scale, factsOf(engine, tree));
    if (step === undefined) continue;
    const why = step.cause === 'waiting' ? await findNoRoom(engine, 1) : undefined;
    if (why !== undefined) {
      engine.outside.log.info('a tree does not get one more slot', { tree: tree.id, why });
      continue;
    }
    const by: Actor = { kind: 'rule', name: `scale of ${tree.id}` };
    await scaleTree(engine, { tree: tree.id, ...step, by });
    if (step.cause === 'idle') await fitIfStill(engine, tree.id, by);
  }
}

/** What moved under it, as by a `trees clean` at the same time, is left for the next `trees sync`: a look around goes on. */
async function fitIfStill(engine: Engine, tree: string, by: Actor): Promise<void> {
  try {
    await fitTree(engine, tree, by);
  } catch (error) {
    if (!(error instanceof Fault) || ['EPOCH_OLD', 'LEDGER_UNAVAILABLE'].includes(error.code)) throw error;
    engine.outside.log.warn('slots beyond the number were left', { tree, ...error.toRecord() });
  }
}

function factsOf(engine: Engine, tree: Tree): Parameters<typeof nextStep>[1] {
  const names = slotNamesOf(engine, tree);
  const nHeld = names.filter((name) => engine.leases.holderOf(name) !== undefined).length;
  // Whatever moved last among its slots and their number: from then on one was to spare.
  const keys = [`tree-scale:${tree.id}`, ...names.map((name) => `lease:slot:${name}`)];
  const movedMs = Math.max(0, ...keys.map((key) => engine.ledger.latest(key)?.atMs ?? 0));
  return {
    slots: names.length,
    nWaiting: engine.leases.waitingFor(tree.id).length,
    nHeld,
    spareMs: nHeld < names.length ? engine.outside.clock.nowMs() - movedMs : 0,
  };
}
