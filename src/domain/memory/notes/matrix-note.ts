import type { JsonObject } from '../../../base/json.ts';
import { type FactRow, type MemoryNote, withItem } from '../note.ts';
import { domainKey } from '../standard.ts';

/** Returns the note of one item in the matrix of versions that were proven together, or were not. */
export const matrixNote = (
  row: FactRow,
  about: { tree: string; run: string; list: 'proven' | 'failed'; item: JsonObject },
): MemoryNote => ({
  key: domainKey(about.tree, 'compatibility_matrix.json'),
  kind: 'pattern',
  row: row.seq,
  run: about.run,
  edit: (before) =>
    withItem(before, { empty: { proven: [], failed: [] }, list: about.list, item: { ...about.item, row: row.seq } }),
});
