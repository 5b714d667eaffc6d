declare const brand: unique symbol;
/** A string that has been checked to be an id of one sort. */
export type Id<Sort extends string> = string & { readonly [brand]: Sort };

/** `r12` */
export type RunId = Id<'run'>;
/** `r12.lock` : a step of a run. */
export type TaskId = Id<'task'>;
/** `r12.lock#2` : one try of a step. */
export type AttemptId = Id<'attempt'>;
/** `c9` */
export type ChangeId = Id<'change'>;
/** `i4` */
export type InstanceId = Id<'instance'>;
/** 40 hex digits naming a git commit. */
export type CommitId = Id<'commit'>;
/** 40 hex digits naming a git tree. */
export type GitTreeId = Id<'git-tree'>;
/** Hex digits naming an environment; see `domain/environments/environment-id.ts`. */
export type EnvironmentId = Id<'environment'>;
/** Hex digits naming a plan: the hash of what will be executed. */
export type PlanHash = Id<'plan'>;

export const runId = (n: number): RunId => `r${n}` as RunId;
export const changeId = (n: number): ChangeId => `c${n}` as ChangeId;
export const instanceId = (n: number): InstanceId => `i${n}` as InstanceId;
export const taskId = (run: RunId, step: string): TaskId => `${run}.${step}` as TaskId;
export const attemptId = (task: TaskId, n: number): AttemptId => `${task}#${n}` as AttemptId;

const objectIdPattern = /^[0-9a-f]{40}$/;

/** Returns the text as a commit id, or undefined when it is not 40 hex digits. */
export function findCommitId(text: string): CommitId | undefined {
  return objectIdPattern.test(text) ? (text as CommitId) : undefined;
}

/** Returns the text as a commit id. A text that is not one is a bug of the caller. */
export function asCommitId(text: string): CommitId {
  if (!objectIdPattern.test(text)) throw new Error(`not a commit id: ${JSON.stringify(text)}`);
  return text as CommitId;
}

/** Returns the text as a git tree id. A text that is not one is a bug of the caller. */
export function asGitTreeId(text: string): GitTreeId {
  if (!objectIdPattern.test(text)) throw new Error(`not a tree id: ${JSON.stringify(text)}`);
  return text as GitTreeId;
}

/** Ids of things that people write files for: agents, trees, playbooks, steps, tasks' slugs. */
export const definitionIdPattern = /^[a-z][a-z0-9-]{0,39}$/;
