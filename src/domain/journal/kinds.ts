import type { JsonObject } from '../../base/json.ts';
import type { AgentProgramRows } from './rows/agent-programs.ts';
import type { AlertRows } from './rows/alerts.ts';
import type { BusRows } from './rows/bus.ts';
import type { ChangeRows } from './rows/changes.ts';
import type { ConditionRows } from './rows/conditions.ts';
import type { ConflictRows } from './rows/conflicts.ts';
import type { DiagnosisRows } from './rows/diagnosis.ts';
import type { DoctorRows } from './rows/doctor.ts';
import type { DoorRows } from './rows/doors.ts';
import type { EnvironmentRows } from './rows/environments.ts';
import type { HealthRows } from './rows/health.ts';
import type { HookRows } from './rows/hooks.ts';
import type { InstanceRows } from './rows/instances.ts';
import type { MachineRows } from './rows/machines.ts';
import type { MemoryRows } from './rows/memory.ts';
import type { OutsideRows } from './rows/outside.ts';
import type { PlanningRows } from './rows/planning.ts';
import type { PolicyRows } from './rows/policy.ts';
import type { QueueRows } from './rows/queue.ts';
import type { RemoteRows } from './rows/remotes.ts';
import type { RestoreRows } from './rows/restore.ts';
import type { RunRows } from './rows/runs.ts';
import type { ScaleRows } from './rows/scale.ts';
import type { ScheduleRows } from './rows/schedules.ts';
import type { SecretRows } from './rows/secrets.ts';
import type { ServiceRows } from './rows/services.ts';
import type { SpecialistRows } from './rows/specialists.ts';
import type { SpendingRows } from './rows/spending.ts';
import type { StepRows } from './rows/steps.ts';
import type { SupervisorRows } from './rows/supervisor.ts';
import type { TrashRows } from './rows/trash.ts';

/**
 * Every kind of journal row with its data, by feature in `rows/`. A row is written by the code that observed what it says;
 * sentences shown to people are rendered from these rows and from nothing else.
 * In brackets: the keys by which the newest row is found.
 */
export interface JournalKinds
  extends
    SupervisorRows,
    MachineRows,
    RunRows,
    PlanningRows,
    StepRows,
    ChangeRows,
    InstanceRows,
    EnvironmentRows,
    OutsideRows,
    QueueRows,
    RemoteRows,
    RestoreRows,
    TrashRows,
    PolicyRows,
    ScaleRows,
    ConflictRows,
    BusRows,
    MemoryRows,
    ConditionRows,
    DoctorRows,
    DoorRows,
    ServiceRows,
    HealthRows,
    DiagnosisRows,
    AlertRows,
    SpecialistRows,
    AgentProgramRows,
    ScheduleRows,
    SecretRows,
    SpendingRows,
    HookRows {}

export type JournalKind = keyof JournalKinds;

/** Returns a row, its data checked against its kind. */
export function row<Kind extends JournalKind>(
  kind: Kind,
  data: JournalKinds[Kind],
  options: { run?: string | null; keys?: readonly string[] } = {},
): { kind: Kind; data: JsonObject; run?: string; keys: readonly string[] } {
  return {
    kind,
    data: data as unknown as JsonObject,
    ...(typeof options.run === 'string' ? { run: options.run } : {}),
    keys: options.keys ?? [],
  };
}

/** Reads the data of a row of a known kind; undefined when the row is absent or of another kind. */
export function dataOf<Kind extends JournalKind>(
  kind: Kind,
  entry: { readonly kind: string; readonly data: JsonObject } | undefined,
): JournalKinds[Kind] | undefined {
  return entry?.kind === kind ? (entry.data as unknown as JournalKinds[Kind]) : undefined;
}
