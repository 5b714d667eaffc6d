/** Plans that a model writes. */
export interface PlanningRows {
  /** [`plan-asked:<run>`] No playbook fits, and a model is asked; `faults`: what was wrong with its answer before. */
  'plan.asked': {
    readonly run: string;
    readonly agent: string;
    /** 0 for the first time, then counted. */
    readonly nth: number;
    readonly faults: readonly string[];
  };
  /** [`plan-draft:<run>`] A model's playbook that fits. From here on it is not asked again: what is planned and carried out is this. */
  'plan.drafted': {
    readonly run: string;
    readonly agent: string;
    readonly provider: string;
    readonly model: string;
    /** As a file of `playbooks/` would be. */
    readonly text: string;
    readonly sha256: string;
    readonly nAsked: number;
    /** `runs show <run> --transcript` */
    readonly conversation: string;
  };
}
