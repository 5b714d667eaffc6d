import { Fault } from '../../base/fault.ts';
import { asCommitId, asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import { isSolvedByHand } from '../../domain/changes/hand-solved.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { TreeEntry } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import type { Beside, MachineView } from '../machines/host.ts';
import { sendAnswered } from '../requests/handler.ts';
import { readSubmitted } from '../runs/plan-submit.ts';
import { requireLease, slotDir, snapshotSlot } from '../tasks/slot.ts';
import { requireUntampered } from '../tasks/tamper.ts';
import { planOf } from '../tasks/task-view.ts';
import { type Drafted, draftOf, draftsOf, keepDrafts } from './draft.ts';
import { gatedOf } from './gate.ts';

/** Where the files of a change come from. Whoever adds a source of changes adds it here too. */
type ReadSource = (engine: Engine, drafted: Drafted) => Promise<GitTreeId>;

/** The files of a work run lie in its slot, which it keeps as long as the change is open. */
const readSlot: ReadSource = async (engine, { run }) => {
  await requireUntampered(engine, { run, task: null });
  return snapshotSlot(engine, requireLease(engine, run));
};

function sourceOf(engine: Engine, drafted: Drafted): { readonly name: string; readonly read: ReadSource } {
  const { goal } = planOf(engine, drafted.run);
  switch (goal.kind) {
    case 'work':
      return { name: slotDir(engine, requireLease(engine, drafted.run)), read: readSlot };
    case 'submit':
      return { name: goal.source.name, read: readSubmitted };
    case 'open':
      throw new Error(`${drafted.run} opens a slot and has no change`);
    case 'restore':
      throw new Fault('CHANGE_NOT_REVIEWABLE', `${drafted.change} brings back ${goal.to}: its files are fixed.`, {
        hints: [`orchestrate review reject ${drafted.change}`],
        state: 'Nothing was changed.',
      });
  }
}

/** States from which the files of a change may be taken again. `merging` and what follows is beyond recall. */
const redraftable: readonly string[] = ['reviewing.deciding', 'changesRequested', 'conflicted', 'queued.holding'];

/** Whether the files of the change may be taken again. */
export function mayRedraft({ state }: MachineView): boolean {
  return redraftable.includes(state);
}

/** Whether the files that a change would be taken from again differ from those that its newest draft took. */
export async function hasNewFiles(engine: Engine, change: string): Promise<boolean> {
  const drafted = draftOf(engine, change);
  return (await sourceOf(engine, drafted).read(engine, drafted)) !== drafted.proposed;
}

/**
 * Takes the files of an open change again, as its next draft, and has it checked, proven and reviewed anew: answers
 * about the older tree no longer count. Both drafts stay reachable from the change's ref. Written in the commit that
 * answers the request, so that a kill repeats all of it or nothing.
 * Faults: `CHANGE_NOT_REVIEWABLE`, `NOTHING_TO_DO` when no file differs, `CHANGE_CONFLICT` while a conflicting file is as it was,
 * `TREE_TAMPERED`, `TREE_REFUSED`.
 */
export async function redraftChange(engine: Engine, view: MachineView, by: Actor, beside: Beside): Promise<void> {
  const change = view.subject;
  if (!mayRedraft(view)) {
    throw new Fault('CHANGE_NOT_REVIEWABLE', `${change} is ${view.state}: its files cannot be taken again.`, {
      hints: [`orchestrate review show ${change}`],
      state: 'Nothing was changed.',
    });
  }
  const before = draftOf(engine, change);
  const source = sourceOf(engine, before);
  const taken = await source.read(engine, before);
  if (taken === before.proposed) {
    throw new Fault(
      'NOTHING_TO_DO',
      `Every file of ${source.name} is as draft ${before.draft ?? 1} of ${change} has it.`,
      {
        hints: [`Edit the files in ${source.name}, then: orchestrate review resubmit ${change}`],
        state: 'Nothing was changed.',
      },
    );
  }
  const place =
    view.state === 'conflicted' ? await solved(engine, before, taken, source.name) : onOldBase(before, taken);
  const differences = await engine.store.differences(asGitTreeId(place.baseTree), asGitTreeId(place.proposed));
  if (differences.length === 0) {
    throw new Fault('NOTHING_TO_DO', `Without these edits nothing is left of ${change}.`, {
      hints: [`orchestrate review reject ${change}`],
      state: 'Nothing was changed.',
    });
  }
  const drafted: Drafted = {
    ...before,
    ...place,
    draft: (before.draft ?? 1) + 1,
    by,
    paths: differences.map(({ path, kind }) => ({ path, kind })),
  };
  await keepDrafts(engine, [...draftsOf(engine, change), drafted]);
  const keys = [`change:${change}`, `change-of:${before.run}`];
  await sendAnswered(
    engine,
    change,
    { type: 'CHECK' },
    { ...beside, rows: [row('change.drafted', drafted, { run: before.run, keys }), ...(beside.rows ?? [])] },
  );
}

/** What the files are taken as, and what they are compared with. */
type Place = Pick<Drafted, 'base' | 'baseTree' | 'proposed'>;

const onOldBase = ({ base, baseTree }: Drafted, taken: GitTreeId): Place => ({ base, baseTree, proposed: taken });

/**
 * A conflict is solved by hand: from now on the conflicting files are compared with what the branch had when they fought, and all else
 * with what it was drafted on. The gate then merges as ever, and makes a lock anew where that is needed; where the branch moved the same
 * lines once more it is a conflict again. A file that nobody touched since is no solution: it would take back what the branch has.
 */
async function solved(engine: Engine, before: Drafted, taken: GitTreeId, where: string): Promise<Place> {
  const { base, paths, facts } = conflictOf(engine, before.change);
  if (base === undefined || !isSolvedByHand({ paths, facts })) {
    throw new Fault(
      'CHANGE_CONFLICT',
      `What ${before.change} and the branch fight about is not solved by editing files.`,
      {
        hints: [`orchestrate runs resume ${before.run}`, `orchestrate review reject ${before.change}`],
        state: 'Nothing was changed.',
        data: { paths, facts },
      },
    );
  }
  const [old, now] = [await filesOf(engine, before.proposed), await filesOf(engine, taken)];
  const untouched = paths.filter((path) => markOf(old.get(path)) === markOf(now.get(path)));
  if (untouched.length > 0) {
    throw new Fault('CHANGE_CONFLICT', `${untouched.slice(0, 5).join(', ')} still is as the conflict left it.`, {
      hints: [
        `Make ${where}/${untouched[0]} what it shall be on top of the branch, then: orchestrate review resubmit ${before.change}`,
      ],
      state: 'Nothing was changed.',
      data: { paths: untouched },
    });
  }
  const ofBranch = await filesOf(engine, await engine.store.treeOf(asCommitId(base)));
  const baseTree = await withFilesOf(engine, await filesOf(engine, before.baseTree), ofBranch, paths);
  return { base: before.base, baseTree, proposed: taken };
}

/** What the newest gate found in conflict. */
function conflictOf(
  engine: Engine,
  change: string,
): { readonly base: string | undefined; readonly paths: readonly string[]; readonly facts: readonly string[] } {
  const gated = gatedOf(engine, change);
  const data = gated?.fault?.data;
  const words = (value: unknown): readonly string[] =>
    Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  return { base: gated?.base, paths: words(data?.['paths']), facts: words(data?.['facts']) };
}

type FilesByPath = ReadonlyMap<string, TreeEntry>;

const filesOf = async (engine: Engine, tree: string): Promise<FilesByPath> =>
  new Map((await engine.store.list(asGitTreeId(tree))).map((entry) => [entry.path, entry]));

const markOf = (entry: TreeEntry | undefined): string => `${entry?.mode} ${entry?.blob}`;

/** Stores `files` with these paths as `others` have them, and returns the tree. */
function withFilesOf(
  engine: Engine,
  files: FilesByPath,
  others: FilesByPath,
  paths: readonly string[],
): Promise<GitTreeId> {
  const entries = [...files.values()].filter(({ path }) => !paths.includes(path));
  return engine.store.writeTree([...entries, ...paths.flatMap((path) => others.get(path) ?? [])]);
}
