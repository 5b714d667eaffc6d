import { Fault } from '../../base/fault.ts';
import type { EnvironmentId } from '../../base/ids.ts';
import { borrowedChanges, packagesToRecord } from '../../domain/environments/borrowed.ts';
import { environmentId } from '../../domain/environments/environment-id.ts';
import { borrowedFingerprint, borrowedInterpreter } from '../../domain/environments/lock.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { EnvironmentCondition, PythonFacts, Survey } from '../../ports/index.ts';
import type { EngineContext } from '../context.ts';
import { surveyBorrowed } from './survey-borrowed.ts';

type Resolver = EngineContext['config']['python']['resolver'];

/** Probes the interpreter that the installation's environments are made with. */
export function interpreter(
  engine: Pick<EngineContext, 'outside' | 'config' | 'paths'>,
  resolver: Resolver = engine.config.python.resolver,
): Promise<PythonFacts> {
  const { program } = engine.config.python;
  return engine.outside.python.probe({
    toolsDir: engine.paths.tools,
    resolver,
    ...(program === null ? {} : { program }),
  });
}

/**
 * Probes the interpreter that the environments of a lock are made with: the configured one where it has the lock's ABI, else the
 * one of the search path that has: a lock of before an upgrade of Python keeps its own. Fault: `PYTHON_MISSING` when there is none.
 */
export async function interpreterOf(
  engine: Pick<EngineContext, 'outside' | 'config' | 'paths'>,
  lockText: string,
  resolver?: Resolver,
): Promise<PythonFacts> {
  const configured = await interpreter(engine, resolver);
  const [, minor] = /^# python: cp3(\d+)$/m.exec(lockText) ?? [];
  if (minor === undefined || configured.abi === `cp3${minor}`) return configured;
  return engine.outside.python.probe({ toolsDir: engine.paths.tools, program: `python3.${minor}` });
}

/** The environment that a lock names on this machine, and how it is there. */
export interface NamedEnvironment {
  readonly id: EnvironmentId;
  /** Where it lies or is to be built: below `envs/`, or where it was found. */
  readonly dir: string;
  /** Its interpreter, links not resolved: a venv is found by its own path. */
  readonly python: string;
  /** It was found and is used where it lies: never built. */
  readonly isBorrowed: boolean;
  readonly condition: EnvironmentCondition;
}

/**
 * Answers which environment a lock names and whether it is ready. A borrowed one is surveyed and compared with what
 * was recorded when it was adopted, its bytes where only times moved; `manifestDigest` is its fingerprint then, and its size is not ours: 0. One whose
 * interpreter is gone, or that was never adopted, is `missing`. Nothing is written.
 */
export async function findEnvironment(context: EngineContext, lockText: string): Promise<NamedEnvironment> {
  const id = await declaredEnvironment(context, lockText);
  const borrowed = borrowedInterpreter(lockText);
  if (borrowed !== undefined) {
    const condition = await borrowedCondition(context, { id, python: borrowed });
    return { id, dir: prefixOf(borrowed), python: borrowed, isBorrowed: true, condition };
  }
  const dir = `${context.paths.envs}/${id}`;
  const condition = await context.outside.python.inspect(dir);
  return { id, dir, python: `${dir}/bin/python`, isBorrowed: false, condition };
}

/** Names the environment of a lock on this machine. A borrowed one is named by its lock alone; who would resolve it is not asked. */
export async function declaredEnvironment(context: EngineContext, lockText: string): Promise<EnvironmentId> {
  const { sha256 } = context.outside.digest;
  if (borrowedInterpreter(lockText) !== undefined) return borrowedId(lockText, sha256);
  const python = await interpreterOf(context, lockText, 'pip');
  return environmentId({ lockText, python, accelerator: 'any', installer: 'pip' }, sha256);
}

function borrowedId(lockText: string, sha256: (text: string) => string): EnvironmentId {
  const python = { version: '', abi: '', platform: '' };
  return environmentId({ lockText, python, accelerator: 'any', installer: 'borrowed' }, sha256);
}

/** `/srv/ComfyUI/venv` for `/srv/ComfyUI/venv/bin/python`. */
export const prefixOf = (python: string): string => python.slice(0, Math.max(1, python.lastIndexOf('/bin/')));

async function borrowedCondition(
  context: EngineContext,
  { id, python }: { id: EnvironmentId; python: string },
): Promise<EnvironmentCondition> {
  const recorded = dataOf('environment.borrowed', context.ledger.latest(`borrowed:${id}`));
  // What was never adopted is never started: a lock alone could name any program of the machine.
  if (recorded === undefined) return { kind: 'missing' };
  const now = await surveyBorrowed(context, { recorded, python, occasion: 'survey' });
  if (now === undefined) return { kind: 'missing' };
  if (now.is === 'moved') return { kind: 'drifted', changed: borrowedChanges(recorded.packages, now.survey.packages) };
  return { kind: 'intact', manifestDigest: recorded.fingerprint, python, sizeBytes: 0 };
}

