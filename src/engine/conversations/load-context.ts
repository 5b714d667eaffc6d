import { Fault } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { type AssembledContext, assembleContext } from '../../domain/conversations/assemble-context.ts';
import type { Agent } from '../../domain/definitions/types.ts';
import type { MemoryEntry } from '../../domain/memory/entry.ts';
import { taskWords } from '../../domain/memory/relevance.ts';
import type { EngineContext } from '../context.ts';
import { recall } from '../memory/restore.ts';

export interface ContextQuestion {
  readonly agent: Pick<Agent, 'instructions'>;
  /** What the work is about, for the search. */
  readonly about: readonly string[];
  /** Tree whose own entries count more. */
  readonly tree: string;
  /** Git tree of the branch: its `CLAUDE.md` was approved, that of a slot was not. */
  readonly branch: GitTreeId;
}

/**
 * Returns what a model is told before its question, within the memory budget of the installation. A memory that cannot be read gives
 * nothing: it stops no work. Writes nothing.
 */
export async function loadContext(context: EngineContext, asked: ContextQuestion): Promise<AssembledContext> {
  const { budgetBytes } = context.config.memory;
  const bytes = await context.store.readFile(asked.branch, 'CLAUDE.md');
  return assembleContext({
    instructions: asked.agent.instructions,
    coordination: bytes === undefined ? null : new TextDecoder().decode(bytes),
    memory: await readableMemory(context, { words: taskWords(asked.about), tree: asked.tree, budgetBytes }),
    budgetTokens: Math.ceil(budgetBytes / 3),
  });
}

async function readableMemory(
  context: EngineContext,
  question: Parameters<typeof recall>[1],
): Promise<readonly MemoryEntry[]> {
  try {
    return (await recall(context, question)).entries;
  } catch (error) {
    if (error instanceof Fault) return [];
    throw error;
  }
}
