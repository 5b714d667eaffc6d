import { Fault } from '../../base/fault.ts';
import { commandEnvironment } from '../../domain/instances/command.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { ProgramResult, ServiceFacts } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import { baseUrl, requirePort } from './start.ts';

type Composed = JournalKinds['instance.composed'];
/** Production that another program starts and stops, by two commands of orchestrate.yaml. */
export type Commanded = Composed & { readonly by: NonNullable<Composed['by']> };

export const isCommanded = (composed: Composed): composed is Commanded => composed.by !== undefined;

/** How often the port is looked at while the other program starts or stops. */
const lookEveryMs = 100;
/** A stop command, and the process that it stops, are given this long each. */
const stopMs = 60_000;
/** Lines of a command's output that a fault carries. */
const nTailLines = 20;

/**
 * Runs the start command, once, and waits until a server answers whose start command names our folder. Whether a command that a
 * kill cut off has done its work nobody can tell: its server is waited for before the command is run again. The process is
 * that program's child: its pid is told, and never signalled.
 * Faults: `PORT_TAKEN`, `PROCESS_FAILED` or `PROCESS_TIMEOUT` of the command, `INSTANCE_UNHEALTHY` when it ends well and
 * nothing answers, `INSTANCE_NOT_PROVEN` when something else does.
 */
export async function startCommanded(engine: Engine, composed: Commanded, signal: AbortSignal): Promise<object> {
  const { instance, port, run } = composed;
  let startedMs = engine.outside.clock.monotonicMs();
  const limitMs = engine.config.service.startSeconds * 1_000;
  if (!(await isOurs(engine, composed))) {
    const key = `command-start:${instance}`;
    const failed = dataOf('effect.failed', engine.ledger.latest(`effect:${key}`));
    const look = async (): Promise<object | undefined> =>
      'facts' in (await awaitOurs(engine, composed, { startedMs, limitMs, signal })) ? {} : undefined;
    const act = async (): Promise<object> => {
      // Called off with the supervisor: as little is known as after a kill.
      const found = failed?.fault.code === 'INTERRUPTED' ? await look() : undefined;
      if (found) return found;
      startedMs = engine.outside.clock.monotonicMs();
      await requirePort(engine, port);
      const result = await runCommand(engine, composed, { argv: composed.by.start, timeoutMs: limitMs, signal });
      if (signal.aborted) throw calledOff();
      requireSuccess('start', result);
      return {};
    };
    await engine.perform({ key, name: 'run the start command', input: { port }, run }, { look, act });
  }
  const answer = await awaitOurs(engine, composed, { startedMs, limitMs, signal });
  if ('facts' in answer) return recordAnswer(engine, composed, { facts: answer.facts, startedMs });
  const { stranger } = answer;
  if (stranger)
    throw new Fault(
      'INSTANCE_NOT_PROVEN',
      `Something answers on port ${port}, but its start command does not name ${composed.dir}.`,
      { hints: ['The start command has to start ComfyUI with the arguments in ORCHESTRATE_ARGS.'], data: { instance } },
    );
  const { finishedText } = await holderText(engine, port);
  throw new Fault(
    'INSTANCE_UNHEALTHY',
    `The start command ended well, but nothing answers on port ${port} within ${engine.config.service.startSeconds} s${finishedText}.`,
    {
      hints: [
        'The start command has to start ComfyUI on the port in COMFY_PORT, with the arguments in ORCHESTRATE_ARGS.',
      ],
      data: { instance },
    },
  );
}

/** Waits for a server with our folder in its start command; `stranger`: something else answers instead. */
async function awaitOurs(
  engine: Engine,
  composed: Composed,
  options: { startedMs: number; limitMs: number; signal: AbortSignal },
): Promise<{ facts: ServiceFacts } | { stranger: boolean }> {
  const { clock, service } = engine.outside;
  for (;;) {
    const facts = await service.facts(baseUrl(composed.port));
    if (facts && namesFolder(facts, composed)) return { facts };
    if (clock.monotonicMs() - options.startedMs > options.limitMs) return { stranger: facts !== undefined };
    if (!(await clock.sleep(lookEveryMs, options.signal))) throw calledOff();
  }
}

const calledOff = (): Fault => new Fault('INTERRUPTED', 'The start was called off.');

/**
 * Runs the stop command and waits until the port is free. What we did not start is not killed: a holder that stays is told.
 * Without a holder there is nothing to stop. Faults: `SERVICE_NOT_OURS` when the port is still held.
 */
export async function stopCommanded(engine: Engine, composed: Commanded): Promise<void> {
  const { clock, ports } = engine.outside;
  if (await ports.isFree(composed.port)) return;
  const result = await runCommand(engine, composed, { argv: composed.by.stop, timeoutMs: stopMs });
  const sinceMs = clock.monotonicMs();
  const waitMs = isSuccess(result) ? stopMs : 0;
  while (!(await ports.isFree(composed.port))) {
    if (clock.monotonicMs() - sinceMs >= waitMs) {
      const { owner } = await holderText(engine, composed.port);
      throw new Fault(
        'SERVICE_NOT_OURS',
        `${outcomeText('stop', result)}, and port ${composed.port} is still held by ${owner}: orchestrate did not start it and does not kill it.`,
        {
          hints: [
            'Stop it where it was started, then: orchestrate service restart',
            'Look at service.stop-command in orchestrate.yaml.',
          ],
          data: { tail: tailOf(result) },
        },
      );
    }
    await clock.sleep(lookEveryMs);
  }
}

