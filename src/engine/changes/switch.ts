import { Fault, type FaultCode, type FaultRecord } from '../../base/fault.ts';
import { asCommitId, asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { SwitchOutput } from '../../domain/machines/change.machine.ts';
import { type Engine, requireRow } from '../engine.ts';
import { downtimeMs } from '../instances/downtime.ts';
import { findProduction, startProduction, stopProduction } from '../instances/production.ts';
import { composedInstance } from '../instances/start.ts';
import { draftOf } from './draft.ts';
import { gatedOf } from './gate.ts';
import { revertKey, revertMerge } from './revert.ts';
import { watchOf, watchSwitched } from './watch.ts';

type Switched = JournalKinds['service.switched'];

/**
 * Brings production to the merged tree: pending prompts are saved, the old instance stops, the new one
 * starts on the same port and is proven, the prompts are queued again, and it is watched for `service.watch-time`.
 * When the new one does not become healthy, or does not stay it while it is watched, the branch and production go back to
 * where they were.
 */
export function switchService(engine: Engine, change: string, signal: AbortSignal): Promise<SwitchOutput> {
  return engine.inServiceTurn(() => switchInTurn(engine, change, signal));
}

async function switchInTurn(engine: Engine, change: string, signal: AbortSignal): Promise<SwitchOutput> {
  const known = dataOf('service.switched', engine.ledger.latest(`switch:${change}`));
  if (known?.outcome === 'reverted') return { kind: 'reverted', fault: revertedFault('INSTANCE_UNHEALTHY', known) };
  if (known) return { kind: 'verified' };
  const drafted = draftOf(engine, change);
  const gated = gatedOf(engine, change);
  if (!gated) throw new Error(`${change} was merged without a gate`);
  const { run } = drafted;
  const record = async (switched: Omit<Switched, 'change'>): Promise<void> => {
    await engine.ledger.append([row('service.switched', { change, ...switched }, { run, keys: [`switch:${change}`] })]);
  };
  const nothing = { instance: null, downMs: null, requeued: 0 } as const;

  const exact = asGitTreeId(gated.exact);
  const started = dataOf('switch.started', engine.ledger.latest(`switching:${change}`));
  const running = findProduction(engine);
  const isUp =
    running !== undefined && engine.host.find(running)?.state !== 'stopped' && engine.host.find(running) !== undefined;
  const production = started?.from ?? (isUp ? running : undefined);
  if (production === undefined) {
    await record({ outcome: 'not-running', ...nothing, reason: 'production was not running' });
    return { kind: 'verified' };
  }
  if (started === undefined && (await engine.template.productionOf(engine, exact)).mode === 'none') {
    const reason = 'service.mode is none: nobody here starts or stops production';
    await record({ outcome: 'not-running', ...nothing, instance: production, reason });
    return { kind: 'verified' };
  }
  if (
    started === undefined &&
    (await engine.template.isUnaffected(engine, composedInstance(engine, production), exact))
  ) {
    await record({
      outcome: 'unaffected',
      ...nothing,
      instance: production,
      reason: 'the merge touches nothing that the service is made of',
    });
    return { kind: 'verified' };
  }
  if (started === undefined)
    await engine.ledger.append([
      row('switch.started', { change, from: production, base: gated.base }, { run, keys: [`switching:${change}`] }),
    ]);

  await stopProduction(engine, { instance: production, run });
  const since = { old: production, key: `switching:${change}` };
  const isReverting = engine.ledger.latest(`effect:${revertKey(change)}:intent`) !== undefined;
  // Interrupted while taking it back: the new tree is not tried again.
  const tried = isReverting
    ? new Fault('INSTANCE_UNHEALTHY', 'it did not become healthy')
    : await tryNext(engine, { change, tree: exact, run, since, signal });
  if (!(tried instanceof Fault)) {
    await record({ outcome: 'switched', ...tried, reason: null });
    return { kind: 'verified' };
  }
  const { commit, reason } = await revertMerge(engine, { change, reason: tried.message });
  const back = await engine.store.treeOf(asCommitId(commit));
  const instance = await startProduction(engine, { tree: back, signal });
  const downMs = downtimeMs(engine, { ...since, next: instance });
  const nOfOld = await engine.template.work.again(engine, { from: production, to: instance, run });
  const { started: watching, ended } = watchOf(engine, change);
  const nOfNext = watching
    ? await engine.template.work.again(engine, { from: watching.instance, to: instance, run })
    : 0;
  const told = {
    instance,
    downMs,
    requeued: nOfOld === null ? null : nOfOld + (nOfNext ?? 0),
    reason,
    ...watchedOf(ended),
  };
  await record({ outcome: 'reverted', ...told });
  return { kind: 'reverted', fault: revertedFault(tried.code, told) };
}

/**
 * Starts the merged tree, queues the saved prompts again and watches it. Returns what is told of the switch, or the fault
 * of a start that failed or of a watch that did not hold: what was watched is stopped then, its prompts are in its file.
 */
async function tryNext(
  engine: Engine,
  options: { change: string; tree: GitTreeId; run: string; since: { old: string; key: string }; signal: AbortSignal },
): Promise<Omit<Switched, 'change' | 'outcome' | 'reason'> | Fault> {
  const { change, tree, run, since, signal } = options;
  const begun = watchOf(engine, change).started;
  // Proven once, it is not started again: when it is gone, that is what the watch is for.
  const instance = begun?.instance ?? (await tryStart(engine, tree, signal));
  if (instance instanceof Fault) return instance;
  const downMs = begun?.downMs ?? downtimeMs(engine, { ...since, next: instance });
  const limitMs = begun?.limitMs ?? engine.config.service.watchSeconds * 1_000;
  if (limitMs === 0) {
    const requeued = await engine.template.work.again(engine, { from: since.old, to: instance, run });
    return { instance, downMs, requeued };
  }
  const { atMs: provenAtMs } = requireRow(engine, `instance-up:${instance}`);
  const started = begun ?? { change, instance, provenAtMs, limitMs, downMs };
  if (!begun) await engine.ledger.append([row('watch.started', started, { run, keys: [`watching:${change}`] })]);
  const requeued = await engine.template.work.again(engine, { from: since.old, to: instance, run, copies: true });
  const ended = await watchSwitched(engine, started, { run, signal, isInterrupted: begun !== undefined });
  if (ended.outcome === 'held') return { instance, downMs, requeued, ...watchedOf(ended) };
  await stopProduction(engine, { instance, run, limitMs: 0 });
  return new Fault('INSTANCE_UNHEALTHY', ended.reason ?? 'it did not stay healthy');
}

const watchedOf = (ended: JournalKinds['watch.ended'] | undefined): Pick<Switched, 'watched'> =>
  ended ? { watched: { ms: ended.ms, nAnswers: ended.nAnswers, isInterrupted: ended.isInterrupted } } : {};

/** Returns the healthy instance, or the fault of a start that failed. */
async function tryStart(engine: Engine, tree: GitTreeId, signal: AbortSignal): Promise<string | Fault> {
  try {
    return await startProduction(engine, { tree, signal });
  } catch (error) {
    if (signal.aborted || !(error instanceof Fault)) throw error;
    return error;
  }
}

const revertedFault = (code: FaultCode, { reason, watched }: Pick<Switched, 'reason' | 'watched'>): FaultRecord =>
  new Fault(
    code,
    `The merged change did not ${watched ? 'stay' : 'become'} healthy in production and was taken back: ${reason ?? ''}`,
    { state: 'The branch has the old files again, in a new commit; production runs them.' },
  ).toRecord();
