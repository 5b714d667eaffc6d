/** What the facts of an installation are called in expressions, each with what it is. */
export const installationFields = {
  name: 'Its name.',
  template: '`comfyui` or `service`.',
  mode: 'Who starts production: `managed`, `command` or `none`.',
  port: 'Port of production.',
  restart: 'What is done when production dies: `never` or `on-failure`.',
  resolver: 'Who resolves requirements: `auto`, `pip` or `uv`.',
} as const;

/** The names that an expression may use at its place in a playbook. */
export interface ExpressionScope {
  readonly inputs: readonly string[];
  /** Steps that are over by then: those that the step needs, straight or through others. */
  readonly steps: readonly string[];
  /** Conditions may change between two looks: only what decides whether a step starts may ask for them. */
  readonly conditions: boolean;
  /** One of the things that the step is done for. */
  readonly item: boolean;
  /** What the step itself reported. */
  readonly output: boolean;
}

/** What is reported where an expression is wrong; `offset` counts UTF-16 units from its beginning. */
export interface ExpressionProblem {
  readonly message: string;
  readonly offset: number;
}
