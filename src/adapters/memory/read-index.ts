import * as fs from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import { isDamaged } from '../sqlite/database-faults.ts';
import { indexLayout } from './memory-index.ts';
import type { MemoryRecord } from './memory-record.ts';

/** What the index says of an entry. */
export interface IndexedEntry {
  readonly key: string;
  readonly version: number;
  readonly isRefuted: boolean;
}

/**
 * Reads the index to compare it; changes nothing. Undefined when it has nothing to be compared: it is absent, or the next search brings
 * it in step. A sentence when it cannot be used.
 */
export function readIndex(file: string, record: MemoryRecord): ReadonlyMap<string, IndexedEntry> | string | undefined {
  if (!fs.existsSync(file)) return undefined;
  const db = new DatabaseSync(file, { readOnly: true, allowExtension: false });
  try {
    const found = db.prepare('PRAGMA user_version').get()?.['user_version'];
    if (found !== indexLayout)
      return `The index has layout ${String(found)}, not ${indexLayout}: the next search makes it again.`;
    const state = db.prepare('SELECT record, sequence FROM state').get();
    if (state?.['record'] !== record.id() || state['sequence'] !== record.lastSequence()) return undefined;
    const rows = db.prepare('SELECT key, version, is_refuted FROM entries').all();
    return new Map(
      rows.map((row) => [
        String(row['key']),
        { key: String(row['key']), version: Number(row['version']), isRefuted: row['is_refuted'] === 1 },
      ]),
    );
  } catch (error) {
    if (isDamaged(error)) return 'The index is damaged: the next search makes it again.';
    throw error;
  } finally {
    db.close();
  }
}
