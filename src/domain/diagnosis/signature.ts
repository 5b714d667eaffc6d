import type { Repair, Severity } from './finding.ts';
import type { RepairPlaybook } from './repair-playbooks.ts';

/** In the order in which a cause is looked for: what ended the process counts before what spoils a picture. */
export const stages = ['death', 'start', 'config', 'environment', 'model', 'graph', 'resource', 'cosmetic'] as const;
export type Stage = (typeof stages)[number];

/** Tree whose agents mend it; `person`: who wrote the workflow, or owns the machine. */
export type Owner = 'env-setup' | 'models-integ' | 'ops-maint' | 'person';

/**
 * What is to blame: a group of the pattern, the node pack whose frame is the innermost of the traceback, or (`said`) the model file that
 * the same error names on a line of its own, `File path: …`.
 */
export type Culprit =
  | { readonly kind: 'pack' }
  | { readonly kind: 'model'; readonly said: true }
  | {
      readonly kind: 'pack' | 'package' | 'model' | 'port' | 'path' | 'flag' | 'node' | 'input' | 'file';
      readonly groups: readonly number[];
    };

/** How a server shows that something is wrong: a line of its log, and what that means. One row of the catalogue. */
export interface Signature {
  /** `S01` to `S80`; permanent. */
  readonly id: string;
  /** For people and for search: `cuda-oom`. Permanent. */
  readonly name: string;
  readonly severity: Severity;
  readonly owner: Owner;
  readonly stage: Stage;
  /** Matches a line without its prefix of level and time. Null: it shows in no line; something else sees it. */
  readonly pattern: RegExp | null;
  /** Every line that matches holds one of these, in this case. */
  readonly literals: readonly string[];
  /** Only a line that has one of these in its last traceback counts. */
  readonly frame?: RegExp;
  readonly culprit?: Culprit;
  /** What is wrong, in one sentence; `{1}` is the pattern's first group, `{culprit}` whoever is to blame. */
  readonly sentence: string;
  /** Why that happens. */
  readonly cause: string;
  /** Ids of what follows from it: when both are found, this one is the reason. */
  readonly explains: readonly string[];
  readonly repair: SignatureRepair;
}

export interface SignatureRepair {
  readonly how: Repair['how'];
  /** Steps for a person or an agent, the gentlest first. */
  readonly sentence: string;
  /** What answers it; left out or null: nothing of ours. */
  readonly playbook?: RepairPlaybook | null;
  /** What has to hold before anything is done. */
  readonly preconditions: readonly string[];
  /** How it is known that it helped. */
  readonly check: string;
  /** What a program sees of that check; left out where only a person sees it. */
  readonly shownBy?: ShownBy;
}

/**
 * What shows that a failure is over: a later start whose log does not have it, a prompt that ended well after it, the driver that
 * answers, room on the disks, a node that the service lists.
 */
export const shownBy = ['start', 'prompt', 'card', 'room', 'node'] as const;
export type ShownBy = (typeof shownBy)[number];
