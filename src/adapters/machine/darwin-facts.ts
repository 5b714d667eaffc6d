/** Memory from `sysctl -n hw.memsize`, `vm_stat` and `sysctl -n vm.swapusage`, in bytes. Inactive and purgeable pages can be had at once. */
export function readVmStat(
  memsize: string,
  vmStat: string,
  swapUsage: string,
): { readonly totalBytes: number; readonly availableBytes: number; readonly swapUsedBytes: number | null } {
  const pageBytes = Number(/page size of (\d+) bytes/.exec(vmStat)?.[1] ?? 4096);
  const pages = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)\\.`, 'm').exec(vmStat)?.[1] ?? 0);
  const [, used, unit = ''] = /used = ([\d.]+)([KMG])/.exec(swapUsage) ?? [];
  const free = pages('Pages free') + pages('Pages inactive') + pages('Pages purgeable') + pages('Pages speculative');
  return {
    totalBytes: Number(memsize.trim()),
    availableBytes: free * pageBytes,
    swapUsedBytes: used === undefined ? null : Number(used) * { K: 1024, M: 1024 ** 2, G: 1024 ** 3 }[unit as 'K'],
  };
}

/** A line of `ps -o rss=,time=,state=`: KiB, `[[dd-]hh:]mm:ss.cc` and the state. Undefined when there is no such process. */
export function readPs(
  text: string,
): { readonly residentBytes: number; readonly cpuMs: number; readonly state: string } | undefined {
  const [, rss, time = '', state = ''] = /^\s*(\d+)\s+([\d:.-]+)\s+(\S)/.exec(text) ?? [];
  if (rss === undefined) return undefined;
  const [clock = '', days = '0'] = time.split('-').toReversed();
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
  // `U` is what macOS calls a wait that no signal ends.
  return { residentBytes: Number(rss) * 1024, cpuMs: Math.round(seconds * 1_000), state: state === 'U' ? 'D' : state };
}
