import { faultRecord } from '../../base/fault.ts';
import { holds } from '../../domain/expressions/evaluate.ts';
import { readsConditions } from '../../domain/expressions/reads.ts';
import { entryText, nextSpan } from '../../domain/policy/windows.ts';
import type { MissReason } from '../../domain/schedules/decide.ts';
import type { ScheduleInForce } from '../../domain/schedules/standing.ts';
import { findHolding } from '../conditions/standing.ts';
import { isEnd } from '../effects/is-end.ts';
import type { Engine } from '../engine.ts';
import { installationFacts } from '../runs/installation-facts.ts';
import { requireGoal } from './fire.ts';

/** Returns why a schedule does not fire now though its time has come, or null when it does. */
export function whyNot(
  engine: Engine,
  { schedule }: ScheduleInForce,
  nowMs: number,
): { readonly why: MissReason; readonly because: string } | null {
  const { within, onlyIf, inputs } = schedule;
  if (within !== null && nextSpan(within, nowMs).fromMs > nowMs) return { why: 'window', because: entryText(within) };
  try {
    requireGoal(engine, schedule);
    if (onlyIf === null) return null;
    const conditions = readsConditions(onlyIf).filter((name) => findHolding(engine, name) !== undefined);
    const facts = { inputs, steps: {}, conditions, installation: installationFacts(engine.config) };
    return holds(onlyIf, facts) ? null : { why: 'check', because: onlyIf };
  } catch (error) {
    if (isEnd(error)) throw error;
    const { code, message } = faultRecord(error);
    return { why: code === 'EXPRESSION_FAILED' ? 'check' : 'refused', because: message.slice(0, 300) };
  }
}
