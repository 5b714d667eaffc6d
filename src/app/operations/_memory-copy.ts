import type { MemoryEntry, MemoryVersion } from '../../domain/memory/entry.ts';
import type { Memory } from '../../ports/index.ts';
import type { App } from '../app.ts';
import { writerOf } from './_memory.ts';

/**
 * Copies an entry under another key, as a copy: what refutes the one refutes the other. Undefined where the same text is there
 * already: a repeat writes nothing.
 */
export async function copyEntry(
  app: App,
  memory: Memory,
  { entry, to }: { entry: MemoryEntry; to: string },
): Promise<MemoryVersion | undefined> {
  const there = await memory.get(to);
  if (there?.text === entry.text) return undefined;
  return memory.put({
    key: to,
    kind: entry.kind,
    text: entry.text,
    ...(await writerOf(app, to)),
    origin: 'copy',
    evidence: [`${entry.key}@${entry.version}`, ...entry.evidence.slice(0, 63)],
    confidence: entry.confidence,
    expiresAtMs: entry.expiresAtMs,
    copyOf: { key: entry.key, version: entry.version },
    ifVersion: there?.version ?? 0,
  });
}
