import type { FaultRecord } from '../../base/fault.ts';

/** Returns the fault that an event of a machine reports, or null. Events carry it as `fault`, a failed effect as `error`, a judged one inside its `output`. */
export function faultOfEvent(event: Readonly<Record<string, unknown>>): FaultRecord | null {
  const output = event['output'] as { fault?: unknown } | null | undefined;
  for (const candidate of [event['fault'], event['error'], output?.fault]) {
    if (typeof candidate === 'object' && candidate !== null && 'code' in candidate) return candidate as FaultRecord;
  }
  return null;
}
