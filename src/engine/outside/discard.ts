import { Fault } from '../../base/fault.ts';
import { asGitTreeId } from '../../base/ids.ts';
import { borrowedInterpreter } from '../../domain/environments/lock.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { chooseDifferences } from '../../domain/outside/choose.ts';
import { keyOf, type OutsideDifference } from '../../domain/outside/difference.ts';
import { missingWheels } from '../changes/questions.ts';
import type { Engine } from '../engine.ts';
import { ensureEnvironment } from '../environments/ensure.ts';
import { waysOutOfBorrowedDrift } from '../environments/named.ts';
import { replaceDrifted } from '../environments/replace.ts';
import { noteTrash } from '../removal/note-trash.ts';
import { componentsOf } from './baseline.ts';
import { discardedMarks, lookOutside, openDifferences } from './look.ts';
import { lockOfEnvironment } from './read-environments.ts';
import { branchNow } from './read-home.ts';

/** States that stay discarded: the newest ones. An older one is told again, and can be discarded again. */
const maxMarks = 500;

interface Told {
  readonly id: string;
  readonly sentence: string;
  readonly trash: string | null;
}

/**
 * Does not take these over: a sealed environment is built again, what lay in production's folder goes to trash, and
 * what lies in folders of others stays as it is and is not told again until it moves. Returns what became of each.
 * Faults: `OUTSIDE_NOT_FOUND`; `ENVIRONMENT_DRIFTED` for the environment that the branch borrows, and nothing is
 * discarded then: nothing would start, and nothing would tell why; those of `replaceDrifted` and of the build, and
 * what was discarded before one of them stays so. One that was discarded already is told again: a killed process may
 * have done it and not answered.
 */
export async function discardOutside(
  engine: Engine,
  { ids, by }: { readonly ids: readonly string[]; readonly by: Actor },
): Promise<string> {
  const told: Told[] = ids.flatMap((id) => toldBefore(engine, id) ?? []);
  const done = new Set(told.map(({ id }) => id));
  const left = ids.filter((id) => !done.has(id));
  const chosen = left.length === 0 && done.size > 0 ? [] : chooseDifferences(openDifferences(engine), left);
  await requireNotBorrowed(engine, chosen);
  for (const one of chosen) {
    const answer = await discard(engine, one, by);
    told.push(answer);
    // An environment that is whole again is not there to be told; its state may come back and be told then.
    const marks = one.kind === 'environment' ? [] : [keyOf(one)];
    const all = [...new Set([...discardedMarks(engine), ...marks])].slice(-maxMarks);
    await engine.ledger.append([
      row(
        'outside.discarded',
        { by, marks: all, told: [answer] },
        { keys: ['outside:discarded', `outside:${one.id}`] },
      ),
    ]);
  }
  await lookOutside(engine, 'discard');
  return told.map(({ id, sentence, trash }) => `${id}: ${sentence}${trash === null ? '' : ` (${trash})`}`).join('; ');
}

function toldBefore(engine: Engine, id: string): Told | undefined {
  if (openDifferences(engine).some((one) => one.id === id)) return undefined;
  return dataOf('outside.discarded', engine.ledger.latest(`outside:${id}`))?.told.find((one) => one.id === id);
}

/** What the branch borrows does not go away by not being told of: it has to be kept, or to be replaced by one of ours. */
async function requireNotBorrowed(engine: Engine, chosen: readonly OutsideDifference[]): Promise<void> {
  const packages = chosen.find(({ kind }) => kind === 'packages');
  if (packages === undefined) return;
  const bytes = await engine.store.readFile((await branchNow(engine)).tree, 'requirements.lock');
  if (borrowedInterpreter(new TextDecoder().decode(bytes)) !== packages.subject) return;
  throw new Fault('ENVIRONMENT_DRIFTED', `${packages.id} is of the environment that runs ComfyUI: it cannot be left.`, {
    // One whose interpreter is gone cannot be kept.
    hints: waysOutOfBorrowedDrift(packages.id).slice(packages.take === null ? 1 : 0),
    state: 'Nothing was discarded.',
    data: { id: packages.id, python: packages.subject },
  });
}

async function discard(engine: Engine, one: OutsideDifference, by: Actor): Promise<Told> {
  const { id, kind } = one;
  const quiet = 'it is not told any more until it moves again';
  switch (kind) {
    case 'environment':
      return buildAgain(engine, one);
    case 'instance':
      return { id, sentence: `not taken; ${quiet}`, trash: await copyToTrash(engine, one, by) };
    case 'instance-packages':
      return { id, sentence: `not taken; they go to trash when production stops`, trash: null };
    case 'home':
      return { id, sentence: `left as you made it; ${quiet}`, trash: null };
    case 'component':
    case 'model-paths':
    case 'packages':
    case 'models':
      return { id, sentence: `not taken; nothing there was touched; ${quiet}`, trash: null };
  }
}

/** A build that fails leaves none: whatever needs it builds it, and the changed one lies in trash. A repeat goes on. */
async function buildAgain(engine: Engine, { id, subject: environment }: OutsideDifference): Promise<Told> {
  const lockText = await lockOfEnvironment(engine, environment);
  if (lockText === undefined) {
    throw new Fault(
      'RESTORE_UNAVAILABLE',
      `No restore point names the environment ${environment}: its lock is not known.`,
      { state: 'The environment is as it was.' },
    );
  }
  const missing = await missingWheels(engine, lockText);
  if (missing.length > 0) {
    throw new Fault('RESTORE_UNAVAILABLE', `These wheels are not kept: ${missing.slice(0, 5).join(', ')}.`, {
      hints: ['orchestrate restore list'],
      state: 'The environment is as it was.',
      data: { environment, missing },
    });
  }
  const occasion = `outside-${id}`;
  const trash = await replaceDrifted(engine, { environment, lockText, occasion, run: null });
  try {
    await ensureEnvironment(engine, { lockText, run: null, effectKey: `${occasion}:build` });
  } catch (error) {
    if (!(error instanceof Fault) || trash === null) throw error;
    throw error.withState(`The changed one lies in ${trash}; it is built from kept wheels when it is next needed.`);
  }
  return { id, sentence: 'built again from kept wheels; the one that was changed lies in trash', trash };
}

/** Production's folder goes when it stops: what it holds beyond the branch is written out first. A repeat writes the same. */
async function copyToTrash(
  engine: Engine,
  { id, subject, take }: OutsideDifference,
  by: Actor,
): Promise<string | null> {
  if (take?.kind !== 'component') return null;
  const branch = await componentsOf(engine, (await branchNow(engine)).tree);
  const before = branch.find(({ path }) => path === subject);
  const after = asGitTreeId(take.component.tree);
  const trash = `${engine.paths.trash}/outside/${id}`;
  const changed =
    before === undefined
      ? (await engine.store.list(after)).map(({ path, blob }) => ({ path, blob }))
      : (await engine.store.differences(asGitTreeId(before.tree), after)).flatMap((one) =>
          one.after === null ? [] : [{ path: one.path, blob: one.after.blob }],
        );
  for (const { path, blob } of changed) {
    const file = `${trash}/${subject === '.' ? 'ComfyUI' : subject}/${path}`;
    await engine.outside.files.ensureDir(file.slice(0, file.lastIndexOf('/')));
    await engine.outside.files.writeAtomic(file, await engine.store.readBlob(blob));
  }
  await noteTrash(engine, {
    place: trash,
    what: 'outside',
    name: id,
    from: null,
    why: `${subject} was changed in production's folder, and the change was discarded`,
    run: null,
    by,
  });
  return trash;
}
