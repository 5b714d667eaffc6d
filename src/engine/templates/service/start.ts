import { Fault } from '../../../base/fault.ts';
import { dataOf, type JournalKinds, row } from '../../../domain/journal/kinds.ts';
import { maskSecrets } from '../../../domain/templates/mask-secrets.ts';
import type { ProcessIdentity } from '../../../ports/index.ts';
import { markOf } from '../../context.ts';
import type { Engine } from '../../engine.ts';
import { capOf } from '../../instances/memory-cap.ts';
import { ownPids } from '../../instances/own-pids.ts';
import { instanceLog, logPathOf, requirePort } from '../../instances/start.ts';
import { environmentOf, prepareProgram, type ProgramComposed, requireProgram, secretsGiven } from './commands.ts';
import { programDir } from './compose.ts';

type Composed = JournalKinds['instance.composed'];

/** How often the readiness address is asked during a start, and how long one answer may take. */
const askEveryMs = 100;
const askLimitMs = 2_000;
/** Lines of its log that a fault carries. */
const nTailLines = 40;

/**
 * Runs set-up and checks, starts the program and waits until its readiness address answers with 2xx from a socket that a process of ours
 * holds. Found started and proven, it is left as it is; what an interrupted call left half done is stopped and begun anew.
 * Faults: those of `prepareProgram`, `PORT_TAKEN`, `INSTANCE_BOOT_FAILED`, `INSTANCE_NOT_PROVEN`, `INSTANCE_UNHEALTHY`.
 */
export async function startProgram(engine: Engine, given: Composed, signal: AbortSignal): Promise<object> {
  const composed = requireProgram(given);
  const { processes, clock } = engine.outside;
  const { instance } = composed;
  const proven = dataOf('instance.proven', engine.ledger.latest(`instance-up:${instance}`));
  if (proven && (await processes.isAlive(proven))) return { pid: proven.pid, startTime: proven.startTime };
  await stopMarked(engine, instance, 1_000);
  await prepareProgram(engine, composed, signal);
  await requirePort(engine, composed.port);
  const startedMs = clock.monotonicMs();
  const child = await launch(engine, composed);
  await prove(engine, composed, { child, startedMs, signal });
  return child;
}

/** Stops every process of the instance that is still there. */
export async function stopMarked(engine: Engine, instance: string, graceMs: number): Promise<void> {
  const mark = markOf(engine, instance);
  for (const found of await engine.outside.processes.findMarked((one) => one === mark))
    await engine.outside.processes.stop(found, { graceMs });
}

async function launch(engine: Engine, composed: ProgramComposed): Promise<ProcessIdentity> {
  await engine.outside.files.ensureDir(`${engine.paths.logs}/instances`);
  try {
    return await engine.outside.processes.start({
      program: composed.python,
      args: composed.args,
      cwd: programDir(composed.dir),
      env: environmentOf(engine, composed),
      logPath: logPathOf(engine, composed.instance),
      mark: markOf(engine, composed.instance),
      ...capOf(composed),
    });
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'PROCESS_FAILED') throw error;
    throw new Fault('PROCESS_FAILED', `The start command cannot be started: ${error.message}`, {
      hints: ['Look at program.start in orchestrate.yaml; programs are looked for on your PATH.'],
      cause: error,
      data: { program: composed.python },
    });
  }
}

