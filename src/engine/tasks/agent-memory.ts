import type { AgentMemory } from '../../actions/_context.ts';
import { Fault } from '../../base/fault.ts';
import { mayWrite } from '../../domain/memory/standard.ts';
import type { Engine } from '../engine.ts';
import { restoreMemory } from '../memory/restore.ts';
import { tidyMemory } from '../memory/tidy.ts';
import type { TaskParts } from './task-view.ts';

/**
 * Memory as the agent of an attempt has it: what it writes is its own word, in its run, and lies in its own tree's domain. What the
 * attempt is given is on record before this returns.
 */
export async function agentMemory(engine: Engine, parts: TaskParts): Promise<AgentMemory> {
  const { step, run, plan } = parts;
  const { memory } = engine;
  const tree = engine.definitions.agents.get(step.agent)?.tree ?? plan.tree;
  return {
    restored: await restoreMemory(engine, parts),
    tidy: () => tidyMemory(engine, { tree, by: { kind: 'program', name: step.agent } }),
    get: (key) => memory.get(key),
    search: (query) => memory.search(query),
    async put(entry) {
      if (!mayWrite(tree, entry.key))
        throw new Fault('MEMORY_NOT_YOURS', `${step.agent} works in ${tree} and may not write ${entry.key}.`, {
          state: 'Nothing was written.',
          hints: [`Write below swarm/${tree}/ or sessions/; others read it there.`],
        });
      return memory.put({ ...entry, run, origin: 'put', by: { kind: 'program', name: step.agent } });
    },
  };
}
