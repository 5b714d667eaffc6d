import { Fault } from '../../../base/fault.ts';
import type { CommitId, GitTreeId } from '../../../base/ids.ts';
import {
  type CommandRun,
  type Evidence,
  evidenceKey,
  type EvidencePart,
  type Grade,
  isGoodRun,
} from '../../../domain/changes/evidence.ts';
import { dataOf, row } from '../../../domain/journal/kinds.ts';
import { commandText } from '../../../domain/templates/command-line.ts';
import { noComponents, noEnvironment } from '../../../domain/templates/no-environment.ts';
import { readyPath } from '../../../domain/templates/readiness.ts';
import { proofPort } from '../../changes/proof-port.ts';
import type { Engine } from '../../engine.ts';
import { stopInstancesOf } from '../../instances/ensure.ts';
import { settle } from '../../machines/settle.ts';
import { findEvidence, findOfTree } from '../../proofs/find-evidence.ts';
import { planOf } from '../../tasks/task-view.ts';
import type { AheadAsked, ExactProof, ProofAsked } from '../template.ts';
import { endedText, preparedOf } from './commands.ts';
import { createServiceInstance, recordedHead } from './compose.ts';
import { type DeclaredService, readService } from './declared.ts';
import { findIncluded, includeFile, type Included } from './include.ts';

const state = 'The branch and production are as they were.';

/**
 * Composes the exact tree in a folder of its own, runs set-up and checks there, starts it on a port that the run leased, waits for its
 * readiness address, and stops it. A check that fails now and did not on the branch fails the gate; for a way back checks are told and
 * not held against it. Faults: `PROGRAM_CHECK_FAILED`, those of the start.
 */
export async function proveService(engine: Engine, asked: ProofAsked): Promise<ExactProof> {
  const { run, base, exact, signal } = asked;
  const declared = await readService(engine, exact);
  const { key, included, isKnown } = await findProof(engine, exact);
  const isRestore = planOf(engine, run).goal.kind === 'restore';
  const started = isKnown
    ? null
    : await startOnce(engine, { run, tree: exact, port: await proofPort(engine, run), key, signal });
  const commands = started?.commands ?? findEvidence(engine, key, 'commands')?.commands ?? [];
  const failing = isRestore ? [] : await newlyFailing(engine, base, commands);
  const fault = started?.fault ?? null;
  if (failing.length > 0) throw checkFault(failing, fault);
  if (fault !== null) throw fault.withState(state);
  return {
    environment: noEnvironment,
    components: noComponents,
    evidenceKey: key,
    evidenceKeys: { commands: key, ready: key },
    parts: ['commands', 'ready'],
    reused: isKnown ? ['commands', 'ready'] : [],
    notProven: notProven(declared, commands, included),
  };
}

/** The same as evidence only: what a gate will find when it comes to this tree. A check that failed is run again there. */
export async function proveServiceAhead(engine: Engine, asked: AheadAsked): Promise<'proven'> {
  const { owner: run, tree, port, signal } = asked;
  const { key, isKnown } = await findProof(engine, tree);
  const fault = isKnown ? null : (await startOnce(engine, { run, tree, port, key, signal })).fault;
  if (fault !== null) throw fault.withState(state);
  return 'proven';
}

/** What is on record of the tree with the ignored files that it would be given now; known is only what ended well. */
async function findProof(
  engine: Engine,
  tree: GitTreeId,
): Promise<{ readonly key: string; readonly included: Included; readonly isKnown: boolean }> {
  const included = await findIncluded(engine, { tree, commit: await recordedHead(engine) });
  const key = evidenceKey(
    { tree, environment: noEnvironment, components: noComponents },
    included.mark === '' ? null : `given-${included.mark}`,
  );
  const commands = findEvidence(engine, key, 'commands');
  const isKnown = commands?.commands.every(isGoodRun) === true && findEvidence(engine, key, 'ready') !== undefined;
  return { key, included, isKnown };
}

interface Started {
  readonly commands: readonly CommandRun[];
  /** Why it did not become ready; null: it did. */
  readonly fault: Fault | null;
}

