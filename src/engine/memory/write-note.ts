import { Fault } from '../../base/fault.ts';
import type { MemoryVersion, NewMemory } from '../../domain/memory/entry.ts';
import type { MemoryNote } from '../../domain/memory/note.ts';
import type { Memory } from '../../ports/index.ts';
import { openPage } from './open-page.ts';

/** Times that a note is made anew because somebody wrote the same entry at that moment. */
const maxTries = 5;

/** What came of a note. `other-form`: people keep the entry in a form of their own; it is left as it is. */
export type NoteOutcome =
  | { readonly kind: 'written'; readonly version: MemoryVersion }
  | { readonly kind: 'same' }
  | { readonly kind: 'other-form'; readonly why: string };

/**
 * Writes what a note says into its entry, on top of what is there: edits of people stay. What was refuted is not written on: a new page
 * begins, and what was on the refuted one does not come back with it. A repeat writes nothing. Faults: those of `Memory.put` but for a
 * content that is not taken, which is an outcome.
 */
export async function writeNote(memory: Memory, note: MemoryNote, by: NewMemory['by']): Promise<NoteOutcome> {
  for (let nTries = 1; ; nTries += 1) {
    const page = await openPage(memory, note.key);
    const text = note.edit(page.text);
    if (text === page.text || page.isRefuted(note)) return { kind: 'same' };
    if (text === undefined) return { kind: 'other-form', why: 'it has another form than this writes' };
    try {
      const version = await memory.put({
        key: note.key,
        kind: note.kind,
        text,
        by,
        run: note.run,
        evidence: [`#${note.row}`],
        ifVersion: page.version,
      });
      return { kind: 'written', version };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (error.code === 'MEMORY_CONTENT_INVALID') return { kind: 'other-form', why: error.message };
      if (error.code !== 'MEMORY_MOVED' || nTries === maxTries) throw error;
    }
  }
}
