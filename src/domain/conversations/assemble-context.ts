import type { MemoryEntry } from '../memory/entry.ts';
import { dataBlock, dataRule } from './data-block.ts';

export interface ContextParts {
  /** The text of the agent's file. */
  readonly instructions: string;
  /** `CLAUDE.md` of home as the branch has it; null: there is none. Of a slot it would be an agent's own words. */
  readonly coordination: string | null;
  /** Best first. */
  readonly memory: readonly MemoryEntry[];
  /** For memory; the rest is what the work is about. */
  readonly budgetTokens: number;
}

export interface AssembledContext {
  /** The same for the same agent and branch, so that a provider's cache holds it. */
  readonly system: string;
  /** Empty where nothing is known. */
  readonly memory: string;
  readonly taken: readonly { readonly key: string; readonly version: number }[];
  readonly nLeftOut: number;
}

/** Bytes of UTF-8 to a token, on the safe side: prose has about 4, code and JSON 3 to 3.5. */
const bytesPerToken = 3;

/** Most of a home's `CLAUDE.md` that a model is given, in characters: a page that is longer was not written for that. */
const maxCoordination = 20_000;

/**
 * Returns what a model is told before its task. First what stays the same (what the agent is, how this home works, how data is marked),
 * then memory as far as the budget goes, each entry whole, in the order in which it was given.
 */
export function assembleContext({ instructions, coordination, memory, budgetTokens }: ContextParts): AssembledContext {
  const blocks: string[] = [];
  const taken: { key: string; version: number }[] = [];
  let left = budgetTokens;
  for (const entry of memory) {
    const block = memoryBlock(entry);
    const nTokens = tokensOf(block);
    if (nTokens > left) continue;
    left -= nTokens;
    blocks.push(block);
    taken.push({ key: entry.key, version: entry.version });
  }
  return {
    system: [instructions.trim(), ...coordinationPart(coordination), dataRule].join('\n\n'),
    memory: blocks.length === 0 ? '' : ['What memory holds about it, best first:', ...blocks].join('\n\n'),
    taken,
    nLeftOut: memory.length - taken.length,
  };
}

/** Returns how many tokens a text takes at most, guessed. */
export const tokensOf = (text: string): number => Math.ceil(new TextEncoder().encode(text).length / bytesPerToken);

function coordinationPart(text: string | null): readonly string[] {
  if (text === null || text.trim() === '') return [];
  const shown = text.length > maxCoordination ? `${text.slice(0, maxCoordination)}\n…` : text;
  return [`# How this home works (CLAUDE.md of its branch)\n\n${shown.trim()}`];
}

const memoryBlock = (entry: MemoryEntry): string =>
  dataBlock({ what: `memory ${entry.key}@${entry.version}, ${entry.kind}`, from: trustOf(entry) }, entry.text);

/** Who said it, and what speaks for it: the journal only where it names a row. */
function trustOf({ by, run, origin, evidence, confidence }: MemoryEntry): string {
  const where = run === null ? '' : ` in ${run}`;
  const who = by.kind === 'person' ? `written by ${by.name}, a person` : `claim of ${by.kind} ${by.name}${where}`;
  const how = origin === 'import' ? ', brought from another installation' : origin === 'hand' ? ', edited by hand' : '';
  const rests = evidence.length === 0 ? 'rests on nothing' : `rests on ${evidence.slice(0, 5).join(', ')}`;
  const sure = confidence === null ? '' : `, ${Math.round(confidence * 100)} % sure by its own word`;
  return `${who}${how}; ${rests}${sure}`;
}
