import { Fault } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { snapshotLimits } from '../../domain/changes/snapshot-rules.ts';
import type { Tree } from '../../domain/definitions/types.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { stopAndWait } from '../instances/ensure.ts';
import { settle } from '../machines/settle.ts';
import { slotNamesOf } from '../scale/slots-of.ts';

export type ShownSlot = JournalKinds['slot.shown'];

/** The instance that shows the slot now, if one does. */
export function findShown({ ledger, host }: Engine, slot: string): ShownSlot | undefined {
  const shown = dataOf('slot.shown', ledger.latest(`shown:${slot}`));
  const state = shown === undefined ? undefined : host.find(shown.instance)?.state;
  return state === undefined || state === 'stopped' || state === 'stopping' ? undefined : shown;
}

/**
 * Starts the files of a slot, as they are now, on a port of their own for a person to look at, and proves who answers there. What the slot
 * is used for later does not change what is shown. A slot that is shown already, of the same files, is shown for that time from now on: a repeat
 * is safe. Faults: `NOTHING_TO_DO` while earlier files of it are shown, `SLOT_NOT_FOUND`, `SLOT_BUSY` while a run works in it, `TREE_REFUSED`, `PORT_NONE_FREE`, those of a start.
 */
export async function showSlot(
  engine: Engine,
  { slot, forMs, by }: { readonly slot: string; readonly forMs: number; readonly by: Actor },
): Promise<ShownSlot> {
  const known = findShown(engine, slot);
  if (known !== undefined) return showOn(engine, known, { forMs, by });
  const tree = requireSlot(engine, slot);
  const gitTree = await snapshotFree(engine, slot);
  const reserved = await engine.leases.reservePort(tree.homePort);
  try {
    const { port } = reserved;
    const untilMs = engine.outside.clock.nowMs() + forMs;
    const instance = await engine.template.show(engine, {
      tree: gitTree,
      port,
      beside: (instance) => {
        const data = { slot, instance, gitTree, port, untilMs, forMs, by };
        return [row('slot.shown', data, { keys: keysOf(data) })];
      },
    });
    return await awaitUp(engine, { slot, instance, gitTree, port, untilMs, forMs, by });
  } finally {
    reserved.release();
  }
}

/** Gives what is shown the time that is asked for now. */
async function showOn(
  engine: Engine,
  known: ShownSlot,
  { forMs, by }: { readonly forMs: number; readonly by: Actor },
): Promise<ShownSlot> {
  const { slot, instance, port } = known;
  if ((await snapshotFree(engine, slot)) !== known.gitTree)
    throw new Fault(
      'NOTHING_TO_DO',
      `${instance} on :${port} shows ${slot} as it was before: its files are others now.`,
      {
        state: `${instance} goes on as it was.`,
        hints: [`orchestrate service stop --slot ${slot}`, `orchestrate service start --slot ${slot}`],
      },
    );
  const shown = { ...known, untilMs: engine.outside.clock.nowMs() + forMs, forMs, by };
  await engine.ledger.append([row('slot.shown', shown, { keys: keysOf(shown) })]);
  return awaitUp(engine, shown);
}

const keysOf = ({ slot, instance }: Pick<ShownSlot, 'slot' | 'instance'>): string[] => [
  `shown:${slot}`,
  `shown-by:${instance}`,
];

/** Stops what shows the slot. Fault `SERVICE_NOT_RUNNING` where nothing does. */
export async function hideSlot(engine: Engine, slot: string): Promise<ShownSlot> {
  requireSlot(engine, slot);
  const shown = findShown(engine, slot);
  if (shown === undefined)
    throw new Fault('SERVICE_NOT_RUNNING', `Nothing shows ${slot}.`, {
      state: 'Nothing was changed.',
      hints: [`orchestrate service start --slot ${slot}`],
    });
  await noteHidden(engine, shown, 'asked');
  await stopAndWait(engine, shown.instance);
  return shown;
}

export const noteHidden = (
  engine: Engine,
  { slot, instance }: ShownSlot,
  why: JournalKinds['slot.hidden']['why'],
): Promise<unknown> => engine.ledger.append([row('slot.hidden', { slot, instance, why }, { keys: [`shown:${slot}`] })]);

async function awaitUp(engine: Engine, shown: ShownSlot): Promise<ShownSlot> {
  const view = await settle(engine.host, shown.instance, ({ state }) => state === 'healthy' || state === 'stopped');
  if (view.state === 'healthy') return shown;
  throw (
    view.fault ? Fault.fromRecord(view.fault) : new Fault('INSTANCE_UNHEALTHY', 'The service was stopped.')
  ).withState(`${shown.slot} is as it was; nothing of it runs.`);
}

function requireSlot(engine: Engine, slot: string): Tree {
  for (const tree of engine.definitions.trees.values()) if (slotNamesOf(engine, tree).includes(slot)) return tree;
  throw new Fault('SLOT_NOT_FOUND', `No tree has a slot ${JSON.stringify(slot.slice(0, 100))}.`, {
    state: 'Nothing was started.',
    hints: ['orchestrate trees list'],
  });
}

/** Nobody is given the slot while its files are taken. One that a person has open is theirs to look at. */
async function snapshotFree(engine: Engine, slot: string): Promise<GitTreeId> {
  const holder = engine.leases.holderOf(slot);
  const isTheirs = holder !== undefined && engine.ledger.latest(`opened:${holder}`)?.kind === 'slot.opened';
  const release = isTheirs ? () => {} : await engine.leases.hold(slot);
  if (release === undefined)
    throw new Fault('SLOT_BUSY', `${holder ?? 'Something'} works in ${slot}: its files are half done.`, {
      state: 'Nothing was started.',
      hints: [...(holder === undefined ? [] : [`orchestrate runs show ${holder}`]), 'orchestrate trees list'],
      data: { slot, holder: holder ?? null },
    });
  try {
    return await snapshot(engine, slot);
  } finally {
    release();
  }
}

async function snapshot(engine: Engine, slot: string): Promise<GitTreeId> {
  const dir = `${engine.paths.trees}/${slot}`;
  if ((await engine.outside.files.info(dir)) === undefined)
    throw new Fault('SLOT_NOT_FOUND', `${slot} has no folder: no run was in it yet.`, {
      state: 'Nothing was started.',
      hints: [`orchestrate open ${slot.split('@')[0] ?? slot}`],
    });
  const taken = await engine.store.snapshot({ dir, limits: snapshotLimits, skip: engine.template.skipInSlot });
  if (taken.kind === 'taken') return taken.tree;
  const { path, reason } = taken.refused[0] ?? { path: '?', reason: '?' };
  throw new Fault('TREE_REFUSED', `${slot} holds something that cannot be stored: ${path} (${reason}).`, {
    state: 'Nothing was started.',
    hints: [`Look at ${dir}, take it away, then: orchestrate service start --slot ${slot}`],
    data: { refused: taken.refused },
  });
}
