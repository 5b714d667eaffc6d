import type { AgentConditions, StepReport } from '../../actions/_context.ts';
import { clearCondition, setCondition } from '../conditions/move.ts';
import { findHolding } from '../conditions/standing.ts';
import type { Engine } from '../engine.ts';
import type { TaskParts } from './task-view.ts';

/** Conditions as the agent of an attempt has them: what it sets rests on the reports of the steps that its own step needs. */
export function agentConditions(
  engine: Engine,
  { run, step }: TaskParts,
  before: readonly StepReport[],
): AgentConditions {
  const evidence = before.filter((report) => step.needs.includes(report.step)).map(({ row }) => `#${row}`);
  return {
    find: (name) => findHolding(engine, name),
    async set(name, { forMs }) {
      const by = { kind: 'program', name: step.agent } as const;
      const held = findHolding(engine, name);
      // Killed after the row: these words are said, unless somebody moved it since.
      const isSaid =
        held !== undefined &&
        engine.ledger.latest(`condition:${name}`)?.run === run &&
        held.by.name === by.name &&
        held.evidence.join() === evidence.join();
      if (isSaid) return held.row;
      const expiresAtMs = forMs === null ? null : engine.outside.clock.nowMs() + forMs;
      return setCondition(engine, { name, by, evidence, expiresAtMs, run });
    },
    async clear(name, reason) {
      if (findHolding(engine, name) === undefined) return false;
      await clearCondition(engine, { name, by: { kind: 'program', name: step.agent }, reason });
      return true;
    },
  };
}
