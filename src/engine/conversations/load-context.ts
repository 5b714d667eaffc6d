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
  return assembleContext({
    instructions: asked.agent.instructions,
    coordination: await coordinationOf(context, asked.branch),
    memory: await readableMemory(context, { words: taskWords(asked.about), tree: asked.tree, budgetBytes }),
    budgetTokens: memoryTokens(budgetBytes),
  });
}

/** What is kept for memory: a token for each three of its bytes, and a quarter more for labels. */
export const memoryTokens = (budgetBytes: number): number => Math.ceil((budgetBytes / 3) * 1.25);

/** Returns `CLAUDE.md` of a git tree of the branch, or null. */
export async function coordinationOf(
  { store }: Pick<EngineContext, 'store'>,
  branch: GitTreeId,
): Promise<string | null> {
  const bytes = await store.readFile(branch, 'CLAUDE.md');
  return bytes === undefined ? null : new TextDecoder().decode(bytes);
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
