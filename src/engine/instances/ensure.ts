import type { ReadyEnvironment } from '../../actions/_context.ts';
import { Fault } from '../../base/fault.ts';
import { instanceId } from '../../base/ids.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { NewEntry } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import { settle } from '../machines/settle.ts';
import { composeInstance, type Declaration } from './compose.ts';
import { memoryLimitOf } from './memory-cap.ts';
import { composedInstance } from './start.ts';

export interface InstanceWish {
  readonly declaration: Declaration;
  readonly environment: ReadyEnvironment;
  readonly purpose: 'production' | 'proof';
  readonly port: number;
  readonly run: string | null;
  /** Rows about the instance that are on record with it or not at all. */
  readonly beside?: BesideInstance;
}

export type BesideInstance = (instance: string) => readonly NewEntry[];

/**
 * Returns the id of a healthy instance of exactly this tree and environment: the run's own when it has one,
 * else a new one, composed and started. Throws the fault of a start that failed.
 */
export async function ensureInstance(engine: Engine, wish: InstanceWish, signal: AbortSignal): Promise<string> {
  const { run, purpose } = wish;
  if (run === null || purpose !== 'proof') return startInstanceOf(engine, wish, signal);
  for (let nTried = 1; ; nTried += 1) {
    // The port that the run has now: it may have got another one since it was asked for.
    const port = engine.leases.find(run)?.port ?? wish.port;
    try {
      return await startInstanceOf(engine, { ...wish, port }, signal);
    } catch (error) {
      if (nTried === maxPorts || !(await isPortLost(engine, port, error))) throw error;
      await engine.leases.movePort(run, 'bound by another program before the service could');
    }
  }
}

/** Ports that a proof tries: each one was free a moment before, and a program that takes each is no accident. */
const maxPorts = 3;
const lostBy: ReadonlySet<string> = new Set(['PORT_TAKEN', 'INSTANCE_BOOT_FAILED', 'INSTANCE_NOT_PROVEN']);

/** Between the probe and the bind another program was quicker: ours is gone by now, and the port is held all the same. */
const isPortLost = async (engine: Engine, port: number, error: unknown): Promise<boolean> =>
  error instanceof Fault && lostBy.has(error.code) && !(await engine.outside.ports.isFree(port));

async function startInstanceOf(engine: Engine, wish: InstanceWish, signal: AbortSignal): Promise<string> {
  const known = findInstance(engine, wish);
  // A run proves one tree at a time, on the one port that it leased.
  if (!known && wish.run !== null && wish.purpose === 'proof') await stopInstancesOf(engine, wish.run);
  const instance = known ?? (await createInstance(engine, wish));
  const view = await settle(engine.host, instance, (one) => one.state === 'healthy' || one.state === 'stopped', signal);
  if (view.state === 'healthy') return instance;
  throw view.fault ? Fault.fromRecord(view.fault) : new Fault('INSTANCE_UNHEALTHY', 'The service was stopped.');
}

function findInstance(engine: Engine, wish: InstanceWish): string | undefined {
  if (wish.run === null) return undefined;
  for (const view of engine.host.all('instance')) {
    if (view.state === 'stopped' || view.state === 'stopping') continue;
    const composed = composedInstance(engine, view.subject);
    const isSame = composed.tree === wish.declaration.tree && composed.environment === wish.environment.id;
    if (isSame && composed.run === wish.run && composed.purpose === wish.purpose) return view.subject;
  }
  return undefined;
}

/** Composes a new instance and sends it off to start. Does not wait. */
export async function createInstance(engine: Engine, wish: InstanceWish): Promise<string> {
  const instance = instanceId(engine.numbers.next('instance'));
  const dir = `${engine.paths.instances}/${instance}`;
  const { declaration, environment, purpose, port, run } = wish;
  // Until its row is written nobody owns the folder: what a failure leaves there would stay until the next start.
  const { args } = await composeInstance(engine, { declaration, dir, purpose, port }).catch(async (error: unknown) => {
    await engine.outside.files.remove(dir);
    throw error;
  });
  const { mode, startCommand, stopCommand } = declaration.config.service;
  const isCommanded = purpose === 'production' && mode === 'command';
  const folders = environment.borrowed?.readOnly ?? [environment.dir.slice(0, environment.dir.lastIndexOf('/'))];
  const canBind = !isCommanded && folders.length > 0 && (await engine.outside.processes.canBindReadOnly());
  const composed = row(
    'instance.composed',
    {
      instance,
      purpose,
      tree: declaration.tree,
      environment: environment.id,
      components: declaration.componentsDigest,
      dir,
      port,
      run,
      python: environment.python,
      args,
      seal: canBind ? 'read-only bind' : 'detected, not prevented',
      readOnly: canBind ? folders : [],
      ...(await memoryLimitOf(engine, declaration.config.service, isCommanded)),
      ...(isCommanded ? { by: { start: startCommand, stop: stopCommand } } : {}),
    },
    { run, keys: [`instance:${instance}`, ...(purpose === 'production' ? ['composed:production'] : [])] },
  );
  await engine.host.create(
    'instance',
    instance,
    { subject: instance },
    {
      rows: [composed, ...(wish.beside?.(instance) ?? [])],
    },
  );
  await engine.host.send(instance, { type: 'START' });
  return instance;
}

/** Stops every proof instance of a run and waits until they are gone. */
export async function stopInstancesOf(engine: Engine, run: string): Promise<readonly string[]> {
  const stopped: string[] = [];
  for (const view of engine.host.all('instance')) {
    if (view.state === 'stopped') continue;
    const composed = composedInstance(engine, view.subject);
    if (composed.run !== run || composed.purpose !== 'proof') continue;
    await stopAndWait(engine, view.subject);
    stopped.push(view.subject);
  }
  return stopped;
}

/** Stops an instance, whatever it is doing, and waits until it is stopped. */
export async function stopAndWait(engine: Engine, instance: string): Promise<void> {
  const view = engine.host.find(instance);
  if (!view || view.state === 'stopped') return;
  if (view.state !== 'stopping') await engine.host.send(instance, { type: 'STOP' });
  await settle(engine.host, instance, (one) => one.state === 'stopped');
}
