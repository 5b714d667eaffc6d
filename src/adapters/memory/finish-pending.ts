import { hash } from 'node:crypto';

import type { MemoryFolder } from './memory-folder.ts';
import type { EntryState, MemoryRecord } from './memory-record.ts';

/**
 * Finishes a write whose version is on record and whose file was not brought in step, because the writer was killed. A file that is
 * neither what was there before nor what should be there is somebody's edit: it stays, and is taken up as the next version.
 * A repeat is safe.
 */
export function finishPending(
  parts: { readonly record: MemoryRecord; readonly folder: MemoryFolder },
  key: string,
): void {
  const { record, folder } = parts;
  const state = record.entry(key);
  if (state === undefined || state.pending === null) return;
  const found = folder.read(key);
  const there = found.kind === 'file' ? hash('sha256', found.bytes) : null;
  if (found.kind === 'blocked' || isEdited(state, there)) return record.settle(key, null);
  if (state.pending === 'remove') {
    if (found.kind === 'file') folder.remove(key, found.mark);
    return record.settle(key, null);
  }
  if (found.kind === 'file' && there === state.head.sha256) return record.settle(key, found.mark);
  const staged = folder.stage(key, Buffer.from(record.text(state.head.sha256)));
  try {
    record.settle(key, staged.place(found.kind === 'file' ? found.mark : null));
  } finally {
    staged.end();
  }
}

function isEdited({ head, before, pending }: EntryState, there: string | null): boolean {
  if (there === head.sha256) return false;
  return pending === 'remove' ? there !== null : there !== before;
}
