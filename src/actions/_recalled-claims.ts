import type { MemoryEntry } from '../domain/memory/entry.ts';
import { excerptOf, hasPhrase, phrasesOf } from '../domain/memory/words.ts';
import type { Claim } from './_claims.ts';
import type { AgentMemory } from './_context.ts';

/**
 * Returns what memory holds about some words, at most so many, each entry as the claim of who wrote it: first what the attempt was given
 * for its task when it began, then what else is found. What was given and is another version or refuted by now does not count as given.
 */
export async function recalledClaims(memory: AgentMemory, words: string, limit: number): Promise<Claim[]> {
  const phrases = phrasesOf(words);
  const given: Claim[] = [];
  for (const entry of memory.restored)
    if (hasPhrase(`${entry.key} ${entry.text}`, phrases) && (await stands(memory, entry)))
      given.push(claimOf(entry, excerptOf(entry.text, phrases)));
  const found = memory.search({ words, any: true, limit }).map(({ version, excerpt }) => claimOf(version, excerpt));
  const isGiven = new Set(given.map(({ entry }) => entry));
  return [...given, ...found.filter(({ entry }) => !isGiven.has(entry))].slice(0, limit);
}

async function stands(memory: AgentMemory, { key, version }: MemoryEntry): Promise<boolean> {
  const now = await memory.get(key);
  return now?.version === version && now.refutedBy === null;
}

const claimOf = ({ key, version, by }: Pick<MemoryEntry, 'key' | 'version' | 'by'>, excerpt: string): Claim => ({
  entry: `${key}@${version}`,
  saidBy: by.name,
  excerpt,
});
