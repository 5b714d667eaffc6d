import type { Agent } from '../../src/domain/definitions/types.ts';

/** What an agent of runner `program` has beside its name. */
export const programAgent = {
  maxMinutes: 30,
  instructions: 'You do what you are asked.',
  description: '',
  otherTools: [],
  model: null,
  claude: {},
  runner: 'program',
  taskType: 'work',
  maxTurns: 50,
  budgetMicroUsd: null,
  silenceMs: 180_000,
  program: null,
  args: [],
  hosts: [],
} as const satisfies Partial<Agent>;
