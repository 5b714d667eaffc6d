import { Fault, type FaultCode } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { failedPacks } from '../../domain/instances/failed-packs.ts';
import type { BisectSeen } from '../../domain/restore/bisect-health.ts';
import { missingWheels } from '../changes/questions.ts';
import type { Engine } from '../engine.ts';
import { findEnvironment } from '../environments/named.ts';
import { readDeclaration } from '../instances/compose.ts';
import { stopInstancesOf } from '../instances/ensure.ts';
import { instanceLog } from '../instances/start.ts';
import { createProofs } from '../proofs/proofs.ts';

/** What is true of a state, or why it could not be tried. */
export type ProbeOutcome =
  | { readonly kind: 'seen'; readonly seen: BisectSeen }
  | { readonly kind: 'untried'; readonly fault: Fault };

export interface ProbeOptions {
  readonly run: string;
  readonly attempt: string;
  readonly port: number;
  readonly tree: GitTreeId;
  /** Name of the only workflow that is run; empty: all of the tree. */
  readonly workflow: string;
  readonly signal: AbortSignal;
}

/** Services of a state that are waited for: one that did not answer in time, or went away, may have met the load of the machine. */
const maxStarts = 2;

/**
 * Starts exactly the tree in the environment of its lock, in the slot that the run leased, and runs its workflows, whatever is on
 * record of it. A service that does not start is seen, one that is not healthy only when it is so twice; what is wrong with the
 * machine is thrown: it says nothing of the tree.
 */
export async function probeState(engine: Engine, options: ProbeOptions): Promise<ProbeOutcome> {
  const { run, tree, signal } = options;
  for (let nStarted = 1; ; nStarted += 1) {
    try {
      await requireKept(engine, tree);
      return { kind: 'seen', seen: await look(engine, options) };
    } catch (error) {
      if (!(error instanceof Fault) || signal.aborted || isOfMachine(error)) throw error;
      if (!startFailures.has(error.code)) return { kind: 'untried', fault: error };
      if (error.code !== 'INSTANCE_UNHEALTHY' || nStarted === maxStarts)
        return {
          kind: 'seen',
          seen: { bootFailure: error.message, device: 'unknown', failedPacks: [], workflows: [] },
        };
      // One that ended under a workflow is still taken for the state's own.
      await stopInstancesOf(engine, run);
    }
  }
}

async function look(engine: Engine, options: ProbeOptions): Promise<BisectSeen> {
  const { run, attempt, port, tree, workflow, signal } = options;
  // No index: nobody was asked whether so much may be downloaded.
  const proofs = createProofs(engine, { run, effectKey: attempt, port, signal });
  const { workflows, device, instance } = await proofs.runWorkflows(tree, workflow === '' ? null : [workflow]);
  const packs = workflow === '' ? failedPacks(await instanceLog(engine, instance, 500)) : [];
  return { bootFailure: null, device, failedPacks: packs, workflows };
}

const startFailures: ReadonlySet<FaultCode> = new Set(['INSTANCE_BOOT_FAILED', 'INSTANCE_UNHEALTHY']);

const ofMachine: ReadonlySet<FaultCode> = new Set(['DISK_FULL', 'PORT_TAKEN', 'PORT_NONE_FREE', 'EPOCH_OLD']);

const isOfMachine = ({ code, kind }: Fault): boolean =>
  ofMachine.has(code) || kind === 'bug' || kind === 'interrupted' || /^(LEDGER|SUPERVISOR)_/.test(code);

/** Fault `RESTORE_UNAVAILABLE` names the wheels that are missing where the tree's environment is not there and cannot be built. */
async function requireKept(engine: Engine, tree: GitTreeId): Promise<void> {
  const { lockText } = await readDeclaration(engine, tree);
  const { condition, isBorrowed } = await findEnvironment(engine, lockText);
  if (isBorrowed || condition.kind !== 'missing') return;
  const missing = await missingWheels(engine, lockText);
  if (missing.length === 0) return;
  const few = `${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ` and ${missing.length - 3} more` : ''}`;
  throw new Fault(
    'RESTORE_UNAVAILABLE',
    `Its environment is not there, and ${missing.length} of its wheels ${missing.length === 1 ? 'is' : 'are'} not kept: ${few}.`,
    { hints: ['orchestrate restore list'], data: { missing } },
  );
}
