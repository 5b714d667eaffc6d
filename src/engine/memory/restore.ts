import { Fault, type FaultRecord } from '../../base/fault.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { MemoryEntry, MemoryRef } from '../../domain/memory/entry.ts';
import { rankForTask, taskWords, withinBudget } from '../../domain/memory/relevance.ts';
import type { Memory } from '../../ports/index.ts';
import type { EngineContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import type { TaskParts } from '../tasks/task-view.ts';
import { lookAtFolder } from './look-at-folder.ts';

/** Entries whose words fit that are weighed for one task. */
const maxFound = 100;

/** What a task asks of memory. */
export interface MemoryQuestion {
  readonly words: string;
  /** Tree whose own entries count more. */
  readonly tree: string;
  readonly budgetBytes: number;
}

/** What a task is given of memory. */
export interface Recalled {
  /** Best first. */
  readonly entries: readonly MemoryEntry[];
  readonly nBytes: number;
  readonly nLeftOut: number;
}

/** Returns the entries that are relevant, best first and whole, as far as the budget goes. What was refuted or has expired is none of them. Writes nothing but what it takes up of edits by hand. */
export async function recall(
  { memory, outside }: Pick<EngineContext, 'memory' | 'outside'>,
  { words, tree, budgetBytes }: MemoryQuestion,
): Promise<Recalled> {
  const choose = () => {
    const hits = words === '' ? [] : memory.search({ words, any: true, limit: maxFound });
    return withinBudget(rankForTask(hits, { tree, nowMs: outside.clock.nowMs() }), budgetBytes);
  };
  const first = choose();
  const { taken, nBytes, nLeftOut } = (await areNewest(memory, first.taken)) ? first : choose();
  return { entries: await load(memory, taken), nBytes, nLeftOut };
}

/** Takes up what was edited by hand in them since the last look at the folder. */
async function areNewest(memory: Memory, refs: readonly MemoryRef[]): Promise<boolean> {
  const now = await Promise.all(refs.map(({ key }) => memory.get(key)));
  return refs.every(({ version }, at) => now[at]?.version === version);
}

/** An entry that went in this moment is none to be given. */
async function load(memory: Memory, refs: readonly MemoryRef[]): Promise<readonly MemoryEntry[]> {
  const entries = await Promise.all(refs.map(({ key, version }) => memory.get(key, version)));
  return entries.filter((entry) => entry !== undefined);
}

/**
 * Gives an attempt what is known about its work, and writes down what that was before the work begins. A repeat of the same attempt is
 * given the same versions. A memory that cannot be read gives nothing, which the row says: it stops no work.
 */
export async function restoreMemory(engine: Engine, parts: TaskParts): Promise<readonly MemoryEntry[]> {
  const { run, attempt, step } = parts;
  const key = `memory-of:${attempt}`;
  const given = dataOf('memory.restored', engine.ledger.latest(key));
  const question = questionOf(engine, parts);
  const found = await readable(() =>
    given === undefined ? recallNow(engine, question) : load(engine.memory, given.entries).then(recalled),
  );
  if (given !== undefined) return found.entries;
  const { words, budgetBytes } = question;
  const { entries, nBytes, nLeftOut, fault } = found;
  const refs = entries.map((one) => ({ key: one.key, version: one.version }));
  const data = { attempt, agent: step.agent, words, entries: refs, nBytes, budgetBytes, nLeftOut, fault };
  await engine.ledger.append([row('memory.restored', data, { run, keys: [key] })]);
  return entries;
}

function questionOf(engine: Engine, { plan, step }: TaskParts): MemoryQuestion {
  const tree = engine.definitions.agents.get(step.agent)?.tree ?? plan.tree;
  const moved = plan.moves.slice(0, 8).map(({ name }) => name);
  const words = taskWords([plan.goalText, plan.playbook, step.title, ...moved]);
  return { words, tree, budgetBytes: engine.config.memory.budgetBytes };
}

/** New files count that lay there at the last look at the folder; of what is found, the edits of this moment. */
async function recallNow(engine: Engine, question: MemoryQuestion): Promise<Recalled> {
  await lookAtFolder(engine);
  return recall(engine, question);
}

const recalled = (entries: readonly MemoryEntry[]): Recalled => ({ entries, nBytes: 0, nLeftOut: 0 });

async function readable(read: () => Promise<Recalled>): Promise<Recalled & { readonly fault: FaultRecord | null }> {
  try {
    return { ...(await read()), fault: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ...recalled([]), fault: error.toRecord() };
  }
}
