import type { Risk } from '../changes/risk.ts';
import type { Freeze, MergeWindow } from './windows.ts';

/** When an approved change merges: at once, or when the next window opens. */
export type MergeTime = 'now' | 'window';

/** Facts that a rule names; see `footprint.ts` for what they are. */
export const factNames = ['package', 'component', 'model-path', 'port', 'flag', 'workflow', 'config'] as const;
export type FactName = (typeof factNames)[number];

/** When a rule applies: everything that is given has to hold, and of a list one. Nothing given: always. */
export interface When {
  readonly tiers: readonly Risk[];
  /** Path patterns, see `match-path.ts`. */
  readonly paths: readonly string[];
  /** The rest of a fact after its name, `*` standing for any characters. */
  readonly facts: Readonly<Partial<Record<FactName, readonly string[]>>>;
  /** Trees that propose it. */
  readonly trees: readonly string[];
  /** More files than this. */
  readonly filesOver: number | null;
  /** More bytes than this in what it adds or changes. */
  readonly bytesOver: number | null;
}

/** A place in `orchestrate.yaml`: `orchestrate.yaml:14`. */
export interface Placed {
  readonly at: string;
  readonly why: string;
}

export interface RiskRule extends Placed {
  readonly when: When;
  readonly tier: 'medium' | 'high';
}

/** Who and what has to be there before a change merges. */
export interface ReviewRule extends Placed {
  readonly when: When;
  /** Trees whose rules look at it as well. */
  readonly trees: readonly string[];
  /** Agents whose model reads it: see `engine/changes/read-change.ts`. */
  readonly agents: readonly string[];
  /** Principals of whom each has to approve. */
  readonly principals: readonly string[];
  /** Persons at least; null: as many as otherwise. */
  readonly persons: number | null;
  readonly ticket: boolean;
  readonly comment: boolean;
  readonly signature: boolean;
  /** It merges in a window only. */
  readonly window: boolean;
}

/** Somebody who may approve. */
export interface Principal {
  readonly name: string;
  /** Logins of this machine. */
  readonly osUsers: readonly string[];
  /** Public keys, `ssh-ed25519 AAAA…`, without comment. */
  readonly sshKeys: readonly string[];
  /** Trees whose changes it may approve; empty: all. */
  readonly trees: readonly string[];
  readonly mayBreakGlass: boolean;
  readonly at: string;
}

/** The rules of `orchestrate.yaml` about who approves what, and when. The empty ones are those of an installation that says nothing. */
export interface PolicyRules {
  readonly risk: readonly RiskRule[];
  readonly review: readonly ReviewRule[];
  /** Whether an approval goes along when the base moves; see `carry.ts`. */
  readonly carry: 'never' | 'disjoint';
  /** What a ticket looks like, `*` standing for any characters; null: any text. */
  readonly ticketPattern: string | null;
  /** Without a zone: that of the machine. */
  readonly windows: readonly (Unzoned<MergeWindow> & { readonly at: string })[];
  readonly freezes: readonly (Unzoned<Freeze> & { readonly at: string; readonly reason: string })[];
}

type Unzoned<Entry> = Omit<Entry, 'zone'> & { readonly zone: string | null };

/** The rules of an installation that writes none. */
export const noRules: PolicyRules = {
  risk: [],
  review: [],
  carry: 'never',
  ticketPattern: null,
  windows: [],
  freezes: [],
};

/** Why a change has its tier. `at` is the rule: a place in a file, or `built in`. */
export interface TierReason {
  readonly tier: Risk;
  readonly sentence: string;
  readonly at: string;
}

/** One thing that has to be there before a change merges. `at` is the rule that asks for it. */
export type PolicyAsk = { readonly at: string; readonly why: string } & (
  | { readonly what: 'tree'; readonly tree: string }
  | { readonly what: 'agent'; readonly agent: string }
  | { readonly what: 'persons'; readonly count: number }
  | { readonly what: 'principal'; readonly principal: string }
  | { readonly what: 'ticket' }
  | { readonly what: 'comment' }
  | { readonly what: 'signature' }
  | { readonly what: 'window' }
);
