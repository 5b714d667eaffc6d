import type { Agent } from '../../domain/definitions/types.ts';
import type { Runner, WorkResult } from '../../domain/specialists/work-result.ts';
import type { Engine } from '../engine.ts';
import type { TaskParts } from '../tasks/task-view.ts';
import type { SpecialistTool } from './tool.ts';

/** What an agent is asked to do. */
export interface WorkOrder {
  readonly parts: TaskParts;
  /** `r12.fix` */
  readonly task: string;
  readonly agent: Agent;
  /** In the words of the playbook or of whoever asked. */
  readonly asked: string;
  /** `answer`: it only has to look and say what it found; `change`: files have to be other ones when it ends. */
  readonly expects: 'change' | 'answer';
  /** The same for all tries of the step: what was said goes on. */
  readonly conversation: string;
  readonly slotDir: string;
  readonly tools: readonly SpecialistTool[];
  readonly signal: AbortSignal;
}

/** How a piece of work ended, by whoever carried it out; what the store sees is added by `work.ts`. */
export type Worked = Omit<WorkResult, 'runner' | 'outcome' | 'paths' | 'conversation'> & {
  /** What the agent says itself; null: it said nothing of that kind. */
  readonly outcome: WorkResult['outcome'] | null;
};

/**
 * Lets an agent work. A repeat after a kill or a pause goes on with the same conversation. Faults that wait for a person: `BUDGET_REACHED`,
 * `AGENT_TURNS`, `AGENT_LOOPS`, `AGENT_SILENT`; they are the same work when it is resumed.
 */
export type Worker = (engine: Engine, order: WorkOrder) => Promise<Worked>;

export type Workers = Readonly<Partial<Record<Exclude<Runner, 'program'>, Worker>>>;
