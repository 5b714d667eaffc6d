import type { ActionContext } from '../../../actions/_context.ts';
import type { Agent } from '../../../domain/definitions/types.ts';
import type { Engine } from '../../engine.ts';

/** Whose tools they are, and where they work. */
export interface ToolScene {
  readonly engine: Engine;
  readonly agent: Agent;
  readonly run: string;
  readonly task: string;
  /** Names the conversation; what it changes is done once for each call of it. */
  readonly conversation: string;
  /** What the agent's actions are given, as in a step of a playbook. */
  readonly context: ActionContext;
}
