import type { TokenUsage } from '../spending/token-usage.ts';

/** What a program of an agent says while it works. All of it is data: it is told, counted and cut, and decides nothing. */
export type AgentEvent =
  /** The first event, ours: it was started, behind this wall. Its own sandbox is off. */
  | {
      readonly kind: 'walled';
      readonly level: 'L0' | 'L1' | 'L2' | 'L3';
      readonly by: string;
      readonly egress: readonly string[];
      readonly loopback: readonly number[];
    }
  /** Its conversation has an id of its own. */
  | { readonly kind: 'began'; readonly session: string; readonly model: string | null }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'tool'; readonly id: string; readonly name: string; readonly input: string }
  | { readonly kind: 'tool-result'; readonly id: string; readonly isError: boolean; readonly text: string }
  /** One turn more: its tokens, and its cost where the program says one. */
  | {
      readonly kind: 'turn';
      readonly usage: TokenUsage;
      readonly model: string | null;
      readonly costMicroUsd: number | null;
    }
  /** Sums of the whole work, where a program tells them: they count instead of what was added up. */
  | {
      readonly kind: 'sums';
      readonly usage: TokenUsage | null;
      readonly turns: number | null;
      readonly costMicroUsd: number | null;
    }
  /** It says itself that it failed. */
  | { readonly kind: 'failed'; readonly why: string }
  /** A line in no form that is known. */
  | { readonly kind: 'unread'; readonly text: string }
  /** The last event: the program is gone, with all that it started. */
  | {
      readonly kind: 'ended';
      readonly exitCode: number | null;
      readonly signal: string | null;
      readonly limit: 'time' | 'output' | 'memory' | 'processes' | 'disk' | null;
      /** The end of what it wrote to stderr. */
      readonly errorText: string;
    };
