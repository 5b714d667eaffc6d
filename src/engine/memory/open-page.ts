import type { MemoryNote } from '../../domain/memory/note.ts';
import type { Memory } from '../../ports/index.ts';

export interface Page {
  /** What a note is written on; undefined: a new page begins. */
  readonly text: string | undefined;
  /** Version that is there; 0: none. */
  readonly version: number;
  /** Tells whether a page that says this was refuted: it does not come back. */
  isRefuted(note: Pick<MemoryNote, 'edit'>): boolean;
}

/** Opens the entry that notes are written into. What was refuted is not written on. Changes nothing but what a look takes up. */
export async function openPage(memory: Memory, key: string): Promise<Page> {
  const there = await memory.get(key);
  const refuted: string[] = [];
  for (const { version, refutedBy } of memory.history(key)) {
    const page = refutedBy === null ? undefined : await memory.get(key, version);
    if (page !== undefined) refuted.push(page.text);
  }
  return {
    text: there?.refutedBy === null ? there.text : undefined,
    version: there?.version ?? 0,
    isRefuted: (note) => refuted.some((page) => note.edit(page) === page),
  };
}
