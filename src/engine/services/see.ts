import type { ServiceSeen } from '../../actions/_service-care.ts';
import { plainLine } from '../../domain/alerts/plain-alert.ts';
import { shownCommand } from '../../domain/alerts/shown-command.ts';
import { judgeDisk } from '../../domain/health/judge.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { ServiceState } from '../../domain/services/may-restart.ts';
import type { EngineContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import { askProduction, type ServiceNow } from '../health/answer.ts';
import { loadDisks } from '../health/folders.ts';
import { type Watched, watchWork } from './watch-work.ts';

/** Looks at production and the machine under it; watches what it works on for a while. Changes nothing; a repeat is safe. */
export async function seeService(
  engine: Engine,
  { watchMs, signal }: { readonly watchMs: number; readonly signal: AbortSignal },
): Promise<ServiceSeen> {
  const { machine } = engine.outside;
  const before = await askProduction(engine);
  const watched = await watchedOf(engine, before, { watchMs, signal });
  const now = watchMs > 0 ? await askProduction(engine) : before;
  const { instance, port, pid, latencyMs, queue, devices } = now;
  const found = pid === null ? undefined : await machine.process(pid);
  const { totalBytes, availableBytes } = await machine.memory();
  return {
    ...{ instance, port, latencyMs, queue, state: await stateOf(engine, now) },
    ...watched,
    isOurs: engine.config.service.mode !== 'none',
    process: pid === null || found === undefined ? null : { pid, ...found },
    listener: port === null ? null : await listenerOf(engine, port),
    devices: devices.map(({ name, memoryBytes, freeBytes }) => ({ name, memoryBytes, freeBytes })),
    disks: (await loadDisks(engine)).disks.map(({ name, path, freeBytes, totalBytes: total }) => ({
      ...{ name, path, freeBytes, totalBytes: total },
      level: judgeDisk(freeBytes, 'good', engine.config.monitoring),
    })),
    memory: { totalBytes, availableBytes },
    holders: await holdersOf(engine, pid),
    graphics: await graphicsOf(engine),
  };
}

/** What nobody here starts is judged by its queue alone; what is down does nothing. */
async function watchedOf(
  engine: Engine,
  now: ServiceNow,
  options: { readonly watchMs: number; readonly signal: AbortSignal },
): Promise<Watched> {
  const { instance, queue } = now;
  const state = await stateOf(engine, now);
  if (instance !== null && (state === 'answers' || state === 'silent'))
    return watchWork(engine, { instance, ...options });
  const isIdle = queue !== null && queue.running + queue.pending === 0;
  return { moves: isIdle ? 'idle' : 'unclear', hang: null, prompt: null };
}

async function stateOf(context: EngineContext, { instance, latencyMs, state }: ServiceNow): Promise<ServiceState> {
  if (latencyMs !== null) return 'answers';
  if (instance === null) return context.config.service.mode === 'none' ? 'silent' : 'stopped';
  const proven = dataOf('instance.proven', context.ledger.latest(`instance-up:${instance}`));
  const isAlive = proven === undefined || (await context.outside.processes.isAlive(proven));
  return state === 'stopped' || !isAlive ? 'gone' : 'silent';
}

/** Characters of a start command that are told. */
const maxCommand = 200;

async function listenerOf({ outside }: EngineContext, port: number): Promise<string | null> {
  const holder = await outside.ports.holder(port);
  if (holder.kind === 'free') return null;
  const [owner] = holder.owners;
  return owner === undefined
    ? 'a program of another user'
    : `pid ${owner.pid}: ${shownCommand(owner.argv, maxCommand)}`;
}

/** Programs of the machine that are told. */
const maxHolders = 10;

async function holdersOf({ outside }: EngineContext, own: number | null) {
  const found = (await outside.accelerators.holders()).filter(({ pid }) => pid !== own);
  return found.slice(0, maxHolders).map((one) => ({ ...one, name: plainLine(one.name, maxCommand) }));
}

async function graphicsOf({ outside }: EngineContext): Promise<string> {
  const probed = await outside.accelerators.probe();
  switch (probed.kind) {
    case 'none':
      return 'no NVIDIA driver, or no card';
    case 'unknown':
      return `the driver does not answer: ${probed.reason}`;
    case 'nvidia':
      return `driver ${probed.driver}: ${probed.gpus.map(({ name }) => name).join(', ')}`;
  }
}
