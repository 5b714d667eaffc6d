import type { MetricPoint } from '../../ports/index.ts';
import type { EngineContext } from '../context.ts';
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
  const process = service.pid === null ? undefined : await machine.process(service.pid);
  const [device] = service.devices.filter(({ type }) => type !== 'cpu');
  const values: Readonly<Record<string, number | null | undefined>> = {
    'memory.available': memory.availableBytes,
    'memory.swap': memory.swapUsedBytes,
    'load.minute': load.oneMinute,
    ...Object.fromEntries(disks.map(({ name, freeBytes }) => [`disk.free.${name}`, freeBytes])),
    ...(service.port === null ? {} : { [`service.latency.${service.port}`]: service.latencyMs }),
    ...(service.port === null ? {} : { 'service.up': service.latencyMs === null ? 0 : 1 }),
    'service.queue': service.queue === null ? null : service.queue.running + service.queue.pending,
    'service.memory': process?.residentBytes,
    'service.cpu': process?.cpuMs,
    'service.files': process?.openFiles,
    'gpu.free': device?.freeBytes,
    'gpu.total': device?.memoryBytes,
  };
  const atMs = clock.nowMs();
  const points = Object.entries(values).flatMap(([series, value]) =>
    typeof value === 'number' ? [{ series, atMs, value }] : [],
  );
  return { service, disks, memory, points };
}
