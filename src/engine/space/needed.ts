import { Fault } from '../../base/fault.ts';
import { asCommitId, asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import { dataOf, type JournalKinds } from '../../domain/journal/kinds.ts';
import type { MachineName } from '../../domain/machines/index.ts';
import type { Ledger } from '../../ports/index.ts';
import type { EngineContext } from '../context.ts';
import { declaredEnvironment } from '../environments/named.ts';
import { listRestorePoints } from '../restore/points.ts';
import { findSurvivors } from '../supervisor/restore-machines.ts';
import { readLockText } from './kept-wheels.ts';

/** What must not be taken away now. */
export interface Needed {
  /** Environment to why it is needed, as one clause. */
  readonly environments: ReadonlyMap<string, string>;
  /** Folders of instances that are alive. */
  readonly instances: ReadonlySet<string>;
  /** The newest run that has not ended. */
  readonly openRun: string | null;
  /** Something of which nobody knows now what it needs, as one clause: then everything is needed. */
  readonly undecided: string | null;
}

/**
 * How far back runs and instances are looked for that have no machine: begun just now, or ended and not closed. What is alive
 * is found by its machine, however long ago it began.
 */
const lookBackRows = 500;

/** Finds from the journal and the branch which environments something uses: production, instances, the branch, open runs. */
export async function findNeeded(context: EngineContext, head: string): Promise<Needed> {
  const { ledger, store } = context;
  const environments = new Map<string, string>();
  const note = (environment: string | undefined, why: string): void => {
    if (environment !== undefined && environment !== '' && !environments.has(environment))
      environments.set(environment, why);
  };
  let undecided: string | null = null;
  const named = new Map<string, Promise<string | undefined>>();
  const noteLock = async (lockText: string | null | undefined, why: string, isKnown = false): Promise<void> => {
    if (typeof lockText !== 'string') return;
    const name = named.get(lockText) ?? nameOfLock(context, lockText);
    named.set(lockText, name);
    const environment = await name;
    note(environment, why);
    if (environment === undefined && !isKnown) undecided ??= `${why} and may need it: its Python is not here`;
  };
  const points = await listRestorePoints(context);
  /** What its restore point says it was, and what its lock says it is now. */
  const noteTree = async (tree: GitTreeId, why: string): Promise<void> => {
    const made = points.findLast(({ manifest }) => manifest.tree === tree && manifest.environment !== null);
    note(made?.manifest.environment ?? undefined, why);
    await noteLock(await readLockText(context, tree), why, made !== undefined);
  };

  const instances = liveInstances(context);
  for (const { environment, purpose, instance } of instances)
    note(environment, purpose === 'production' ? 'production runs it' : `${instance} runs it`);
  await noteTree(await store.treeOf(asCommitId(head)), 'the branch is there');
  const runs = openRuns(context);
  for (const run of runs) {
    const plan = dataOf('plan.made', ledger.latest(`plan:${run}`))?.plan;
    if (plan === undefined) {
      undecided ??= `${run} is being planned and may need it`;
      continue;
    }
    await noteTree(await store.treeOf(plan.base), `${run} is open and goes out from it`);
    await noteLock(plan.lockText, `${run} is open and leads there`);
    if (plan.goal.kind === 'restore' || plan.goal.kind === 'submit')
      await noteTree(plan.goal.proposed, `${run} is open and leads there`);
    const change = dataOf('change.drafted', ledger.latest(`change-of:${run}`));
    if (change === undefined) continue;
    await noteTree(asGitTreeId(change.proposed), `${change.change} is open and leads there`);
    note(dataOf('change.gated', ledger.latest(`gate:${change.change}`))?.environment, `${change.change} is open`);
  }
  return {
    environments,
    instances: new Set(instances.map((one) => one.dir)),
    openRun: runs[0] ?? null,
    undecided,
  };
}

/** Names the environment of a lock, or undefined when the Python that it is made with is not on this machine. */
export async function nameOfLock(context: EngineContext, lockText: string): Promise<string | undefined> {
  try {
    return await declaredEnvironment(context, lockText);
  } catch (error) {
    if (error instanceof Fault && error.code === 'PYTHON_MISSING') return undefined;
    throw error;
  }
}

type Journal = Pick<EngineContext, 'ledger'>;

/** Runs that have not been closed, newest first. */
export function openRuns({ ledger }: Journal): readonly string[] {
  const recent = ledger
    .read({ kinds: ['run.created'], descending: true, limit: lookBackRows })
    .flatMap((entry) => dataOf('run.created', entry)?.run ?? []);
  const runs = [...new Set([...recent, ...aliveOf('run', ledger)])];
  return runs.filter((run) => ledger.latest(`close:${run}`) === undefined).sort(byNumber);
}

/** Instances that are not known to have stopped, newest first; production among them, however long ago it was composed. */
export function liveInstances({ ledger }: Journal): readonly JournalKinds['instance.composed'][] {
  const recent = ledger
    .read({ kinds: ['instance.composed'], descending: true, limit: lookBackRows })
    .flatMap((entry) => dataOf('instance.composed', entry)?.instance ?? []);
  const production = dataOf('production.set', ledger.latest('production'))?.instance ?? [];
  const instances = [...new Set([...recent, ...aliveOf('instance', ledger)].concat(production))];
  return instances
    .filter((one) => dataOf('machine.moved', ledger.latest(`machine:${one}`))?.to !== 'stopped')
    .sort(byNumber)
    .flatMap((one) => dataOf('instance.composed', ledger.latest(`instance:${one}`)) ?? []);
}

const aliveOf = (machine: MachineName, ledger: Ledger): readonly string[] =>
  findSurvivors(ledger).live.flatMap((one) => (one.machine === machine ? [one.subject] : []));

/** `i12` before `i3`. */
const byNumber = (a: string, b: string): number => Number(b.slice(1)) - Number(a.slice(1));
