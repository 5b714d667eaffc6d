import type { Priority } from '../queue/rank.ts';
import type { Runner } from '../specialists/work-result.ts';

/** What a person said when a run was asked for. */
export interface RunOptions {
  readonly previewOnly: boolean;
  /** Yes was said beforehand, to the plan and to the review; counts where a person asked for the run (`saidYes`). */
  readonly yes: boolean;
  readonly until: string | null;
  readonly playbook: string | null;
  /** Inputs of the playbook that were given as options (`--target`, `--set name=value`); they win over the goal's words. */
  readonly inputs: Readonly<Record<string, string>>;
  /** What it may cost in all, in micro-USD, in place of `compute.budgets.run`. Absent: what is configured. */
  readonly budgetMicroUsd?: number;
  /** Who carries out free work of its agents, whatever their files say. Absent: each agent's own. */
  readonly runner?: Exclude<Runner, 'program'>;
  /** A person said that programs of its agents may run where no wall holds. Absent: they do not. */
  readonly unsandboxed?: true;
  /** How soon it is wanted; age counts beside it. Absent in old rows: `normal`. */
  readonly priority?: Priority;
}
