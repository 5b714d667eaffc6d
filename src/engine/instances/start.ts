import { Fault } from '../../base/fault.ts';
import { bootFailure } from '../../domain/instances/boot-failure.ts';
import { serviceEnvironment } from '../../domain/instances/command.ts';
import { missingText, type StartMark, startMark } from '../../domain/instances/start-mark.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { ProcessIdentity } from '../../ports/index.ts';
import { type EngineContext, markOf } from '../context.ts';
import { type Engine, requireRow } from '../engine.ts';
import { readLogEnd } from './log-pieces.ts';
import { capOf } from './memory-cap.ts';

type Composed = JournalKinds['instance.composed'];

export const baseUrl = (port: number): string => `http://127.0.0.1:${port}`;

/** Returns what was composed for the instance, from its row. */
export function composedInstance(engine: Engine, instance: string): Composed {
  const composed = dataOf('instance.composed', requireRow(engine, `instance:${instance}`));
  if (!composed) throw new Error(`no composition on record for ${instance}`);
  return composed;
}

/** So much of a log is read for its last lines. */
const maxTailBytes = 1024 * 1024;

/** Returns the last lines that the instance's process wrote. */
export async function instanceLog(engine: Engine, instance: string, nLines: number): Promise<readonly string[]> {
  const end = await readLogEnd(engine.outside.files, logPathOf(engine, instance), maxTailBytes);
  return (end?.text ?? '')
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '')
    .slice(-nLines);
}

/** Where the processes of instances write. */
export const logDirOf = ({ paths }: Pick<EngineContext, 'paths'>): string => `${paths.logs}/instances`;

export const logPathOf = (context: Pick<EngineContext, 'paths'>, instance: string): string =>
  `${logDirOf(context)}/${instance}.log`;

/** Fault `PORT_TAKEN` unless the port is free. Names the holder; never stops it. */
export async function requirePort(engine: Engine, port: number): Promise<void> {
  if (await engine.outside.ports.isFree(port)) return;
  const holder = await engine.outside.ports.holder(port);
  const owner = holder.kind === 'held' ? holder.owners[0] : undefined;
  const who = owner ? `process ${owner.pid} (${owner.argv.slice(0, 3).join(' ')})` : 'a process of another user';
  throw new Fault('PORT_TAKEN', `Port ${port} is held by ${who}, which orchestrate did not start and will not stop.`, {
    hints: ['Stop that program, or set another service port in orchestrate.yaml.'],
    data: { port, owner: owner ?? null },
  });
}

/**
 * Starts the process of a composed instance, or finds it started, and proves that it is the one that answers:
 * its own folder in the answering server's start command, and the listening socket held by our child.
 */
export async function startInstance(engine: Engine, instance: string, signal: AbortSignal): Promise<object> {
  const composed = composedInstance(engine, instance);
  const { processes, clock } = engine.outside;
  const mark = markOf(engine, instance);
  // What the server starts inherits its mark; the server itself names its program.
  const marked = await processes.findMarked((found) => found === mark);
  const found = marked.find((one) => one.argv.some((argument) => argument.startsWith(`${composed.dir}/`)));

  // A process that an interrupted call started has been on its way since its composition was written.
  // A clock that was set meanwhile must not use up its time.
  const knownMs = Math.max(0, clock.nowMs() - requireRow(engine, `instance:${instance}`).atMs);
  const sinceMs = found ? Math.min(knownMs, engine.config.service.startSeconds * 500) : 0;
  const startedMs = clock.monotonicMs() - sinceMs;
  const started = found ?? (await launch(engine, composed, mark));
  await prove(engine, composed, started, startedMs, signal);
  return started;
}

async function launch(engine: Engine, composed: Composed, mark: string): Promise<ProcessIdentity> {
  const { files, processes, host } = engine.outside;
  await requirePort(engine, composed.port);
  await freeForProduction(engine, composed);
  await files.ensureDir(logDirOf(engine));
  const env = serviceEnvironment({
    dir: composed.dir,
    binDir: composed.python.slice(0, composed.python.lastIndexOf('/')),
    port: composed.port,
    searchPath: host.searchPath,
  });
  const spec = {
    program: composed.python,
    args: composed.args,
    cwd: `${composed.dir}/ComfyUI`,
    env,
    logPath: logPathOf(engine, composed.instance),
    mark,
    ...capOf(composed),
  };
  return processes.start(
    composed.seal === 'read-only bind' ? { ...spec, readOnly: composed.readOnly ?? [engine.paths.envs] } : spec,
  );
}

