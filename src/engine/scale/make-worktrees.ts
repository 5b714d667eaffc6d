import { Fault } from '../../base/fault.ts';
import { describeDifference } from '../../domain/changes/fingerprint.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { prepareSlotSafely } from '../removal/prepare-slot.ts';
import { acceptFingerprint, findTampering } from '../tasks/tamper.ts';

/**
 * Makes the slots that are not there, at the commit of the branch, and answers the request with what became of each. What is there is not
 * touched, whoever made it; a repeat makes nothing. Faults: those of home (`HOME_DETACHED` …), `TREE_TAMPERED`.
 */
export async function makeWorktrees(
  engine: Engine,
  {
    slots,
    by,
    request,
    answers,
  }: { slots: readonly string[]; by: Actor; request: number; answers: Parameters<Engine['ledger']['append']>[1] },
): Promise<void> {
  const state = await engine.home.inspect();
  if (state.kind === 'unfit') throw new Fault(state.code, state.reason);
  const [difference] = await findTampering(engine);
  if (difference !== undefined)
    throw new Fault('TREE_TAMPERED', `Somebody changed git’s own files: ${describeDifference(difference)}.`, {
      hints: ['orchestrate doctor'],
    });
  const found = new Map((await engine.home.listSlots()).map((one) => [one.name, one.state]));
  const done: { slot: string; state: 'made' | 'there' | 'held' }[] = [];
  for (const slot of slots) {
    if (found.get(slot) === 'linked') done.push({ slot, state: 'there' });
    else done.push({ slot, state: await makeOne(engine, { slot, commit: state.head, by, request }) });
  }
  await engine.ledger.append(
    [row('worktrees.made', { slots: done, commit: state.head, by }, { keys: ['worktrees-made'] })],
    answers,
  );
}

async function makeOne(
  engine: Engine,
  {
    slot,
    commit,
    by,
    request,
  }: { slot: string; commit: Parameters<typeof prepareSlotSafely>[1]['commit']; by: Actor; request: number },
): Promise<'made' | 'held'> {
  const release = await engine.leases.hold(slot);
  if (release === undefined) return 'held';
  try {
    const use = `worktrees-${request}`;
    await engine.perform(
      { key: `${use}:${slot}`, name: 'make a worktree', input: { slot, commit }, run: null },
      {
        act: async () => {
          await engine.store.importCommit({ gitDir: engine.paths.gitDir, commit, name: 'branch' });
          const prepared = await prepareSlotSafely(engine, { slot, commit, use, run: null, by });
          // Within the effect: a kill between the two must not make our own files look like somebody else's.
          await acceptFingerprint(engine, { kind: 'program', name: 'slot' }, null);
          return prepared;
        },
      },
    );
    return 'made';
  } finally {
    release();
  }
}
