/** What can be done with a claim. */
export const claimActs = ['claim', 'release', 'handoff', 'steal', 'pause', 'block', 'offer'] as const;
export type ClaimAct = (typeof claimActs)[number];

/** `stealable`: its holder said that anybody may take it. `free`: nobody holds it. */
export type ClaimStatus = 'active' | 'paused' | 'blocked' | 'stealable' | 'free';

/** Why work may be taken from somebody. Each is checked against rows, see `domain/scale/steal.ts`. */
export const stealGrounds = ['overloaded', 'stale', 'blocked-timeout', 'voluntary'] as const;
export type StealGround = (typeof stealGrounds)[number];
