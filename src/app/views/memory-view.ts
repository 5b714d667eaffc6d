import { z } from 'zod';

import { type MemoryEntry, memoryKinds, type MemoryRef, type MemoryVersion } from '../../domain/memory/entry.ts';
import { listText, timeText } from './text.ts';

export const memoryRefSchema = z.object({
  key: z.string().describe('Key of the entry: its path below the memory folder.'),
  version: z.number().describe('Version of it.'),
});

/** One version of an entry, with where it comes from. */
export const memoryVersionSchema = memoryRefSchema.extend({
  kind: z.enum(memoryKinds).describe('What sort of entry it is: each is kept for another time.'),
  by: z
    .object({ kind: z.enum(['rule', 'program', 'model', 'person']), name: z.string() })
    .describe('Who wrote it: what it says is their claim.'),
  origin: z.enum(['put', 'hand', 'import', 'copy']).describe('Through the tool, by hand, by an import, as a copy.'),
  run: z.string().nullable().describe('Run in which it was written, or null.'),
  evidence: z.array(z.string()).describe('What it rests on: `#123` is a journal row.'),
  confidence: z.number().nullable().describe('0 to 1, as its author judges; null: not said.'),
  expiresAtMs: z.number().nullable().describe('No task is given it past this time, in milliseconds since 1970.'),
  supersedes: z.array(memoryRefSchema).describe('Versions that it stands for now.'),
  refutes: z.array(memoryRefSchema).describe('Versions that it says are not so.'),
  copyOf: memoryRefSchema.nullable().describe('The version that it was copied from.'),
  refutedBy: memoryRefSchema.nullable().describe('Who says that it is not so; no task is given it.'),
  atMs: z.number().describe('When, in milliseconds since 1970.'),
  sizeBytes: z.number().describe('Size in bytes.'),
  sha256: z.string().describe('SHA-256 of its text.'),
  isRemoved: z.boolean().describe('Its file was taken away; the versions are kept.'),
});
export type MemoryVersionView = z.infer<typeof memoryVersionSchema>;

export const memoryEntrySchema = memoryVersionSchema.extend({ text: z.string().describe('What it says.') });
export type MemoryEntryView = z.infer<typeof memoryEntrySchema>;

/** Returns a version as plain data. */
export const memoryVersionView = (version: MemoryVersion): MemoryVersionView => ({
  key: version.key,
  version: version.version,
  kind: version.kind,
  by: { ...version.by },
  origin: version.origin,
  run: version.run,
  evidence: [...version.evidence],
  confidence: version.confidence,
  expiresAtMs: version.expiresAtMs,
  supersedes: version.supersedes.map(refOf),
  refutes: version.refutes.map(refOf),
  copyOf: version.copyOf === null ? null : refOf(version.copyOf),
  refutedBy: version.refutedBy === null ? null : refOf(version.refutedBy),
  atMs: version.atMs,
  sizeBytes: version.sizeBytes,
  sha256: version.sha256,
  isRemoved: version.isRemoved,
});

/** Returns an entry as plain data. */
export const memoryEntryView = (entry: MemoryEntry): MemoryEntryView => ({
  ...memoryVersionView(entry),
  text: entry.text,
});

const refOf = ({ key, version }: MemoryRef): { key: string; version: number } => ({ key, version });

/** Returns `swarm/env-setup/torch.md@3`. */
export const refText = ({ key, version }: MemoryRef): string => `${key}@${version}`;

/** Returns who says it, how sure they are and what it rests on: a claim, whoever made it. */
export function claimText(one: MemoryVersionView): string {
  const sure = one.confidence === null ? '' : `, ${Math.round(one.confidence * 100)} % sure`;
  const rests = one.evidence.length === 0 ? ', names no evidence' : `, rests on ${listText(one.evidence)}`;
  const copied = one.copyOf === null ? '' : `, copied from ${refText(one.copyOf)}`;
  return `${one.by.kind} ${one.by.name} says (${one.origin}${one.run === null ? '' : `, ${one.run}`}, ${timeText(one.atMs)}${sure}${rests}${copied})`;
}