/**
 * Ends an instance that another program started: its stop command is run, and what came of it is recorded. Where that program
 * holds on to it, its folder stays with it. A repeat is safe.
 */
export async function endCommanded(
  engine: Engine,
  composed: Commanded,
  save: (composed: Composed) => Promise<void>,
): Promise<object> {
  const { instance, run, dir } = composed;
  const problem = await stopCommanded(engine, composed).then(
    () => undefined,
    (error: unknown) => (error instanceof Fault ? error : Promise.reject(error)),
  );
  await save(composed);
  const why = engine.host.find(instance)?.fault?.message ?? 'stopped';
  const data = { instance, reason: problem ? `${why}; ${problem.message}` : why, logTail: [] };
  await engine.ledger.append([row('instance.ended', data, { run, keys: [`instance-up:${instance}`] })]);
  // A server that hangs or still loads answers nothing, and works in the folder all the same.
  if (!problem || (await engine.outside.ports.isFree(composed.port))) await engine.outside.files.remove(dir);
  return {};
}

/** Whether a server may still work in the folder of an instance that has ended: the port is held, and by none that names another. */
export async function mayLive(engine: Engine, composed: Composed): Promise<boolean> {
  if (!isCommanded(composed) || (await engine.outside.ports.isFree(composed.port))) return false;
  const facts = await engine.outside.service.facts(baseUrl(composed.port));
  return facts === undefined || namesFolder(facts, composed);
}

/** Whether a server with our folder in its start command answers on the port. */
async function isOurs(engine: Engine, composed: Composed): Promise<boolean> {
  const facts = await engine.outside.service.facts(baseUrl(composed.port));
  return facts !== undefined && namesFolder(facts, composed);
}

/** The answering server was started from the folder that was composed. */
export const namesFolder = ({ argv }: ServiceFacts, { dir }: Composed): boolean =>
  argv.some((argument) => argument.startsWith(`${dir}/`));

async function recordAnswer(
  engine: Engine,
  composed: Commanded,
  { facts, startedMs }: { facts: ServiceFacts; startedMs: number },
): Promise<object> {
  const { clock, ports } = engine.outside;
  const { instance, port } = composed;
  const holder = await ports.holder(port);
  const [owner] = holder.kind === 'held' ? holder.owners : [];
  const data = {
    instance,
    owner: owner ? { pid: owner.pid, startTime: owner.startTime, program: owner.argv[0] ?? '' } : null,
    port,
    comfyuiVersion: facts.comfyuiVersion,
    pytorchVersion: facts.pytorchVersion,
    device: facts.deviceType,
    startMs: Math.round(clock.monotonicMs() - startedMs),
  };
  await engine.ledger.append([
    row('instance.answered', data, { run: composed.run, keys: [`instance-up:${instance}`] }),
  ]);
  return {};
}

/** The mark is left out on purpose: what this starts is not ours, and no sweep may take it for a stray child. */
function runCommand(
  engine: Engine,
  composed: Commanded,
  options: { argv: readonly string[]; timeoutMs: number; signal?: AbortSignal },
): Promise<ProgramResult> {
  const { processes, host } = engine.outside;
  const [program = '', ...args] = options.argv;
  const { searchPath, session } = host;
  const env = commandEnvironment({ ...composed, searchPath, session });
  return processes.run(
    { program, args, cwd: engine.paths.home, env, timeoutMs: options.timeoutMs, maxOutputBytes: 64 * 1024 },
    options.signal,
  );
}

const isSuccess = ({ exitCode, timedOut }: ProgramResult): boolean => exitCode === 0 && !timedOut;

function requireSuccess(what: 'start' | 'stop', result: ProgramResult): void {
  if (isSuccess(result)) return;
  throw new Fault(result.timedOut ? 'PROCESS_TIMEOUT' : 'PROCESS_FAILED', `${outcomeText(what, result)}.`, {
    hints: [`Look at service.${what}-command in orchestrate.yaml.`],
    data: { tail: tailOf(result) },
  });
}

function outcomeText(what: 'start' | 'stop', result: ProgramResult): string {
  const { timedOut, exitCode, signal, durationMs } = result;
  if (timedOut) return `The ${what} command did not end in ${Math.round(durationMs / 1000)} s`;
  if (exitCode === 0) return `The ${what} command ended well`;
  const said = tailOf(result).at(-1);
  return `The ${what} command ended with ${exitCode ?? signal ?? 'an error'}${said === undefined ? '' : ` (${said})`}`;
}

const tailOf = ({ stdout, stderr }: ProgramResult): readonly string[] =>
  `${stdout}\n${stderr}`
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '')
    .slice(-nTailLines)
    .map((line) => line.slice(0, 300));

async function holderText(engine: Engine, port: number): Promise<{ owner: string; finishedText: string }> {
  const holder = await engine.outside.ports.holder(port);
  if (holder.kind === 'free') return { owner: 'nobody', finishedText: '' };
  const [owner] = holder.owners;
  const text = owner ? `process ${owner.pid} (${owner.argv[0] ?? ''})` : 'a process of another user';
  return { owner: text, finishedText: `; ${text} holds the port and says nothing` };
}