async function prove(
  engine: Engine,
  composed: ProgramComposed,
  { child, startedMs, signal }: { child: ProcessIdentity; startedMs: number; signal: AbortSignal },
): Promise<void> {
  const { clock, processes, readiness } = engine.outside;
  const { instance, port, run, program } = composed;
  const limitMs = engine.config.service.startSeconds * 1_000;
  let last = 'nothing answers';
  for (;;) {
    const elapsedMs = clock.monotonicMs() - startedMs;
    const status = await readiness.status(program.ready, { timeoutMs: askLimitMs });
    const isReady = status !== undefined && status >= 200 && status < 300;
    const stranger = status === undefined ? undefined : await findStranger(engine, composed, child);
    if (isReady && stranger === undefined) {
      const { pid, startTime } = child;
      const startMs = Math.round(clock.monotonicMs() - startedMs);
      const data = { instance, pid, startTime, port, ownsSocket: true, status, startMs };
      await engine.ledger.append([row('instance.proven', data, { run, keys: [`instance-up:${instance}`] })]);
      return;
    }
    if (status !== undefined) last = stranger ?? `it answers ${status}`;
    if (!(await processes.isAlive(child))) throw await bootFault(engine, composed);
    if (elapsedMs > limitMs) {
      if (stranger !== undefined)
        throw new Fault('INSTANCE_NOT_PROVEN', `Something answers on port ${port}, but it is not ours: ${stranger}.`, {
          data: { instance },
        });
      throw new Fault(
        'INSTANCE_UNHEALTHY',
        `${program.ready} did not answer with 2xx within ${engine.config.service.startSeconds} s: ${last}.`,
        {
          hints: [
            'Look at program.ready and service.start-time in orchestrate.yaml.',
            `orchestrate service logs --instance ${instance}`,
          ],
          data: { instance, tail: await tellableLog(engine, composed, nTailLines) },
        },
      );
    }
    if (!(await clock.sleep(askEveryMs, signal))) throw new Fault('INTERRUPTED', 'The start was called off.');
  }
}

/** Who else holds the port, as a clause; undefined when a process of ours does. What the child started itself is ours too. */
async function findStranger(
  engine: Engine,
  { instance, port }: Composed,
  child: ProcessIdentity,
): Promise<string | undefined> {
  const holder = await engine.outside.ports.holder(port);
  const owners = holder.kind === 'held' ? holder.owners : [];
  const ours = await ownPids(engine, instance, child.pid);
  const other = owners.find(({ pid }) => !ours.has(pid));
  if (owners.length > 0 && other === undefined) return undefined;
  return other === undefined
    ? 'the socket belongs to a process that cannot be seen'
    : `the socket belongs to process ${other.pid}`;
}

async function bootFault(engine: Engine, composed: ProgramComposed): Promise<Fault> {
  const tail = await tellableLog(engine, composed, nTailLines);
  return new Fault('INSTANCE_BOOT_FAILED', `The service ended before it was ready: ${lastWords(tail)}`, {
    hints: [`orchestrate service logs --instance ${composed.instance}`],
    data: { instance: composed.instance, tail },
  });
}

/** What a program says last, as the reason of its end. */
export const lastWords = (lines: readonly string[]): string => lines.at(-1)?.slice(0, 300) ?? 'it wrote nothing.';

/** The last lines of its log, without what the included files hold. */
export async function tellableLog(
  engine: Engine,
  composed: ProgramComposed,
  nLines: number,
): Promise<readonly string[]> {
  return maskSecrets(await instanceLog(engine, composed.instance, nLines), await secretsGiven(engine, composed));
}

/** Stops the program, if it is still there, and records why; `save` is given its folder before that goes. A repeat is safe. */
export async function stopProgram(
  engine: Engine,
  given: Composed,
  save: (composed: Composed) => Promise<void>,
): Promise<object> {
  const composed = requireProgram(given);
  const { instance, run, dir } = composed;
  await stopMarked(engine, instance, 5_000);
  const fault = engine.host.find(instance)?.fault;
  const data = { instance, reason: fault?.message ?? 'stopped', logTail: await tellableLog(engine, composed, 20) };
  await save(composed);
  await engine.ledger.append([row('instance.ended', data, { run, keys: [`instance-up:${instance}`] })]);
  await engine.outside.files.remove(dir);
  return {};
}

/** Whether it answers with 2xx now. */
export async function programAnswers(engine: Engine, composed: Composed, timeoutMs: number): Promise<boolean> {
  const status = await engine.outside.readiness.status(requireProgram(composed).program.ready, { timeoutMs });
  return status !== undefined && status >= 200 && status < 300;
}
