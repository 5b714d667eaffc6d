import { dataOf } from '../../domain/journal/kinds.ts';
import type { MemoryVersion } from '../../domain/memory/entry.ts';
import { isBelow } from '../../domain/memory/key.ts';
import { thinnedVersions } from '../../domain/memory/thinning.ts';
import type { Ledger, Memory } from '../../ports/index.ts';

const pageSize = 1_000;

/**
 * Returns the old versions below a prefix that nothing rests on any more. None of them goes before the journal has noted it: who wrote it,
 * when and its hash are kept there.
 */
export function findThinned(
  { memory, ledger }: { readonly memory: Memory; readonly ledger: Ledger },
  { prefix, nowMs }: { readonly prefix: string | null; readonly nowMs: number },
): readonly MemoryVersion[] {
  const noted = dataOf('memory.noted', ledger.latest('memory-seq'))?.sequence ?? 0;
  const all = new Map<string, { readonly version: MemoryVersion; readonly sequence: number }>();
  for (let sequence = 0; ;) {
    const page = memory.since(sequence, pageSize);
    for (const one of page) all.set(`${one.version.key}@${one.version.version}`, one);
    if (page.length < pageSize) break;
    sequence = page.at(-1)?.sequence ?? sequence;
  }
  const isNoted = ({ key, version }: MemoryVersion): boolean =>
    (all.get(`${key}@${version}`)?.sequence ?? Number.POSITIVE_INFINITY) <= noted;
  const versions = [...all.values()].map(({ version }) => version);
  return thinnedVersions(versions, nowMs).filter((one) => isBelow(one.key, prefix ?? undefined) && isNoted(one));
}
