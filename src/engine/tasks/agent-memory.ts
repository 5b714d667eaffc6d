import type { AgentMemory } from '../../actions/_context.ts';
import type { Engine } from '../engine.ts';
import type { TaskParts } from './task-view.ts';

export async function agentMemory(_engine: Engine, _parts: TaskParts): Promise<AgentMemory> {
  return {} as AgentMemory;
}
