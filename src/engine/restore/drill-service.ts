import type { Proofs, ReadyEnvironment } from '../../actions/_context.ts';
import { Fault } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { judgeSmoke } from '../../domain/changes/judge.ts';
import { failedPacks } from '../../domain/instances/failed-packs.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { baseUrl, instanceLog } from '../instances/start.ts';
import { findOfTree } from '../proofs/find-evidence.ts';
import { createProofs } from '../proofs/proofs.ts';

export interface DrillService {
  readonly run: string;
  readonly attempt: string;
  readonly port: number;
  readonly signal: AbortSignal;
  readonly tree: GitTreeId;
  /** The one that was built anew. */
  readonly environment: ReadyEnvironment;
  /** What was not seen is added here. */
  readonly notProven: string[];
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/**
 * Starts the service from exactly the tree, in the environment that was built anew. Fault `INSTANCE_UNHEALTHY` when node classes or packs
 * are gone that were there when the tree was proven.
 */
export async function bootPart(engine: Engine, options: DrillService): Promise<{ sentence: string; value: Proofs }> {
  const { run, attempt, port, signal, tree, environment, notProven } = options;
  const proofs = createProofs(engine, { run, effectKey: attempt, port, signal, environment });
  const { instance, device } = await proofs.runWorkflows(tree, []);
  const proven = dataOf('instance.proven', engine.ledger.latest(`instance-up:${instance}`));
  if (!proven) throw new Error(`no proof on record for ${instance}`);
  if (device === 'cpu') notProven.push('GPU kernels: it booted on the CPU');
  const classes = new Set(await engine.outside.service.nodeClasses(baseUrl(proven.port)));
  const failing = failedPacks(await instanceLog(engine, instance, 500));
  const before = findOfTree(engine, tree, 'boot');
  const lost = (before?.nodeClasses ?? []).filter((name) => !classes.has(name));
  const newlyFailing = failing.filter((name) => before !== undefined && !before.failedImports.includes(name));
  const gone = [...lost.map((name) => `node class ${name}`), ...newlyFailing.map((name) => `node pack ${name}`)];
  if (gone.length > 0)
    throw new Fault(
      'INSTANCE_UNHEALTHY',
      `It boots without what was there when it was proven: ${gone.slice(0, 5).join(', ')}${gone.length > 5 ? ` and ${gone.length - 5} more` : ''}.`,
    );
  if (before === undefined)
    notProven.push('that all node classes of then are there: this tree was never booted on record');
  const compared =
    before === undefined ? '' : `, none gone of the ${before.nodeClasses.length} on record (#${before.row})`;
  const packs = failing.length === 0 ? '' : `; packs that do not import: ${failing.join(', ')}`;
  return {
    sentence: `tree ${tree.slice(0, 7)} answers on :${proven.port} after ${seconds(proven.startMs)}, pid ${proven.pid} proven, on ${device}; ${classes.size} node classes${compared}${packs}`,
    value: proofs,
  };
}

/** Runs the tree's workflows on it. Fault `SMOKE_FAILED` when one does not run, or draws less than when the tree was proven. */
export async function workflowsPart(
  engine: Engine,
  { run, tree, environment, notProven }: DrillService,
  proofs: Proofs,
): Promise<{ sentence: string; value: undefined }> {
  const { workflows, device, instance } = await proofs.runWorkflows(tree, null);
  const before = findOfTree(engine, tree, 'smoke');
  const now = {
    ...{ key: '', tree, environment: environment.id, components: '', run, instance, device, workflows },
    part: 'smoke',
    grade: 'api',
  } as const;
  // How fast it is under the machine's other work is not what a drill asks.
  const findings = judgeSmoke(before, now, Number.POSITIVE_INFINITY);
  if (findings.length > 0)
    throw new Fault('SMOKE_FAILED', findings.map((one) => one.sentence).join(' '), { data: { workflows } });
  if (workflows.length === 0) {
    notProven.push('that a picture is drawn: the restore point has no workflow');
    return { sentence: 'no workflow lies in workflows/ of that tree: none was run', value: undefined };
  }
  for (const { name, failure } of workflows)
    if (failure !== null)
      notProven.push(`workflow ${name}: it failed when the tree was proven, and fails now: ${failure}`);
  const ran = workflows.filter((one) => one.failure === null);
  const told = ran.map(
    ({ name, durationMs, pictures }) =>
      `${name} ${seconds(durationMs)}, ${pictures.length} ${pictures.length === 1 ? 'picture' : 'pictures'}`,
  );
  return {
    sentence: `${ran.length}/${workflows.length} workflows ran: ${told.join('; ') || 'none'}`,
    value: undefined,
  };
}
