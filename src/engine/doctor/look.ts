import { Fault } from '../../base/fault.ts';
import type { DoctorArea, Finding } from '../../domain/doctor/finding.ts';
import { otherHint } from '../../domain/doctor/other-hint.ts';
import type { EngineContext } from '../context.ts';
import { lookAtBus } from './looks/bus.ts';
import { lookAtDrafts } from './looks/drafts.ts';
import { lookAtEnvironments } from './looks/environments.ts';
import { lookAtInstances } from './looks/instances.ts';
import { lookAtJournal } from './looks/journal.ts';
import { lookAtLeases } from './looks/leases.ts';
import { lookAtLocks } from './looks/locks.ts';
import { lookAtMemory } from './looks/memory.ts';
import { lookAtPoints } from './looks/points.ts';
import { lookAtProcesses } from './looks/processes.ts';
import { lookAtProduction } from './looks/production.ts';
import { lookAtRequests } from './looks/requests.ts';
import { lookAtSlots } from './looks/slots.ts';
import { lookAtStore } from './looks/store.ts';
import { lookAtTrash } from './looks/trash.ts';
import { lookAtWheels } from './looks/wheels.ts';

/** What a look at one area saw. */
export interface Looked {
  /** What is so where nothing disagrees, as one clause. */
  readonly fact: string;
  readonly findings: readonly Finding[];
}

export interface LookOptions {
  /** Files are read whole where their names and sizes would do: kept wheels, environments that nothing runs from. */
  readonly isDeep: boolean;
}

/** Compares two of our records, or a record and the world. Writes nothing, and stops nobody. */
export type Look = (context: EngineContext, options: LookOptions) => Promise<Looked>;

const looks: Readonly<Record<DoctorArea, Look>> = {
  journal: lookAtJournal,
  store: lookAtStore,
  'restore points': lookAtPoints,
  locks: lookAtLocks,
  requests: lookAtRequests,
  processes: lookAtProcesses,
  instances: lookAtInstances,
  production: lookAtProduction,
  slots: lookAtSlots,
  leases: lookAtLeases,
  environments: lookAtEnvironments,
  wheels: lookAtWheels,
  trash: lookAtTrash,
  drafts: lookAtDrafts,
  memory: lookAtMemory,
  bus: lookAtBus,
};

/** Looks at one area. A Fault on the way is what was found there: it keeps nobody from looking at the rest. */
export async function lookAt(context: EngineContext, area: DoctorArea, options: LookOptions): Promise<Looked> {
  try {
    return await looks[area](context, options);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { code, message, hints } = error;
    const command = otherHint(hints);
    const finding: Finding = {
      id: `unreadable:${area}`,
      area,
      severity: 'error',
      sentence: `${code}: ${message}`,
      evidence: [code],
      repair: { kind: 'by-hand', does: 'what keeps it from being looked at has to go first', command },
    };
    return { fact: '', findings: [finding] };
  }
}
