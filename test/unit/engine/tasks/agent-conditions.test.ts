import { expect, it } from 'vitest';

import type { AgentConditions, StepReport } from '../../../../src/actions/_context.ts';
import type { RunId } from '../../../../src/base/ids.ts';
import type { PlannedStep } from '../../../../src/domain/plans/plan.ts';
import { clearCondition, setCondition } from '../../../../src/engine/conditions/move.ts';
import { findHolding } from '../../../../src/engine/conditions/standing.ts';
import type { Engine } from '../../../../src/engine/engine.ts';
import { agentConditions } from '../../../../src/engine/tasks/agent-conditions.ts';
import type { FakeClock } from '../../../fakes/fake-clock.ts';
import { startEngine } from '../../../fakes/fake-life.ts';
import { anna, createWorld } from '../../../fakes/fake-world.ts';
import { workPlan } from '../changes/change-scene.ts';

const name = 'env-setup:looked_at';
const agent = 'package-manager';

/** Conditions as an agent has them in its step, which rests on the first row of the journal. */
async function scene(): Promise<{ engine: Engine; conditions: AgentConditions; clock: FakeClock }> {
  const made = await createWorld();
  const agents = new Map([[agent, { id: agent, tree: 'env-setup' } as never]]);
  const world = { ...made, context: { ...made.context, definitions: { ...made.context.definitions, agents } } };
  const { engine, ledger } = await startEngine(world);
  const [looked] = await ledger.append([{ kind: 'run.resumed', run: 'r1', data: {} }]);
  const report = { step: 'look', agent, action: 'x', sentence: 'x', output: {}, row: looked?.seq ?? 0 };
  const step = { id: 'say', title: 'x', action: 'condition.set', agent, needs: ['look'], with: {}, timeoutMs: 1 };
  const parts = {
    run: 'r1' as RunId,
    step: { ...step, retries: 0 } as PlannedStep,
    plan: workPlan(world.first),
    attempt: 'r1.say#1',
  };
  return { engine, clock: world.clock, conditions: agentConditions(engine, parts, [report satisfies StepReport]) };
}

const rowsOf = (engine: Engine) => engine.ledger.read({ kinds: ['condition.set'] });

it('a repeat says nothing twice while it holds', async () => {
  const { engine, conditions } = await scene();
  const row = await conditions.set(name, { forMs: 60_000 });
  expect(await conditions.set(name, { forMs: 60_000 })).toBe(row);
  expect(rowsOf(engine)).toHaveLength(1);
});

it('a repeat says what is so, when a person cleared it since', async () => {
  const { engine, conditions } = await scene();
  const row = await conditions.set(name, { forMs: null });
  await clearCondition(engine, { name, by: anna, reason: 'not so' });
  const again = await conditions.set(name, { forMs: null });
  expect(again).toBeGreaterThan(row);
  expect(findHolding(engine, name)?.row).toBe(again);
});

it('a repeat says what is so, when its time is over or somebody else said it since', async () => {
  const { engine, conditions, clock } = await scene();
  const first = await conditions.set(name, { forMs: 1_000 });
  await clock.advance(2_000);
  const second = await conditions.set(name, { forMs: null });
  expect(second).toBeGreaterThan(first);
  await setCondition(engine, { name, by: anna, evidence: ['I looked'], expiresAtMs: null });
  expect(findHolding(engine, name)?.row).not.toBe(second);
  expect(await conditions.set(name, { forMs: null })).toBe(findHolding(engine, name)?.row);
});
