import { Fault } from '../../base/fault.ts';
import { asCommitId } from '../../base/ids.ts';
import { snapshotLimits } from '../../domain/changes/snapshot-rules.ts';
import { noteKeys } from '../../domain/hooks/note-keys.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { isSameActor } from '../../domain/scale/claims.ts';
import { orchestrateAuthor } from '../changes/draft.ts';
import type { Engine } from '../engine.ts';
import { makeWorktrees } from '../scale/make-worktrees.ts';
import { actorOfMark } from '../tasks/actor-of-mark.ts';
import { accepted, type Handlers } from './handler.ts';

/** Somebody who said nothing of a task for so long does not hold it any more, in milliseconds: a working day. */
const heldMs = 8 * 60 * 60_000;

export const hookRequests: Handlers<'hook.note' | 'hook.checkpoint' | 'worktrees.init'> = {
  async 'hook.note'(engine, { note, token, by: typed }, id) {
    const by = actorOfMark(engine, typed);
    if (note.kind === 'hook.task' && note.data.act === 'begun') requireFree(engine, note.data, by);
    const data = { ...note.data, by };
    const keys = noteKeys(note, { token, by: typed });
    await engine.ledger.append([row(note.kind, data as never, { keys })], accepted(id, null, 'It is on record.'));
  },

  'worktrees.init': (engine, { slots, by }, request) =>
    makeWorktrees(engine, { slots, by, request, answers: accepted(request, null, 'The worktrees are there.') }),

  async 'hook.checkpoint'(engine, { slot, description, session, by: typed }, id) {
    const by = actorOfMark(engine, typed);
    const dir = `${engine.paths.trees}/${slot}`;
    const info = await engine.outside.files.info(dir);
    if (info?.kind !== 'directory')
      throw new Fault('SLOT_NOT_FOUND', `There is no slot ${slot}.`, { hints: ['orchestrate trees list'] });
    const ref = `refs/orchestrate/checkpoints/${slot.replace('@', '-')}/${id}`;
    const kept = await engine.perform(
      {
        key: `checkpoint:${id}`,
        name: 'keep a slot',
        input: { slot, ref, atMs: engine.outside.clock.nowMs() },
        run: null,
      },
      { act: (input) => keepSlot(engine, { slot, dir, ref, description, atMs: Number(input['atMs']) }) },
    );
    const data = { slot, ref, ...kept, description, session, by };
    await engine.ledger.append(
      [row('hook.checkpoint', data, { keys: [`hook-checkpoint:${ref}`, `hook-checkpoint-of:${slot}`] })],
      accepted(id, null, ref),
    );
  },
};

/** Fault `TASK_HELD` when somebody else, or another session of the same person, began it and did not end it. */
function requireFree(
  engine: Engine,
  { task, session }: { task: string; session: string | null },
  by: ReturnType<typeof actorOfMark>,
): void {
  const entry = engine.ledger.latest(`hook-task:${task}`);
  const held = dataOf('hook.task', entry);
  if (held === undefined || entry === undefined || held.act === 'ended') return;
  if (isSameActor(held.by, by) && held.session === session) return;
  if (engine.outside.clock.nowMs() - entry.atMs > heldMs) return;
  const whose = held.session === null ? held.by.name : `${held.by.name}, session ${held.session}`;
  throw new Fault('TASK_HELD', `${task} is worked on by ${whose} (#${entry.seq}).`, {
    hints: [`orchestrate hooks post-task --task-id ${task}`, 'orchestrate hooks conflict-detect'],
    data: { task, row: entry.seq },
  });
}

/** A repeat after a kill stores what lies there then. */
async function keepSlot(
  engine: Engine,
  { slot, dir, ref, description, atMs }: { slot: string; dir: string; ref: string; description: string; atMs: number },
): Promise<{ readonly tree: string; readonly nFiles: number }> {
  const { store, template } = engine;
  const taken = await store.snapshot({
    dir,
    limits: snapshotLimits,
    skip: template.skipInSlot,
    cacheKey: `slot:${slot}`,
  });
  if (taken.kind === 'refused') {
    const { path, reason } = taken.refused[0] ?? { path: '?', reason: '?' };
    throw new Fault('TREE_REFUSED', `${slot} holds something that cannot be stored: ${path} (${reason}).`, {
      hints: [`Take ${dir}/${path} away, then type it again.`],
    });
  }
  const head = (await engine.home.listSlots()).find(({ name }) => name === slot)?.head ?? null;
  const isKnown = head !== null && (await store.findRef(ref)) === undefined && (await holds(engine, head));
  const to = await store.commit({
    tree: taken.tree,
    parents: isKnown && head !== null ? [asCommitId(head)] : [],
    message: `checkpoint of ${slot}\n\n${description}\n`,
    author: orchestrateAuthor,
    atSeconds: Math.floor(atMs / 1000),
  });
  const from = (await store.findRef(ref)) ?? null;
  if (from !== to) await store.updateRefs([{ ref, from, to }]);
  return { tree: taken.tree, nFiles: taken.nFiles };
}

async function holds({ store }: Engine, commit: string): Promise<boolean> {
  try {
    await store.treeOf(asCommitId(commit));
    return true;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}
