import { Fault } from '../../base/fault.ts';
import type { MetricPoint } from '../../ports/index.ts';
import type { EngineContext } from '../context.ts';
import { ownPids } from '../instances/own-pids.ts';
import { askProduction, type ServiceNow } from './answer.ts';
import { type Disk, loadDisks } from './folders.ts';

/** What one measurement saw. */
export interface Sample {
  readonly service: ServiceNow;
  readonly disks: readonly Disk[];
  readonly memory: { readonly totalBytes: number; readonly availableBytes: number };
  readonly points: readonly MetricPoint[];
}

/** Measures the installation once. Reads only; what cannot be read has no point. */
export async function measure(context: EngineContext): Promise<Sample> {
  const { machine, clock } = context.outside;
  const [{ disks }, memory, load] = [await loadDisks(context), await machine.memory(), await machine.load()];
  const service = await askProduction(context);
  const taken = await takenBy(context, service);
  const [device] = service.devices.filter(({ type }) => type !== 'cpu');
  const values: Readonly<Record<string, number | null | undefined>> = {
    'memory.available': memory.availableBytes,
    'memory.swap': memory.swapUsedBytes,
    'load.minute': load.oneMinute,
    ...Object.fromEntries(disks.map(({ name, freeBytes }) => [`disk.free.${name}`, freeBytes])),
    ...(service.port === null ? {} : { [`service.latency.${service.port}`]: service.latencyMs }),
    ...(service.port === null ? {} : { 'service.up': service.latencyMs === null ? 0 : 1 }),
    'service.queue': service.queue === null ? null : service.queue.running + service.queue.pending,
    'service.memory': taken?.residentBytes,
    'service.cpu': taken?.cpuMs,
    'service.files': taken?.openFiles,
    'gpu.free': device?.freeBytes,
    'gpu.total': device?.memoryBytes,
  };
  const atMs = clock.nowMs();
  const points = Object.entries(values).flatMap(([series, value]) =>
    typeof value === 'number' ? [{ series, atMs, value }] : [],
  );
  return { service, disks, memory, points };
}

/** What all processes of production take together. Processor time falls when one of them has ended. */
async function takenBy(
  context: EngineContext,
  { instance, pid }: ServiceNow,
): Promise<{ residentBytes: number; cpuMs: number; openFiles: number | null } | undefined> {
  if (instance === null || pid === null) return undefined;
  const found = [];
  for (const one of await pidsOf(context, instance, pid)) found.push(await context.outside.machine.process(one));
  const living = found.filter((one) => one !== undefined);
  if (living.length === 0) return undefined;
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const files = living.map(({ openFiles }) => openFiles);
  return {
    residentBytes: sum(living.map(({ residentBytes }) => residentBytes)),
    cpuMs: sum(living.map(({ cpuMs }) => cpuMs)),
    openFiles: files.every((one) => one !== null) ? sum(files) : null,
  };
}

/** Where the machine does not tell who carries the mark, the one that was started is measured. */
async function pidsOf(context: EngineContext, instance: string, pid: number): Promise<Iterable<number>> {
  try {
    return await ownPids(context, instance, pid);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [pid];
  }
}
