import { type EngineContext, markOf } from '../context.ts';

/**
 * Returns the processes that are the instance: the child that was started, and whatever carries its mark, which what a child starts inherits.
 * A start command like `npm start` is a wrapper, and what listens is a grandchild.
 */
export async function ownPids(context: EngineContext, instance: string, child: number): Promise<ReadonlySet<number>> {
  const mark = markOf(context, instance);
  const marked = await context.outside.processes.findMarked((one) => one === mark);
  return new Set([child, ...marked.map(({ pid }) => pid)]);
}