/** Composes, prepares, starts and stops it. Evidence is written for what ran, whether it ended well or not; what was not reached has none. */
async function startOnce(
  engine: Engine,
  options: {
    readonly run: string;
    readonly tree: GitTreeId;
    readonly port: number;
    readonly key: string;
    readonly signal: AbortSignal;
  },
): Promise<Started> {
  const { run, tree, port, key, signal } = options;
  const record = async <Part extends EvidencePart>(evidence: Extract<Evidence, { part: Part }>): Promise<void> => {
    const keys = [`evidence:${key}:${evidence.part}`, `evidence-of:${tree}:${evidence.part}`];
    await engine.ledger.append([row('evidence.recorded', { evidence }, { run, keys })]);
  };
  const common = (grade: Grade) => ({ key, tree, run, grade, environment: noEnvironment, components: noComponents });
  await stopInstancesOf(engine, run);
  const instance = await createServiceInstance(engine, { tree, purpose: 'proof', port, run });
  const view = await settle(engine.host, instance, (one) => one.state === 'healthy' || one.state === 'stopped', signal);
  const commands = preparedOf(engine, instance);
  // An empty list is evidence as well: there was nothing to run, and that is told.
  if (engine.ledger.latest(`commands:${instance}`) !== undefined)
    await record<'commands'>({ ...common('static'), part: 'commands', instance, commands });
  if (view.state !== 'healthy') {
    const fault = view.fault
      ? Fault.fromRecord(view.fault)
      : new Fault('INSTANCE_UNHEALTHY', 'The service was stopped while it was proven.');
    return { commands, fault };
  }
  const proven = dataOf('instance.proven', engine.ledger.latest(`instance-up:${instance}`));
  const composed = dataOf('instance.composed', engine.ledger.latest(`instance:${instance}`));
  if (!proven || composed?.program === undefined) throw new Error(`no proof on record for ${instance}`);
  const { pid, startMs, status = 0 } = proven;
  await record<'ready'>({
    ...common('api'),
    ...{ part: 'ready', instance, port, pid, startMs, status },
    url: composed.program.ready,
  });
  await stopInstancesOf(engine, run);
  return { commands, fault: null };
}

/** Checks that fail and did not fail when the branch's tree was proven. One that the branch does not have counts as new. */
async function newlyFailing(
  engine: Engine,
  base: CommitId,
  commands: readonly CommandRun[],
): Promise<readonly CommandRun[]> {
  const before = findOfTree(engine, await engine.store.treeOf(base), 'commands')?.commands ?? [];
  const failedBefore = new Set(before.filter((one) => !isGoodRun(one)).map(({ argv }) => JSON.stringify(argv)));
  return commands.filter((one) => !isGoodRun(one) && !failedBefore.has(JSON.stringify(one.argv)));
}

/** Both are told where the service did not become ready either; a set-up that failed is told once. */
function checkFault(failing: readonly CommandRun[], fault: Fault | null): Fault {
  const checks = failing.filter(({ what }) => what === 'check');
  if (fault !== null && checks.length === 0) return fault.withState(state);
  const behind = fault === null ? '' : ` And then: ${fault.message}`;
  return new Fault('PROGRAM_CHECK_FAILED', `${checks.map((one) => `${endedText(one)}.`).join(' ')}${behind}`, {
    state,
    ...(fault === null ? {} : { cause: fault }),
    data: { failing: checks.map(({ argv, exitCode, timedOut, tail }) => ({ argv, exitCode, timedOut, tail })) },
  });
}

/** What the proof says nothing about, as clauses. */
function notProven(
  { program }: DeclaredService,
  commands: readonly CommandRun[],
  included: Included,
): readonly string[] {
  const failed = commands.filter((one) => !isGoodRun(one)).map(({ argv }) => commandText(argv));
  return [
    ...(program.checks.length === 0
      ? ['anything by a check: program.checks is empty']
      : ['what the checks do not look at']),
    ...(failed.length > 0 ? [`what fails on the branch as well: ${failed.join(', ')}`] : []),
    `any request but GET ${readyPath(program.ready)}`,
    'interpreter, packages and programs of this machine: they are not looked after, and a way back does not bring them back',
    'data that the service keeps elsewhere (databases, files outside of the repository)',
    ...(included.left.length > 0
      ? [
          `with these lines or files of ${includeFile}: ${included.left
            .slice(0, 3)
            .map(({ path, why }) => `${path} (${why})`)
            .join(', ')}`,
        ]
      : []),
  ];
}

/** How long a start of the tree took when it was proven, or when production was started from it; undefined: nobody saw one. */
export function startOf(
  engine: Engine,
  tree: GitTreeId,
): { readonly startMs: number; readonly row: number } | undefined {
  const ready = findOfTree(engine, tree, 'ready');
  if (ready !== undefined) return ready;
  const composed = dataOf('instance.composed', engine.ledger.latest('composed:production'));
  if (composed?.tree !== tree) return undefined;
  const entry = engine.ledger.latest(`instance-up:${composed.instance}`);
  const proven = dataOf('instance.proven', entry);
  return entry && proven ? { startMs: proven.startMs, row: entry.seq } : undefined;
}
