import type { Actor } from '../journal/actor.ts';

/** Each has its own retention; see `domain/memory/retention.ts`. */
export const memoryKinds = ['decision', 'pattern', 'state', 'session'] as const;
export type MemoryKind = (typeof memoryKinds)[number];

/** A version of an entry: `swarm/env-setup/python_versions.yaml@3`. */
export interface MemoryRef {
  readonly key: string;
  readonly version: number;
}

/** Where an entry comes from. What it says is its author's claim: nothing in memory approves, merges or widens a permission. */
export interface Provenance {
  readonly by: Actor;
  /** How it came: written through the tool, noticed as edited by hand, brought by an import or from another entry. */
  readonly origin: 'put' | 'hand' | 'import' | 'copy';
  readonly run: string | null;
  /** Journal rows, files or addresses that it rests on: `#123`, `docs/env-setup/torch.md`. */
  readonly evidence: readonly string[];
  /** 0 to 1, as the author judges; null: not said. */
  readonly confidence: number | null;
  /** Wall clock; past it the entry is not restored any more. */
  readonly expiresAtMs: number | null;
  readonly supersedes: readonly MemoryRef[];
  /** What this says is not so: those versions and all their copies are marked refuted. */
  readonly refutes: readonly MemoryRef[];
  /** The version it was copied from. */
  readonly copyOf: MemoryRef | null;
}

/** One version of one entry, without its content. */
export interface MemoryVersion extends Provenance {
  readonly key: string;
  readonly version: number;
  readonly kind: MemoryKind;
  readonly atMs: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Set when it was refuted, itself or what it is a copy of. */
  readonly refutedBy: MemoryRef | null;
  /** Set on the newest version when the file was taken away: by `prune`, by hand. */
  readonly isRemoved: boolean;
}

export interface MemoryEntry extends MemoryVersion {
  readonly text: string;
}

/** A version before it is written. */
export interface NewMemory extends Partial<Omit<Provenance, 'by' | 'origin'>> {
  readonly key: string;
  readonly kind: MemoryKind;
  readonly text: string;
  readonly by: Actor;
  readonly origin?: Provenance['origin'];
  /** Version that the author saw; 0: there was none. Another one is refused with `MEMORY_MOVED`. Left out: whatever is there. */
  readonly ifVersion?: number;
}

/** Something in the memory folder that is no entry, or an entry that is not sound. */
export interface MemoryProblem {
  readonly path: string;
  /** `not-a-file`, `not-a-key`, `half-written`, `too-large`, `not-text`, `malformed` … */
  readonly kind: string;
  readonly sentence: string;
  readonly line: number | null;
  readonly column: number | null;
}
