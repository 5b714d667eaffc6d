import type { MemoryRef } from '../../domain/memory/entry.ts';
import { exportedEntry, type ExportedEntry } from '../../domain/memory/portable.ts';
import type { Memory } from '../../ports/index.ts';

const pageSize = 1_000;

/**
 * Returns the entries below a key, all of them when none is named; with `history` every version, also of what was taken away. In the
 * order in which they were written, whatever the clock said: what refutes comes after what it refutes.
 */
export async function collectExport(
  memory: Memory,
  { history, prefix }: { readonly history: boolean; readonly prefix?: string },
): Promise<readonly ExportedEntry[]> {
  const newest = new Map<string, number>();
  for (let afterKey = ''; ;) {
    const page = memory.list({
      ...(prefix === undefined ? {} : { prefix }),
      withOld: history,
      withRemoved: history,
      afterKey,
      limit: pageSize,
    });
    for (const { key, version } of page) newest.set(key, version);
    if (page.length < pageSize) break;
    afterKey = page.at(-1)?.key ?? '';
  }
  const entries: ExportedEntry[] = [];
  for (const { key, version } of inOrder(memory)) {
    const isAsked = history ? newest.has(key) : newest.get(key) === version;
    const entry = isAsked ? await memory.get(key, version) : undefined;
    if (entry !== undefined) entries.push(exportedEntry(entry, entry.text));
  }
  return entries;
}

/** Each version once, where it was written first: what was done to it later comes again. */
function* inOrder(memory: Memory): Generator<MemoryRef> {
  const seen = new Set<string>();
  for (let sequence = 0; ;) {
    const page = memory.since(sequence, pageSize);
    for (const { version } of page) {
      const ref = `${version.key}@${version.version}`;
      if (!seen.has(ref)) yield version;
      seen.add(ref);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    sequence = last.sequence;
  }
}