/** A proof keeps its models in the memory of the card: production that starts would find it full. What does not answer is left. */
async function freeForProduction(engine: Engine, { instance, purpose, args }: Composed): Promise<void> {
  const run = dataOf('graphics.lent', engine.ledger.latest('graphics'))?.run;
  const isOnCard = purpose === 'production' && !args.includes('--cpu') && engine.config.policy.oneGenerator;
  if (run === undefined || !isOnCard) return;
  const proofs = engine.host
    .all('instance')
    .filter(({ state }) => state === 'healthy')
    .map(({ subject }) => composedInstance(engine, subject))
    .filter((one) => one.run === run && one.purpose === 'proof' && !one.args.includes('--cpu'));
  if (proofs.length === 0) return;
  const data = { instance, run, proofs: proofs.map((one) => one.instance) };
  await engine.ledger.append([row('graphics.freed', data, { run, keys: [`graphics-freed:${instance}`] })]);
  for (const { port } of proofs)
    await engine.outside.service.free(baseUrl(port)).catch((error: unknown) => {
      if (!(error instanceof Fault)) throw error;
    });
}

async function prove(
  engine: Engine,
  composed: Composed,
  child: ProcessIdentity,
  startedMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { clock, processes, ports, service } = engine.outside;
  const { instance, port, dir, run } = composed;
  const limitMs = engine.config.service.startSeconds * 1_000;
  let stranger = '';
  for (;;) {
    const elapsedMs = clock.monotonicMs() - startedMs;
    const facts = await service.facts(baseUrl(port));
    const argvNamesDir = facts?.argv.some((argument) => argument.startsWith(`${dir}/`)) ?? false;
    const holder = facts ? await ports.holder(port) : undefined;
    const owners = holder?.kind === 'held' ? holder.owners : [];
    const ownsSocket = owners.length === 1 && owners[0]?.pid === child.pid;
    if (facts && argvNamesDir && ownsSocket) {
      const can = await service.abilities(baseUrl(port));
      const data = {
        instance,
        pid: child.pid,
        startTime: child.startTime,
        port,
        argvNamesDir,
        ownsSocket,
        comfyuiVersion: facts.comfyuiVersion,
        pytorchVersion: facts.pytorchVersion,
        device: facts.deviceType,
        ...(can === undefined ? {} : { can }),
        startMs: Math.round(elapsedMs),
        logMark: await markInLog(engine, instance),
      };
      await engine.ledger.append([row('instance.proven', data, { run, keys: [`instance-up:${instance}`] })]);
      return;
    }
    if (facts)
      stranger = ownsSocket
        ? `its start command does not name ${dir}`
        : `the socket belongs to ${owners.length} other process(es)`;
    if (!(await processes.isAlive(child))) {
      const tail = await instanceLog(engine, instance, 40);
      throw new Fault('INSTANCE_BOOT_FAILED', `The service ended before it answered: ${bootFailure(tail)}`, {
        data: { instance, tail },
      });
    }
    if (elapsedMs > limitMs) {
      const [tail, logMark] = [await instanceLog(engine, instance, 40), await markInLog(engine, instance)];
      if (stranger !== '')
        throw new Fault('INSTANCE_NOT_PROVEN', `Something answers on port ${port}, but it is not ours: ${stranger}.`, {
          data: { instance },
        });
      throw new Fault(
        'INSTANCE_UNHEALTHY',
        `The service did not answer within ${engine.config.service.startSeconds} s. ${missingText(logMark)}.`,
        {
          hints: [
            `orchestrate service logs --instance ${instance}`,
            'A slow start needs a longer service.start-time in orchestrate.yaml.',
          ],
          data: { instance, tail, logMark },
        },
      );
    }
    if (!(await clock.sleep(50, signal))) throw new Fault('INTERRUPTED', 'The start was called off.');
  }
}

/** The server writes it before it answers, so that it is not waited for; one that writes it elsewhere is as good. */
const markInLog = async ({ outside: { files }, paths }: Engine, instance: string): Promise<StartMark> =>
  startMark((await readLogEnd(files, logPathOf({ paths }, instance), maxTailBytes))?.text ?? '');

/**
 * Stops the instance's process, if it is ours and still there, and records why. `save` is given its folder before that
 * goes. A repeat is safe.
 */
export async function stopInstance(
  engine: Engine,
  instance: string,
  save: (composed: Composed) => Promise<void>,
): Promise<object> {
  const { processes, files } = engine.outside;
  const mark = markOf(engine, instance);
  for (const found of await processes.findMarked((one) => one === mark))
    await processes.stop(found, { graceMs: 5_000 });
  const composed = composedInstance(engine, instance);
  const fault = engine.host.find(instance)?.fault;
  const data = { instance, reason: fault?.message ?? 'stopped', logTail: await instanceLog(engine, instance, 20) };
  await save(composed);
  await engine.ledger.append([row('instance.ended', data, { run: composed.run, keys: [`instance-up:${instance}`] })]);
  await files.remove(composed.dir);
  return {};
}
