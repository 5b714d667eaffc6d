/** What `/proc/meminfo` tells, in bytes. Kernels before 3.14 have no `MemAvailable`: then what is free, with buffers and caches. */
export function readMeminfo(text: string): {
  readonly totalBytes: number;
  readonly availableBytes: number;
  readonly swapUsedBytes: number | null;
} {
  const kib = new Map(
    [...text.matchAll(/^([A-Za-z()_]+):\s+(\d+) kB$/gm)].map(([, name = '', n]) => [name, Number(n)]),
  );
  const of = (name: string): number => (kib.get(name) ?? 0) * 1024;
  const [swap, swapFree] = [kib.get('SwapTotal'), kib.get('SwapFree')];
  return {
    totalBytes: of('MemTotal'),
    availableBytes: kib.has('MemAvailable') ? of('MemAvailable') : of('MemFree') + of('Buffers') + of('Cached'),
    swapUsedBytes: swap === undefined || swapFree === undefined ? null : (swap - swapFree) * 1024,
  };
}

/** Bytes that a control group may use and uses (version 2, `memory.max` and `memory.current`); undefined where it has no limit. */
export function readGroupMemory(
  max: string,
  current: string,
  inactiveFileBytes: number,
): { readonly totalBytes: number; readonly availableBytes: number } | undefined {
  const [limit, used] = [Number(max.trim()), Number(current.trim())];
  // `max` is the word where there is no limit.
  if (!Number.isFinite(limit) || limit <= 0 || !Number.isFinite(used)) return undefined;
  return { totalBytes: limit, availableBytes: Math.max(0, limit - Math.max(0, used - inactiveFileBytes)) };
}

/** What a `/proc/<pid>/stat` tells. A program's name may hold blanks and brackets, so the fields are counted from the last `)`. */
export function readStat(
  text: string,
  ticksPerSecond: number,
): { readonly state: string; readonly cpuMs: number } | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, user, system] = [fields[0], Number(fields[11]), Number(fields[12])];
  if (state === undefined || state === '' || !Number.isFinite(user + system)) return undefined;
  return { state, cpuMs: ((user + system) * 1_000) / ticksPerSecond };
}

/** Resident bytes of a `/proc/<pid>/status`; a kernel thread has none. */
export function readResident(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
