import type { FaultRecord } from '../../../base/fault.ts';
import type { JsonObject } from '../../../base/json.ts';
import type { MachineName } from '../../machines/index.ts';

/** Transitions of machines, and the effects that they start. */
export interface MachineRows {
  /** [`machine:<subject>`] */
  'machine.created': {
    readonly machine: MachineName;
    readonly version: number;
    readonly subject: string;
    readonly input: JsonObject;
    readonly to: string;
  };
  /** [`machine:<subject>`] A transition. `event` is the whole event, `to` like `reviewing.deciding`. */
  'machine.moved': {
    readonly machine: MachineName;
    readonly version: number;
    readonly subject: string;
    readonly event: JsonObject;
    readonly from: string;
    readonly to: string;
    readonly isFinal: boolean;
  };
  /** An event that the state does not know: nothing moved. */
  'machine.ignored': {
    readonly machine: MachineName;
    readonly subject: string;
    readonly event: JsonObject;
    readonly state: string;
  };
  /** A report of an effect that is no longer waited for: recorded, never applied. */
  'report.late': { readonly subject: string; readonly effect: string; readonly report: JsonObject };
  /** [`effect:<key>`] */
  'effect.intended': { readonly key: string; readonly name: string; readonly input: JsonObject };
  /** [`effect:<key>`] `how`: it was done now, or found done after an interruption. */
  'effect.done': {
    readonly key: string;
    readonly name: string;
    readonly output: JsonObject;
    readonly how: 'did' | 'found';
    readonly durationMs: number;
  };
  /** [`effect:<key>`] */
  'effect.failed': {
    readonly key: string;
    readonly name: string;
    readonly fault: FaultRecord;
    readonly durationMs: number;
  };
}
