/** A prompt that ended, as it is counted. Nothing of its text is in it. */
export interface UsedPrompt {
  /** Counted once, however often it is added. */
  readonly promptId: string;
  /** Milliseconds since 1970. */
  readonly endedAtMs: number;
  /** How long the server worked on it; null where it does not tell. */
  readonly durationMs: number | null;
  readonly hasFailed: boolean;
  /** What it does, whatever its values: prompts of one workflow have the same. */
  readonly shape: string;
  /** Node classes of it, sorted, for a workflow that nobody declared. */
  readonly classes: readonly string[];
  /** Model files that it named, as it named them. */
  readonly models: readonly string[];
}

/** What was used, over a stretch of whole days of UTC. */
export interface UseCount {
  /** Name of a model, or the shape of a workflow. */
  readonly name: string;
  readonly times: number;
  readonly nFailed: number;
  /** Of those prompts whose time is known. */
  readonly durationMs: number;
  readonly lastAtMs: number;
}

/** Prompts of one shape that named the same models. */
export interface WorkflowCount extends UseCount {
  readonly classes: readonly string[];
  readonly models: readonly string[];
}

/** Prompts of a day of UTC. */
export interface UseDay {
  readonly atMs: number;
  readonly times: number;
  readonly durationMs: number;
}

/**
 * What the service was used for, counted by days, beside the measured values: it may be lost without harm, and outlives the service's own history.
 * Faults of every call but `close`: `DISK_FULL` and `METRICS_UNAVAILABLE`; what was kept before is kept.
 */
export interface Usage {
  /** Adds prompts that were not added before, and returns how many those are. Counting begins at `nowMs` of the first call. A repeat adds nothing. */
  add(prompts: readonly UsedPrompt[], nowMs: number): Promise<number>;
  /** When counting began; null: it did not. What is forgotten by age (400 days) counts as not there. */
  beganMs(): number | null;
  models(sinceMs: number): readonly UseCount[];
  workflows(sinceMs: number): readonly WorkflowCount[];
  /** Days on which something ended, oldest first. */
  days(sinceMs: number): readonly UseDay[];
  close(): Promise<void>;
}
