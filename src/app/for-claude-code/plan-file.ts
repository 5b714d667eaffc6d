import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { findJsonProblem } from '../../domain/memory/json-problem.ts';
import type { Files } from '../../ports/index.ts';

/** Settings are some lines; what is larger than this many bytes is none. */
const maxBytes = 1024 * 1024;

/** A file of Claude Code as it would be. */
export interface PlannedFile {
  readonly path: string;
  /** `same`: it is there already. */
  readonly state: 'new' | 'changed' | 'same';
  readonly text: string;
}

/**
 * Reads a JSON file of Claude Code and returns it with what `put` puts in place; writes nothing. Fault: `DEFINITION_INVALID` for what is no
 * JSON, no plain file, or says something else where ours belongs: it is the person's, and stays as it is.
 */
export async function planFile(
  files: Files,
  path: string,
  put: (there: JsonObject) => JsonObject | undefined,
): Promise<PlannedFile> {
  const info = await files.info(path);
  if (info !== undefined && (info.kind !== 'file' || info.sizeBytes > maxBytes))
    throw foreign(path, info.kind === 'file' ? `has ${info.sizeBytes} bytes` : 'is no plain file');
  const before = await files.readText(path);
  const there = before === undefined || before.trim() === '' ? {} : parsed(path, before);
  const after = put(there);
  if (after === undefined) throw foreign(path, 'says something else where ours belongs');
  const text = `${JSON.stringify(after, null, 2)}\n`;
  const isSame = before !== undefined && JSON.stringify(there) === JSON.stringify(after);
  return { path, state: before === undefined ? 'new' : isSame ? 'same' : 'changed', text };
}

/** Writes what is not there yet, each file whole. A repeat is safe. */
export async function writeFiles(files: Files, planned: readonly PlannedFile[]): Promise<void> {
  for (const { path, state, text } of planned) {
    if (state === 'same') continue;
    await files.ensureDir(path.slice(0, path.lastIndexOf('/')));
    await files.writeAtomic(path, text, { mode: 0o644 });
  }
}

function parsed(path: string, text: string): JsonObject {
  const problem = findJsonProblem(text);
  if (problem !== undefined) {
    const before = text.slice(0, problem.offset);
    const at = { file: path, line: before.split('\n').length, column: problem.offset - before.lastIndexOf('\n') };
    throw new Fault('DEFINITION_INVALID', `${path} is no JSON: ${problem.sentence}`, { at, state: unchanged });
  }
  const value: unknown = JSON.parse(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw foreign(path, 'is no JSON object');
}

const unchanged = 'Nothing was written.';

const foreign = (path: string, why: string): Fault =>
  new Fault('DEFINITION_INVALID', `${path} ${why}.`, {
    hints: [`Mend or move ${path}, then type the command again.`],
    state: unchanged,
  });
