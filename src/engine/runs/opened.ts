import { Fault } from '../../base/fault.ts';
import { asCommitId, type GitTreeId } from '../../base/ids.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { proposedCommit } from '../changes/draft.ts';
import { recordOnce } from '../changes/record-once.ts';
import type { Engine } from '../engine.ts';
import { requireLease, slotDir, snapshotSlot } from '../tasks/slot.ts';
import { acceptSlot } from '../tasks/tamper.ts';
import { planOf } from '../tasks/task-view.ts';

/** The slot is ready: that is told, and the run waits until the person gives it back. A repeat is safe. */
export async function tellOpened(engine: Engine, run: string): Promise<void> {
  const lease = requireLease(engine, run);
  const opened = {
    run,
    slot: lease.slot,
    dir: slotDir(engine, lease),
    port: lease.port,
    commit: planOf(engine, run).base,
  };
  await recordOnce(engine, `opened:${run}`, () =>
    row('slot.opened', opened, { run, keys: [`opened:${run}`, `opened-in:${lease.slot}`] }),
  );
  await engine.host.send(run, { type: 'UNTIL_REACHED' });
}

const filesRef = (run: string): string => `refs/orchestrate/opened/${run}`;
const commitsRef = (run: string): string => `refs/orchestrate/opened/${run}-commits`;

/**
 * Keeps what a person leaves in a slot that they opened, before the slot is free for others: its files and its commits,
 * under refs of the store. Nothing in the slot is moved; the next run that needs it moves leftovers to trash. A repeat is safe.
 */
export async function keepOpened(engine: Engine, run: string): Promise<void> {
  const opened = dataOf('slot.opened', engine.ledger.latest(`opened:${run}`));
  if (!opened || engine.ledger.latest(`kept:${run}`)) return;
  const base = asCommitId(opened.commit);
  const baseTree = await engine.store.treeOf(base);
  const { tree, problem } = await storeFiles(engine, run);
  let files: string | null = null;
  if (tree !== undefined && tree !== baseTree) {
    files = filesRef(run);
    await keepRef(engine, files, await proposedCommit(engine, base, tree));
  }
  const own = await keepCommits(engine, { run, dir: opened.dir, base });
  await acceptSlot(engine, opened.slot, run);
  const problems = [problem, own.problem].filter((one) => one !== null);
  const told = problems.length === 0 ? null : problems.join(' ');
  const kept = { run, slot: opened.slot, files, commits: own.ref, problem: told };
  await engine.ledger.append([row('slot.kept', kept, { run, keys: [`kept:${run}`] })]);
}

async function storeFiles(
  engine: Engine,
  run: string,
): Promise<{ tree: GitTreeId | undefined; problem: string | null }> {
  try {
    return { tree: await snapshotSlot(engine, requireLease(engine, run)), problem: null };
  } catch (error) {
    // What cannot be stored still lies there, and goes to trash by a rename.
    if (!(error instanceof Fault) || error.code === 'EPOCH_OLD') throw error;
    return { tree: undefined, problem: error.message };
  }
}

/**
 * Commits that were made in the slot hang from nothing once another run is at work there. What cannot be taken is told, and the
 * slot still names it: whoever prepares it next has to see to that. It never keeps the slot from being given back.
 */
async function keepCommits(
  engine: Engine,
  { run, dir, base }: { run: string; dir: string; base: string },
): Promise<{ ref: string | null; problem: string | null }> {
  try {
    const source = await engine.work.find({ kind: 'folder', path: dir });
    if (source.head === base) return { ref: null, problem: null };
    await engine.store.importCommit({ gitDir: source.gitDir, commit: source.head, name: `opened-${run}` });
    await keepRef(engine, commitsRef(run), source.head);
    return { ref: commitsRef(run), problem: null };
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'EPOCH_OLD') throw error;
    return {
      ref: null,
      problem: error.code === 'SOURCE_NOT_FOUND' ? null : `Its commits were not taken: ${error.message}`,
    };
  }
}

async function keepRef(engine: Engine, ref: string, commit: string): Promise<void> {
  const from = (await engine.store.findRef(ref)) ?? null;
  if (from !== commit) await engine.store.updateRefs([{ ref, from, to: commit }]);
}
