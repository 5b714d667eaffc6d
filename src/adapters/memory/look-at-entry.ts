import { tooLarge } from '../../domain/memory/content.ts';
import { draftVersion, kindOfKey } from '../../domain/memory/draft-version.ts';
import type { MemoryProblem, MemoryVersion, NewMemory } from '../../domain/memory/entry.ts';
import { judgeFile, minCopyBytes } from '../../domain/memory/notice.ts';
import type { Clock, Digest } from '../../ports/system.ts';
import { finishPending } from './finish-pending.ts';
import type { FoundFile, MemoryFolder } from './memory-folder.ts';
import type { EntryState, MemoryRecord } from './memory-record.ts';

export interface MemoryParts {
  readonly record: MemoryRecord;
  readonly folder: MemoryFolder;
  readonly clock: Clock;
  readonly digest: Digest;
  /** Whoever edits by hand is taken for this one. */
  readonly editor: NewMemory['by'];
}

/** A file as young as this may be written to once more without its mark moving. */
const settlesMs = 50;

export interface Look {
  readonly noticed?: MemoryVersion;
  readonly problem?: MemoryProblem;
  /** Mark of the file that was looked at; null: none was there. */
  readonly seen: string | null;
}

/** Compares one entry with its file and takes up what was done by hand, after what a kill left. Writes to the record; the lock is held. */
export function lookAtEntry(parts: MemoryParts, key: string): Look {
  const { record, folder } = parts;
  finishPending(parts, key);
  const state = record.entry(key);
  const found = folder.read(key);
  const there = state?.head.isRemoved === false ? state : undefined;
  if (found.kind === 'absent') return { seen: null, ...(there === undefined ? {} : takeAway(parts, there)) };
  const seen = found.kind === 'file' ? found.mark : null;
  const verdict = judgeEntry(parts, key, found, there);
  if (verdict.kind === 'unsound') return { seen, problem: verdict.problem };
  const isYoung = found.kind !== 'file' || parts.clock.nowMs() - found.mtimeMs < settlesMs;
  const mark = found.kind === 'file' && !isYoung ? found.mark : null;
  if (verdict.kind === 'same') {
    if (state !== undefined && state.mark !== mark) record.settle(key, mark);
    return { seen };
  }
  return { seen, noticed: appendByHand(parts, { key, text: verdict.text, state, mark }) };
}

/** Returns what the file of an entry is, compared with the entry; changes nothing. */
export function judgeEntry(
  { record, clock }: Pick<MemoryParts, 'record' | 'clock'>,
  key: string,
  found: Exclude<FoundFile, { kind: 'absent' }>,
  there: EntryState | undefined,
): ReturnType<typeof judgeFile> {
  if (found.kind === 'blocked') {
    const sentence = `${found.path} is ${found.what}, not the file of an entry: it is not followed and not read.`;
    return { kind: 'unsound', problem: { path: key, kind: 'not-a-file', sentence, line: null, column: null } };
  }
  if (there !== undefined && there.mark === found.mark) return { kind: 'same' };
  if (found.sizeBytes > found.bytes.length) return { kind: 'unsound', problem: tooLarge(key, found.sizeBytes) };
  const last = there === undefined ? undefined : record.text(there.head.sha256);
  return judgeFile({ key, bytes: found.bytes, last, ageMs: clock.nowMs() - found.mtimeMs });
}

function takeAway({ record, clock, editor }: MemoryParts, { head }: EntryState): Pick<Look, 'noticed'> {
  record.markRemoved(head, {
    by: editor,
    reason: 'the file was taken away by hand',
    atMs: clock.nowMs(),
    isPending: false,
  });
  return { noticed: { ...head, isRemoved: true } };
}

function appendByHand(
  { record, clock, digest, editor }: MemoryParts,
  edit: { key: string; text: string; state: EntryState | undefined; mark: string | null },
): MemoryVersion {
  const { key, text, state, mark } = edit;
  const bytes = Buffer.from(text);
  const sha256 = digest.sha256(bytes);
  const copyOf = bytes.length >= minCopyBytes ? record.sameContent(key, sha256) : null;
  const version = draftVersion(
    { key, kind: state?.head.kind ?? kindOfKey(key), text, by: editor, origin: 'hand', copyOf },
    {
      version: (state?.head.version ?? 0) + 1,
      atMs: clock.nowMs(),
      sizeBytes: bytes.length,
      sha256,
      refutedBy: record.refutationOf({ key, sha256, sizeBytes: bytes.length }),
    },
  );
  record.append({ ...version, text }, { mark });
  return version;
}
