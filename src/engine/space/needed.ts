import { asCommitId, asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { EngineContext } from '../context.ts';
import { declaredEnvironment } from '../environments/named.ts';
import { readLockText } from './kept-wheels.ts';

/** What must not be taken away now. */
export interface Needed {
  /** Environment to why it is needed, as one clause. */
  readonly environments: ReadonlyMap<string, string>;
  /** Folders of instances that are alive. */
  readonly instances: ReadonlySet<string>;
  /** The newest run that has not ended. */
  readonly openRun: string | null;
  /** A run of which nobody knows yet what it needs: then everything is needed. */
  readonly undecided: string | null;
}

/** How far back runs and instances are looked for that have not ended. */
const lookBackRows = 500;

/** Finds from the journal and the branch which environments something uses: production, instances, the branch, open runs. */
export async function findNeeded(context: EngineContext, head: string): Promise<Needed> {
  const { ledger, store } = context;
  const environments = new Map<string, string>();
  const note = (environment: string | undefined, why: string): void => {
    if (environment !== undefined && environment !== '' && !environments.has(environment))
      environments.set(environment, why);
  };
  const named = new Map<string, Promise<string>>();
  const ofLock = async (lockText: string | null | undefined): Promise<string | undefined> => {
    if (typeof lockText !== 'string') return undefined;
    const environment = named.get(lockText) ?? declaredEnvironment(context, lockText);
    named.set(lockText, environment);
    return environment;
  };
  const ofTree = async (tree: GitTreeId): Promise<string | undefined> => ofLock(await readLockText(context, tree));

  const instances = liveInstances(context);
  for (const { environment, purpose, instance } of instances)
    note(environment, purpose === 'production' ? 'production runs it' : `${instance} runs it`);
  note(await ofTree(await store.treeOf(asCommitId(head))), 'the branch is there');
  const runs = openRuns(context);
  let undecided: string | null = null;
  for (const run of runs) {
    const plan = dataOf('plan.made', ledger.latest(`plan:${run}`))?.plan;
    if (plan === undefined) {
      undecided ??= run;
      continue;
    }
    note(await ofTree(await store.treeOf(plan.base)), `${run} is open and goes out from it`);
    note(await ofLock(plan.lockText), `${run} is open and leads there`);
    if (plan.goal.kind === 'restore') note(await ofTree(plan.goal.proposed), `${run} is open and leads there`);
    const change = dataOf('change.drafted', ledger.latest(`change-of:${run}`));
    if (change === undefined) continue;
    note(await ofTree(asGitTreeId(change.proposed)), `${change.change} is open and leads there`);
    note(dataOf('change.gated', ledger.latest(`gate:${change.change}`))?.environment, `${change.change} is open`);
  }
  return {
    environments,
    instances: new Set(instances.map((one) => one.dir)),
    openRun: runs[0] ?? null,
    undecided,
  };
}

/** Runs that have not been closed, newest first. */
export function openRuns({ ledger }: Pick<EngineContext, 'ledger'>): readonly string[] {
  return ledger
    .read({ kinds: ['run.created'], descending: true, limit: lookBackRows })
    .flatMap((entry) => dataOf('run.created', entry)?.run ?? [])
    .filter((run) => ledger.latest(`close:${run}`) === undefined);
}

/** Instances that are not known to have stopped, newest first. */
export function liveInstances({ ledger }: Pick<EngineContext, 'ledger'>) {
  return ledger
    .read({ kinds: ['instance.composed'], descending: true, limit: lookBackRows })
    .flatMap((entry) => dataOf('instance.composed', entry) ?? [])
    .filter(({ instance }) => dataOf('machine.moved', ledger.latest(`machine:${instance}`))?.to !== 'stopped');
}
