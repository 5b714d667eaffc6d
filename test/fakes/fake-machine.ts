import type { DiskRoom, MachineFacts } from '../../src/ports/index.ts';

/** A machine that says what it was told to say. */
export function createFakeMachine(): MachineFacts & {
  readonly disks: Map<string, DiskRoom | 'silent'>;
  memoryNow: Awaited<ReturnType<MachineFacts['memory']>>;
  readonly processes: Map<number, NonNullable<Awaited<ReturnType<MachineFacts['process']>>>>;
} {
  const gib = 1024 ** 3;
  const machine = {
    disks: new Map<string, DiskRoom | 'silent'>(),
    memoryNow: { totalBytes: 32 * gib, availableBytes: 20 * gib, swapUsedBytes: 0 },
    processes: new Map(),
    disk: async (path: string) => machine.disks.get(path) ?? { path, totalBytes: 1_000 * gib, freeBytes: 400 * gib },
    memory: async () => machine.memoryNow,
    load: async () => ({ oneMinute: 0.5, processors: 8 }),
    process: async (pid: number) => machine.processes.get(pid),
  };
  return machine;
}