/** Records what an adopted environment is now: what it is compared with from here on. */
export async function recordBorrowed(
  context: EngineContext,
  { lockText, survey }: { lockText: string; survey: Survey },
): Promise<EnvironmentId> {
  const python = borrowedInterpreter(lockText);
  if (python === undefined) throw new Error('the lock borrows nothing');
  const id = borrowedId(lockText, context.outside.digest.sha256);
  const { prefix, manager, fingerprint, frame } = survey;
  const known = dataOf('environment.borrowed', context.ledger.latest(`borrowed:${id}`));
  if (known?.fingerprint === fingerprint) return id;
  const packages = packagesToRecord(earlierOf(context, python)?.packages, survey.packages);
  await context.ledger.append([
    row(
      'environment.borrowed',
      { environment: id, python, prefix, manager, fingerprint, frame, packages },
      { keys: [`borrowed:${id}`] },
    ),
  ]);
  return id;
}

/** What was last recorded of an interpreter's environment, under whatever id. */
const earlierOf = ({ ledger }: EngineContext, python: string): JournalKinds['environment.borrowed'] | undefined =>
  ledger
    .read({ kinds: ['environment.borrowed'], descending: true, limit: 100 })
    .map((entry) => dataOf('environment.borrowed', entry))
    .find((one) => one?.python === python);

/**
 * Records the environment that a planned lock borrows, when it is what was planned: a person said yes to those files
 * and no others. What was recorded for the lock of before stays, under its own id. A repeat is safe.
 * Fault `CHANGE_MOVED` when it moved since.
 */
export async function takeBorrowed(
  context: EngineContext,
  { lockText, mark }: { lockText: string; mark: string },
): Promise<EnvironmentId> {
  const python = borrowedInterpreter(lockText);
  if (python === undefined) throw new Error('the lock borrows nothing');
  const survey = await context.outside.python.survey({ python, mark });
  const planned = borrowedFingerprint(lockText);
  if (survey.fingerprint === planned) return recordBorrowed(context, { lockText, survey });
  throw new Fault('CHANGE_MOVED', `The environment ${prefixOf(python)} moved again since the plan was made.`, {
    hints: ['orchestrate outside list', 'Then keep what is there now: orchestrate outside keep <id>'],
    state: 'Nothing was recorded; what was adopted before is compared as before.',
    data: { python, planned: planned ?? null, found: survey.fingerprint },
  });
}

/** What a person can type when the borrowed environment is not as it was recorded; `id` of the outside change. */
export const waysOutOfBorrowedDrift = (id: string): readonly string[] => [
  `orchestrate outside keep ${id}   (prove it as it is now, and go on with that)`,
  'orchestrate run "relock environment"   (have one built that is ours, and leave this one alone)',
  'Or put those packages back as they were, then repeat.',
];

/** Faults that say why an environment cannot be used; nothing was changed. */
export function unusable({ id, dir, python, isBorrowed, condition }: NamedEnvironment): Fault {
  const state = 'Nothing was changed; production was not touched.';
  if (isBorrowed && condition.kind === 'missing')
    return new Fault(
      'RESTORE_UNAVAILABLE',
      `The borrowed environment ${dir} is not there any more, or was never adopted.`,
      {
        hints: [`Bring ${python} back.`, 'orchestrate restore list'],
        state,
        data: { environment: id, python },
      },
    );
  const changed = condition.kind === 'drifted' ? condition.changed : [];
  const few = `${changed.slice(0, 5).join(', ')}${changed.length > 5 ? ` and ${changed.length - 5} more` : ''}`;
  const data = { environment: id, changed: changed.slice(0, 50) };
  if (isBorrowed)
    return new Fault('ENVIRONMENT_DRIFTED', `The borrowed environment ${dir} is not as it was recorded: ${few}.`, {
      hints: ['orchestrate outside list', ...waysOutOfBorrowedDrift('<id>')],
      state,
      data,
    });
  return new Fault('ENVIRONMENT_DRIFTED', `Files of the environment ${id} are not the ones that were built: ${few}.`, {
    hints: [
      'orchestrate undo   (or restore to: it is kept in trash and built again, once you said yes)',
      `Or move ${dir} away to have it built again from kept wheels, then repeat.`,
    ],
    state,
    data,
  });
}
