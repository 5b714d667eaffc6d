import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { canonicalJson } from '../../base/json.ts';
import type { MemoryRef, MemoryVersion } from './entry.ts';
import { memoryKinds } from './entry.ts';

/** Largest file that is read: all of it is held at once. */
export const maxExportBytes = 256 * 1024 * 1024;

const format = 'orchestrate-memory/1';

const ref = z.strictObject({ key: z.string(), version: z.number().int().min(1) });
const exported = z.strictObject({
  key: z.string(),
  version: z.number().int().min(1),
  kind: z.enum(memoryKinds),
  by: z.strictObject({ kind: z.enum(['rule', 'program', 'model', 'person']), name: z.string().max(200) }),
  run: z.string().max(40).nullable(),
  evidence: z.array(z.string().max(500)).max(64),
  confidence: z.number().min(0).max(1).nullable(),
  expiresAtMs: z.number().int().nullable(),
  supersedes: z.array(ref).max(64),
  refutes: z.array(ref).max(64),
  copyOf: ref.nullable(),
  atMs: z.number().int(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Its file was taken away while it was the newest. */
  isRemoved: z.boolean().default(false),
  text: z.string(),
});

/** A version as it travels: what it says, and who said so where it comes from. Neither is believed where it arrives. */
export type ExportedEntry = z.infer<typeof exported>;

const head = z.strictObject({
  format: z.literal(format),
  installation: z.string().max(200),
  madeAtMs: z.number().int(),
  nVersions: z.number().int().min(0),
  /** Of all lines below the first. */
  sha256: z.string(),
});
export type ExportHead = z.infer<typeof head>;

/** Returns a version as a line of an export. */
export const exportedEntry = (version: MemoryVersion, text: string): ExportedEntry => ({
  key: version.key,
  version: version.version,
  kind: version.kind,
  by: { ...version.by },
  run: version.run,
  evidence: [...version.evidence],
  confidence: version.confidence,
  expiresAtMs: version.expiresAtMs,
  supersedes: version.supersedes.map(plain),
  refutes: version.refutes.map(plain),
  copyOf: version.copyOf === null ? null : plain(version.copyOf),
  atMs: version.atMs,
  sha256: version.sha256,
  isRemoved: version.isRemoved,
  text,
});

const plain = ({ key, version }: MemoryRef): { key: string; version: number } => ({ key, version });

/** Returns the text of an export: a line that describes the rest, then a version per line, in the order in which they were written. */
export function printExport(options: {
  readonly installation: string;
  readonly madeAtMs: number;
  readonly entries: readonly ExportedEntry[];
  readonly sha256: (text: string) => string;
}): string {
  const { installation, madeAtMs, entries, sha256 } = options;
  const body = entries.map((entry) => `${canonicalJson(entry)}\n`).join('');
  const first: ExportHead = { format, installation, madeAtMs, nVersions: entries.length, sha256: sha256(body) };
  return `${canonicalJson(first)}\n${body}`;
}

/** Reads an export. Fault `MEMORY_EXPORT_INVALID` with the line, when it is not whole or not what was written. */
export function readExport(
  source: { readonly file: string; readonly text: string },
  sha256: (text: string) => string,
): { readonly head: ExportHead; readonly entries: readonly ExportedEntry[] } {
  const end = source.text.indexOf('\n');
  const first = lineOf(source, { line: 1, text: source.text.slice(0, end === -1 ? undefined : end), schema: head });
  const body = end === -1 ? '' : source.text.slice(end + 1);
  if (sha256(body) !== first.sha256)
    throw invalid(source.file, {
      line: 1,
      why: 'its content is not what its first line describes: it was cut off or edited',
    });
  const lines = body.split('\n').slice(0, -1);
  if (lines.length !== first.nVersions)
    throw invalid(source.file, {
      line: lines.length + 1,
      why: `it has ${lines.length} versions instead of ${first.nVersions}`,
    });
  const entries = lines.map((text, at) => {
    const entry = lineOf(source, { line: at + 2, text, schema: exported });
    if (sha256(entry.text) !== entry.sha256)
      throw invalid(source.file, {
        line: at + 2,
        why: `the text of ${entry.key}@${entry.version} has another hash than the one beside it`,
      });
    return entry;
  });
  return { head: first, entries };
}

function lineOf<Value>(
  { file }: { readonly file: string },
  { line, text, schema }: { line: number; text: string; schema: z.ZodType<Value> },
): Value {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid(file, { line, why: 'it is no line of JSON' });
  }
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw invalid(file, { line, why: `${field === '' ? '' : `${field}: `}${issue?.message ?? 'it has another form'}` });
}

const invalid = (file: string, { line, why }: { line: number; why: string }): Fault =>
  new Fault('MEMORY_EXPORT_INVALID', `${file} cannot be imported, line ${line}: ${why}.`, {
    at: { file, line, column: 1 },
    state: 'Nothing was imported.',
    hints: ['orchestrate memory export <file>   (writes a new one where it comes from)'],
  });
