import type { Engine } from '../engine.ts';

/** A server with torch and a small model loaded; the disk keeps as much for what production writes meanwhile. */
const spareMemoryBytes = 2_000_000_000;
const spareDiskBytes = 2_000_000_000;
/** Ports that stay free for runs which begin meanwhile. */
const sparePorts = 2;

/**
 * Says what keeps the machine from proving one more tree ahead, or undefined. The gates of changes come first: while one proves,
 * nothing is begun beside it.
 */
export async function noRoom(engine: Engine, nRunning: number): Promise<string | undefined> {
  const { config, host, leases, outside } = engine;
  if (nRunning >= config.queue.ahead) return 'as many as allowed are proven ahead';
  const gating = host.all('change').find((one) => one.state === 'gating' || one.state === 'regating');
  if (gating) return `${gating.subject} is being proven`;
  if (outside.host.availableMemoryBytes() < spareMemoryBytes) return 'too little memory is free';
  if ((await outside.files.freeBytes(engine.paths.home)) < spareDiskBytes) return 'too little disk is free';
  const nRuns = host.all('run').filter((one) => !one.isFinal && leases.find(one.subject) === undefined).length;
  if (!(await leases.hasFreePorts(nRuns + 1 + sparePorts))) return 'too few ports are free for runs';
  return undefined;
}
