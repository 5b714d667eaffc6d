import type { Actor } from '../journal/actor.ts';

/** `<tree>:<name>`: `env-setup:environment_stable`. The tree owns it: its agents, the supervisor and persons may set it. */
export type ConditionName = `${string}:${string}`;

/** A fact that steps can wait for. It holds until it is cleared or its time is over. */
export interface Condition {
  readonly name: ConditionName;
  readonly by: Actor;
  readonly atMs: number;
  /** What it rests on: journal rows (`#123`) or a person's words. */
  readonly evidence: readonly string[];
  readonly expiresAtMs: number | null;
  /** Row in which it was set. */
  readonly row: number;
}
