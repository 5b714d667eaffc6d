import type { FaultRecord } from '../../base/fault.ts';
import { faultOfEvent } from '../../domain/journal/fault-of-event.ts';
import type { Entry } from '../../ports/index.ts';
import { rowOf, type JournalReader } from './journal-reader.ts';

/** Where a machine is now, and the row that says so. */
export interface MachineState {
  readonly subject: string;
  /** `reviewing.deciding` and so on. */
  readonly state: string;
  readonly isFinal: boolean;
  readonly atMs: number;
  readonly seq: number;
  /** The fault that led here; null when none did. */
  readonly fault: FaultRecord | null;
}

/** Returns the present state of a machine (`r1`, `r1.lock`, `c1`, `i1`, `supervisor`), or undefined when it never was. */
export function machineState(reader: JournalReader, subject: string): MachineState | undefined {
  return stateOfEntry(reader.latest(`machine:${subject}`));
}

/** Returns the state that a `machine.*` row leads to, or undefined for any other row. */
export function stateOfEntry(entry: Entry | undefined): MachineState | undefined {
  const created = rowOf('machine.created', entry);
  if (created !== undefined) {
    const { subject, to } = created.data;
    return { subject, state: to, isFinal: false, atMs: created.atMs, seq: created.seq, fault: null };
  }
  const moved = rowOf('machine.moved', entry);
  if (moved === undefined) return undefined;
  const { subject, to, isFinal, event } = moved.data;
  return { subject, state: to, isFinal, atMs: moved.atMs, seq: moved.seq, fault: faultOfEvent(event) };
}
