import type { TokenUsage } from '../spending/token-usage.ts';

/** Who carries out what is asked of an agent. `program`: built-in actions. `model`: our own loop. The others are programs of their own. */
export const runners = ['program', 'model', 'claude-code', 'codex', 'opencode', 'acp'] as const;
export type Runner = (typeof runners)[number];

/** How a piece of work of a thinking agent ended. What it says of itself is a claim: the gate proves. */
export interface WorkResult {
  readonly runner: Exclude<Runner, 'program'>;
  /** The agent's own words, cut to 4,000 characters, redacted. */
  readonly summary: string;
  /** `done`: it says so; `nothing`: it ended without changing a file and without an answer of its own. */
  readonly outcome: 'done' | 'nothing';
  /** What it named as evidence: paths, journal rows, commands. A claim. */
  readonly evidence: readonly string[];
  /** Paths below the slot that differ from before, as the store saw them. */
  readonly paths: readonly string[];
  readonly provider: string | null;
  /** The model that answered last, as the provider named it. */
  readonly model: string | null;
  readonly turns: number;
  readonly usage: TokenUsage;
  /** Null: nobody knows the price. */
  readonly costMicroUsd: number | null;
  /** `paid`: it was charged; `list-price`: a subscription pays, this is what it would have cost. */
  readonly costIs: 'paid' | 'list-price' | 'unknown';
  /** Id of the conversation: `runs show <run> --transcript`. */
  readonly conversation: string;
}
