import { type AnyMachineSnapshot, initialTransition, transition } from 'xstate';

import { Fault, type FaultRecord } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { ExpressionFacts } from '../expressions/facts.ts';
import { effectDone, effectFailed } from '../machines/effect.ts';
import { taskMachine } from '../machines/task.machine.ts';
import { checkStep } from '../plans/check-step.ts';
import type { PlannedStep } from '../plans/plan.ts';
import type { Given } from './playbook-test.ts';

/** How a task ended, or where it waits for a person. */
export interface PlayedTask {
  readonly state: 'done' | 'failed' | 'parked';
  readonly attempts: number;
  readonly fault: FaultRecord | null;
}

/** Events after which any task has ended: a try has seven, and there are six tries at most. */
const MAX_EVENTS = 64;

/**
 * Returns how a step ends whose work reports `output`, or fails so many times: the task machine decides about tries and about what
 * waits for a person, as it does in a run. Only the world is missing.
 */
export function playTask(
  step: PlannedStep,
  { output, fails, facts }: { output: JsonObject; fails: Given['fails'][string] | undefined; facts: ExpressionFacts },
): PlayedTask {
  const [begun] = initialTransition(taskMachine, { subject: step.id, maxAttempts: 1 + step.retries });
  let at: AnyMachineSnapshot = begun;
  let nFailed = 0;
  for (let n = 0; n < MAX_EVENTS && at.status !== 'done' && at.value !== 'parked'; n += 1) {
    const isFailing = at.value === 'executing' && fails !== undefined && nFailed < fails.times;
    if (isFailing) nFailed += 1;
    const event = isFailing ? effectFailed('execute', faultOf(step, fails), 0) : eventOf(step, at, { output, facts });
    [at] = transition(taskMachine, at as typeof begun, event as never);
  }
  const { attempt, fault } = at.context as { attempt: number; fault: FaultRecord | null };
  return { state: at.value as PlayedTask['state'], attempts: attempt, fault };
}

function faultOf({ id, title }: PlannedStep, { code }: Given['fails'][string]): FaultRecord {
  return new Fault(code, `${title} failed, as the test has it (${id}).`).toRecord();
}

const effects: Readonly<Record<string, string>> = {
  leasing: 'lease',
  spawning: 'spawn',
  executing: 'execute',
  capturing: 'capture',
  retrying: 'waitUntil',
  compensating: 'compensate',
};

/** What happens next when everything goes well. */
function eventOf(
  step: PlannedStep,
  { value }: AnyMachineSnapshot,
  { output, facts }: { output: JsonObject; facts: ExpressionFacts },
): { type: string } {
  if (value === 'waiting') return { type: 'START' };
  if (value !== 'verifying') return effectDone(effects[String(value)] ?? '', {}, 0);
  try {
    checkStep(step, output, facts);
    return effectDone('verify', {}, 0);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return effectFailed('verify', error.toRecord(), 0);
  }
}
