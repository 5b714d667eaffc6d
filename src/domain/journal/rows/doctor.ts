import type { Actor } from '../actor.ts';

export interface DoctorRows {
  /** [`doctor`] What `doctor --fix` did of what was shown. */
  'doctor.fixed': {
    readonly hash: string;
    readonly by: Actor;
    readonly repairs: readonly {
      /** Of the finding. */
      readonly id: string;
      /** `gone`: it was so no longer; `moved`: it was something else by then, and was left. */
      readonly outcome: 'repaired' | 'gone' | 'moved' | 'failed';
      /** What was done, or why not, as one clause. */
      readonly sentence: string;
    }[];
  };
}
