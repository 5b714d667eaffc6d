import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { MemoryProblem } from '../../domain/memory/entry.ts';
import type { Engine } from '../engine.ts';

/** Writes down what is wrong at a path of the memory folder: once, until it is another problem. */
export async function tellProblem({ ledger }: Pick<Engine, 'ledger'>, problem: MemoryProblem): Promise<void> {
  const key = `memory-problem:${problem.path}`;
  const told = dataOf('memory.problem', ledger.latest(key))?.problem;
  if (told?.kind === problem.kind && told.sentence === problem.sentence) return;
  await ledger.append([row('memory.problem', { problem }, { keys: [key] })]);
}
