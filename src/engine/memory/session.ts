import { Fault } from '../../base/fault.ts';
import type { MemoryVersion } from '../../domain/memory/entry.ts';
import { sessionEntries } from '../../domain/memory/session-entries.ts';
import type { Engine } from '../engine.ts';
import type { MachineView } from '../machines/host.ts';

const supervisor = { kind: 'program', name: 'supervisor' } as const;

/** Rows of a run that its session is told from. */
const maxRows = 10_000;

/**
 * Keeps of a run what the next one may need: its figures, and what is left to do and for whom. Memory is a convenience to a run that is
 * over: one that cannot be written is told in the log, and keeps no run open. A repeat writes nothing.
 */
export async function exportSession(engine: Engine, view: MachineView): Promise<readonly MemoryVersion[]> {
  const run = view.subject;
  const rows = engine.ledger.read({ run, limit: maxRows });
  const evidence = rows.length === 0 ? [] : [`#${rows[0]?.seq ?? 0}`, `#${rows.at(-1)?.seq ?? 0}`];
  const written: MemoryVersion[] = [];
  for (const { key, text } of sessionEntries({ run, state: view.state, fault: view.fault, rows })) {
    try {
      if ((await engine.memory.get(key)) !== undefined) continue;
      written.push(
        await engine.memory.put({ key, kind: 'session', text, by: supervisor, run, evidence, ifVersion: 0 }),
      );
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      engine.outside.log.warn('what a run leaves was not kept in memory', { run, key, ...error.toRecord() });
    }
  }
  return written;
}
