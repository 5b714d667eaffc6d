import type { RunId } from '../../base/ids.ts';
import { taskId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import type { ExpressionFacts } from '../../domain/expressions/facts.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { askedAs, conditionsAsked, stepFacts, type StepScene } from '../../domain/plans/moves.ts';
import type { PlannedStep } from '../../domain/plans/plan.ts';
import type { StepState } from '../../domain/plans/schedule.ts';
import { findHolding } from '../conditions/standing.ts';
import type { Engine } from '../engine.ts';
import type { MachineView } from '../machines/host.ts';
import { planOf } from '../tasks/task-view.ts';
import { expansionsOf } from './expansions.ts';
import { installationFacts } from './installation-facts.ts';
import { stepIdOf, tasksOf } from './tasks-of.ts';

/** Returns how far a run is with these steps of its plan, from its rows. */
export function stepScene(engine: Engine, run: string, steps: readonly PlannedStep[]): StepScene {
  return {
    steps,
    expansions: expansionsOf(engine, run),
    standing: new Map(
      tasksOf(engine, run).map((task) => {
        const state = stepState(task);
        const reported = dataOf('step.reported', engine.ledger.latest(`step:${task.subject}`));
        return [stepIdOf(run, task.subject), { state, ...(reported && { output: reported.output }) }];
      }),
    ),
    approved: new Set(steps.map(askedAs).filter((step) => isApproved(engine, run, step))),
    facts: {
      inputs: planOf(engine, run).inputs,
      installation: installationFacts(engine.config),
      conditions: conditionsAsked(steps).filter((name) => findHolding(engine, name) !== undefined),
    },
  };
}

/** Returns what the expressions of a step read, as it is on record: also after the machines of a run that ended are gone. */
export function factsOnRecord(engine: Engine, run: string, step: PlannedStep): ExpressionFacts {
  const { steps, inputs } = planOf(engine, run);
  const standing = new Map<string, { state: StepState; output?: JsonObject }>();
  for (const entry of engine.ledger.read({ run, kinds: ['step.reported', 'step.skipped'], limit: 10_000 })) {
    const reported = dataOf('step.reported', entry);
    const skipped = dataOf('step.skipped', entry);
    if (reported) standing.set(stepIdOf(run, reported.task), { state: 'done', output: reported.output });
    if (skipped) standing.set(stepIdOf(run, skipped.task), { state: 'skipped' });
  }
  const facts = { inputs, installation: installationFacts(engine.config), conditions: [] };
  return stepFacts({ steps, expansions: expansionsOf(engine, run), standing, facts }, step);
}

const stepState = ({ state }: MachineView): StepState =>
  state === 'done' || state === 'failed' || state === 'waiting' || state === 'skipped' ? state : 'active';

const isApproved = (engine: Engine, run: string, step: string): boolean =>
  dataOf('step.answered', engine.ledger.latest(`step-answer:${taskId(run as RunId, step)}`))?.verdict === 'approved';
