import type { Actor } from '../journal/actor.ts';

/** What can be done with a claim. */
export const claimActs = ['claim', 'release', 'handoff', 'steal', 'pause', 'block', 'offer', 'resume'] as const;
export type ClaimAct = (typeof claimActs)[number];

/** `stealable`: its holder said that anybody may take it. `free`: nobody holds it. */
export type ClaimStatus = 'active' | 'paused' | 'blocked' | 'stealable' | 'free';

/** Why work may be taken from somebody. */
export const stealGrounds = ['overloaded', 'stale', 'blocked-timeout', 'voluntary'] as const;
export type StealGround = (typeof stealGrounds)[number];

/** Where an act leads. */
export const statusAfter: Readonly<Record<ClaimAct, ClaimStatus>> = {
  claim: 'active',
  release: 'free',
  handoff: 'active',
  steal: 'active',
  pause: 'paused',
  block: 'blocked',
  offer: 'stealable',
  resume: 'active',
};

/** When a ground holds. The numbers are long enough for a lunch, and short enough for the same day. */
export const stealLimits = { staleMs: 30 * 60_000, blockedMs: 15 * 60_000, activeClaims: 3 } as const;

/** What rows say about a claim that somebody wants to take. */
export interface ClaimFacts {
  readonly status: ClaimStatus;
  /** Since its newest row. */
  readonly statusMs: number;
  /** Since anything at all was written about the work. */
  readonly quietMs: number;
  /** Active claims of its holder. */
  readonly nActive: number;
}

/** Returns what the ground was found to rest on, and whether it holds. Pure: the same rows give the same answer. */
export function judgeSteal(ground: StealGround, facts: ClaimFacts): { readonly holds: boolean; readonly fact: string } {
  const minutes = (ms: number): string => `${Math.floor(ms / 60_000)} min`;
  switch (ground) {
    case 'voluntary':
      return { holds: facts.status === 'stealable', fact: `its holder left it as ${facts.status}` };
    case 'blocked-timeout':
      return {
        holds: facts.status === 'blocked' && facts.statusMs >= stealLimits.blockedMs,
        fact: `it is ${facts.status} for ${minutes(facts.statusMs)}; blocked for ${minutes(stealLimits.blockedMs)} would do`,
      };
    case 'stale': {
      const quietMs = Math.min(facts.statusMs, facts.quietMs);
      return {
        holds: quietMs >= stealLimits.staleMs,
        fact: `the newest row about it is ${minutes(quietMs)} old; ${minutes(stealLimits.staleMs)} would do`,
      };
    }
    case 'overloaded':
      return {
        holds: facts.nActive >= stealLimits.activeClaims,
        fact: `its holder has ${facts.nActive} active claims; ${stealLimits.activeClaims} would do`,
      };
  }
}

export const isSameActor = (a: Actor, b: Actor): boolean => a.kind === b.kind && a.name === b.name;
