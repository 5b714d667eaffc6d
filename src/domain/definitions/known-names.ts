/** Names that definitions may use and that are not definitions themselves. */
export interface KnownNames {
  /** All actions by id, those that plan included. */
  readonly actions: ReadonlyMap<string, KnownAction>;
  /** Ids of all review questions; they are not checked when left out. */
  readonly questions?: ReadonlySet<string>;
}

/** What a playbook may say about an action. */
export interface KnownAction {
  /** It makes the plan of a run; one that does not is the work of a step. */
  readonly plans: boolean;
  /** Arguments that it takes. */
  readonly takes: readonly string[];
  /** Those of them that it cannot do without. */
  readonly needs: readonly string[];
  /** Fields of what it reports. */
  readonly reports: readonly string[];
}
