import type { MemoryKind, MemoryVersion } from './entry.ts';
import { domainOf } from './standard.ts';

/** An entry that may be given to a task, with how well its words fit; comparable within one search. */
export interface Relevant {
  readonly version: MemoryVersion;
  readonly score: number;
}

/** What was decided and what worked says more for the next task than how things stood; of another run's session least. */
const worth: Readonly<Record<MemoryKind, number>> = { decision: 1.2, pattern: 1.15, state: 1, session: 0.6 };
/** What the task's own tree knows is about its own work. */
const ownWorth = 1.25;
/** After this long an entry counts half as much for being old, and never less than that. */
const halfLifeMs = 90 * 24 * 60 * 60 * 1_000;

/**
 * Returns the entries in the order in which a task is given them, most relevant first: by words, then by what kind of entry it is, whose,
 * how sure its author was, and how old. Ties go by key, so that the order is always the same.
 */
export function rankForTask(
  found: readonly Relevant[],
  task: { readonly tree: string; readonly nowMs: number },
): readonly MemoryVersion[] {
  const best = Math.max(...found.map(({ score }) => score), Number.MIN_VALUE);
  const weigh = ({ version, score }: Relevant): number => {
    const { kind, confidence, atMs, key } = version;
    const age = Math.max(0, task.nowMs - atMs);
    const fresh = 0.5 + 0.5 * 2 ** (-age / halfLifeMs);
    const own = domainOf(key) === task.tree ? ownWorth : 1;
    return (score / best) * worth[kind] * own * (0.5 + 0.5 * (confidence ?? 0.8)) * fresh;
  };
  return found
    .map((one) => ({ version: one.version, weight: weigh(one) }))
    .sort((a, b) => b.weight - a.weight || (a.version.key < b.version.key ? -1 : 1))
    .map(({ version }) => version);
}

/**
 * Returns those that fit the budget, each whole: an entry that is cut says something else. A smaller one behind one that does not
 * fit is still taken.
 */
export function withinBudget<Entry extends { readonly sizeBytes: number }>(
  ranked: readonly Entry[],
  budgetBytes: number,
): { readonly taken: readonly Entry[]; readonly nBytes: number; readonly nLeftOut: number } {
  const taken: Entry[] = [];
  let nBytes = 0;
  for (const entry of ranked) {
    if (nBytes + entry.sizeBytes > budgetBytes) continue;
    taken.push(entry);
    nBytes += entry.sizeBytes;
  }
  return { taken, nBytes, nLeftOut: ranked.length - taken.length };
}

/** Words that are in every goal and every step, and say nothing about either. */
const empty = new Set([
  'a',
  'all',
  'an',
  'and',
  'are',
  'as',
  'at',
  'by',
  'for',
  'from',
  'how',
  'in',
  'is',
  'it',
  'its',
  'of',
  'on',
  'or',
  'the',
  'to',
  'what',
  'with',
]);
/** More words make no better answer, and a search slower. */
const maxWords = 24;

/** Returns the words by which a task's memory is looked for: of its goal, its step and the packages that move, each once. */
export function taskWords(texts: readonly string[]): string {
  const words = texts.flatMap((text) => text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}_-]*/gu) ?? []);
  return [...new Set(words)]
    .filter((word) => word.length > 1 && !empty.has(word))
    .slice(0, maxWords)
    .join(' ');
}
