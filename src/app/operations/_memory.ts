import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { type MemoryEntry, memoryKinds, type MemoryRef, type NewMemory } from '../../domain/memory/entry.ts';
import { requireKey } from '../../domain/memory/key.ts';
import { mayWrite, programFolder } from '../../domain/memory/standard.ts';
import { attemptOfMark } from '../../engine/tasks/attempt-of-mark.ts';
import type { Memory } from '../../ports/index.ts';
import type { App } from '../app.ts';
import { personOf } from './_run-output.ts';

export const keyField = z.string().min(1).max(600).describe('Key of the entry: its path below the memory folder.');
export const prefixField = z
  .string()
  .min(1)
  .max(600)
  .nullable()
  .default(null)
  .describe('Only entries below it, e.g. `swarm/env-setup`.');
export const kindField = z.enum(memoryKinds).nullable().default(null);
export const entryRefField = z
  .string()
  .min(1)
  .max(620)
  .describe('Key of the entry, with `@3` for its version 3; the newest otherwise.');

/** Returns a prefix and kind as `Memory` wants them. */
export const filterOf = ({ prefix, kind }: { prefix: string | null; kind: NewMemory['kind'] | null }) => ({
  ...(prefix === null ? {} : { prefix: prefix.replace(/\/+$/, '') }),
  ...(kind === null ? {} : { kinds: [kind] }),
});

/** Opens the memory, all edits by hand taken up first: for who looks through many entries. One that is read by its key needs no look. */
export async function lookedThrough(app: App): Promise<Memory> {
  const { memory } = await app.installation();
  await memory.sync();
  return memory;
}

/** Returns the parts of `swarm/env-setup/torch.md@3`. Fault: `MEMORY_KEY_INVALID`. */
export function parseRef(text: string): { readonly key: string; readonly version: number | undefined } {
  const [, key = text, version] = /^(.*)@([1-9]\d{0,8})$/.exec(text) ?? [];
  return { key: requireKey(key), version: version === undefined ? undefined : Number(version) };
}

/** Returns the entry that a reference names. Fault: `MEMORY_NOT_FOUND`, with the versions that there are. */
export async function requireEntry(memory: Memory, text: string): Promise<MemoryEntry> {
  const { key, version } = parseRef(text);
  const now = await memory.get(key);
  const found = version === undefined || now?.version === version ? now : await memory.get(key, version);
  if (found !== undefined) return found;
  const [newest] = memory.history(key);
  throw new Fault('MEMORY_NOT_FOUND', whyNotFound({ text, version }, newest), {
    state: 'Nothing was changed.',
    hints: newest === undefined ? ['orchestrate memory list'] : [`orchestrate memory history ${key}`],
  });
}

function whyNotFound(
  { text, version = Number.POSITIVE_INFINITY }: { readonly text: string; readonly version: number | undefined },
  newest: (MemoryRef & { readonly isRemoved: boolean }) | undefined,
): string {
  if (newest === undefined) return `There is no entry ${text} in memory.`;
  if (version < newest.version) return `There is no ${text} in memory any more: \`memory prune\` dropped it.`;
  const where = newest.isRemoved
    ? 'it was taken away; its versions are kept'
    : `its newest version is ${newest.version}`;
  return `There is no ${text} in memory: ${where}.`;
}

/**
 * Returns who writes: the person, or the program of ours that types the command, with the run that it belongs to. Such a program is an
 * agent and writes below its own tree only; one that asks by MCP or HTTP writes below `programs/`. Fault: `MEMORY_NOT_YOURS`.
 */
export async function writerOf(app: App, key: string): Promise<Pick<NewMemory, 'by' | 'run'>> {
  const { startedBy } = app.outside.host;
  if (startedBy === null) return { by: personOf(app), run: null };
  const attempt = attemptOfMark(await app.installation(), startedBy);
  if (attempt !== undefined && mayWrite(attempt.tree, key))
    return { by: { kind: 'program', name: attempt.agent }, run: attempt.run };
  // A mark has a "/": without one it is no program of ours, but one that asks by MCP or HTTP.
  if (!startedBy.includes('/') && key.startsWith(programFolder)) return { by: personOf(app), run: null };
  throw new Fault(
    'MEMORY_NOT_YOURS',
    `${startedBy} works ${attempt === undefined ? 'for no tree' : `in ${attempt.tree}`} and may not write ${key}.`,
    {
      state: 'Nothing was written.',
      ...(attempt && { hints: [`Write below swarm/${attempt.tree}/ or sessions/; others read it there.`] }),
    },
  );
}

/** Returns the journal rows, files and addresses that were given as evidence, without empty ones. */
export const evidenceField = z
  .array(z.string().min(1).max(500))
  .max(64)
  .default([])
  .describe('What it rests on: `#123` for a journal row, a file, an address. May be given several times.');
