import { readContent } from './content.ts';
import type { MemoryProblem } from './entry.ts';

/** A file that is the beginning of what it was, and this young, is taken to be on its way to the disk. */
const settlingMs = 2_000;

/** A text of as many bytes, all the same as another entry's, says what that one says; fewer may be the same by chance. */
export const minCopyBytes = 32;

/** What a file in the memory folder is, compared with the entry's last good version. */
export type Noticed =
  | { readonly kind: 'same' }
  | { readonly kind: 'edited'; readonly text: string }
  | { readonly kind: 'unsound'; readonly problem: MemoryProblem };

/**
 * Judges the bytes of a file that somebody may have edited. `last`: text of the last good version, undefined when there is none.
 * An editor that writes in place empties the file first: what is seen in the middle of that is no version.
 */
export function judgeFile(options: {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly last: string | undefined;
  /** Since the file was last written to, in milliseconds. */
  readonly ageMs: number;
}): Noticed {
  const { key, bytes, last, ageMs } = options;
  const read = readContent(key, bytes);
  if ('kind' in read) return { kind: 'unsound', problem: read };
  if (read.text === last) return { kind: 'same' };
  if (last?.startsWith(read.text) === true && ageMs < settlingMs) {
    const sentence = 'The file is the beginning of what it was and was written to just now: it may be half saved.';
    return { kind: 'unsound', problem: { path: key, kind: 'half-written', sentence, line: null, column: null } };
  }
  return { kind: 'edited', text: read.text };
}
