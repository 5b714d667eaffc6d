import type { AgentBus } from '../../actions/_context.ts';
import type { Engine } from '../engine.ts';
import type { TaskParts } from './task-view.ts';

export function agentBus(_engine: Engine, _parts: TaskParts): AgentBus {
  return {} as AgentBus;
}
