import { Fault } from '../../base/fault.ts';
import { contentFault, findProblem } from './content.ts';
import type { MemoryKind, MemoryRef, MemoryVersion, NewMemory } from './entry.ts';
import { requireKey } from './key.ts';

/** More of them, or longer ones, say nothing that fewer do not. */
const maxRefs = 64;
const maxEvidenceLength = 500;

/** Refuses an entry that cannot be written. Faults: `MEMORY_KEY_INVALID`, `MEMORY_CONTENT_INVALID`. */
export function requireSound(entry: NewMemory): void {
  requireKey(entry.key);
  const found = findProblem(entry.key, entry.text);
  if (found !== undefined) throw contentFault(found);
  const { confidence = null, evidence = [], refutes = [], supersedes = [], expiresAtMs = null } = entry;
  for (const { key } of refsOf(entry)) requireKey(key);
  if (confidence !== null && !(confidence >= 0 && confidence <= 1))
    throw unsound(entry, 'its confidence is a number from 0 to 1');
  if (expiresAtMs !== null && !Number.isSafeInteger(expiresAtMs))
    throw unsound(entry, 'the time of its end is no time');
  if (Math.max(evidence.length, refutes.length, supersedes.length) > maxRefs)
    throw unsound(entry, `it names more than ${maxRefs} things at once`);
  if (
    evidence.some((one) => one === '' || one.length > maxEvidenceLength || /\p{Cc}/u.test(one) || !one.isWellFormed())
  )
    throw unsound(entry, `evidence is a line of 1 to ${maxEvidenceLength} characters, such as #123`);
}

/** Returns the versions that an entry names: each has to be there. */
export function refsOf({ refutes = [], supersedes = [], copyOf = null }: NewMemory): readonly MemoryRef[] {
  return [...refutes, ...supersedes, ...(copyOf === null ? [] : [copyOf])];
}

function unsound({ key }: NewMemory, problem: string): Fault {
  return new Fault('MEMORY_CONTENT_INVALID', `${key} cannot be written so: ${problem}.`, {
    state: 'Nothing was changed.',
  });
}

/** Returns the version that an entry becomes. */
export function draftVersion(
  entry: NewMemory,
  facts: Pick<MemoryVersion, 'version' | 'atMs' | 'sizeBytes' | 'sha256' | 'refutedBy'>,
): MemoryVersion {
  return {
    key: entry.key,
    ...facts,
    kind: entry.kind,
    by: entry.by,
    origin: entry.origin ?? 'put',
    run: entry.run ?? null,
    evidence: entry.evidence ?? [],
    confidence: entry.confidence ?? null,
    expiresAtMs: entry.expiresAtMs ?? null,
    supersedes: entry.supersedes ?? [],
    refutes: entry.refutes ?? [],
    copyOf: entry.copyOf ?? null,
    isRemoved: false,
  };
}

/** The kind of an entry that came without one, by where it lies. */
export function kindOfKey(key: string): MemoryKind {
  const names = key.split('/');
  if (names.some((name) => name.startsWith('decision'))) return 'decision';
  if (names.some((name) => name.startsWith('pattern') || name.startsWith('repair'))) return 'pattern';
  return names[0] === 'sessions' ? 'session' : 'state';
}
