import { entry, type FaultCodeEntry } from './fault-entry.ts';

/** Faults of agents that think: part of `faultCodes`. */
export const thinkingFaultCodes = {
  // Language models.
  MODEL_NONE: entry('user', 'No language model is configured.', 'orchestrate route explain'),
  MODEL_KEY_MISSING: entry('user', 'A provider’s key is not where the configuration says.', 'orchestrate doctor'),
  MODEL_FAILED: entry('outside', 'A language model did not answer.', 'orchestrate route explain', 'orchestrate doctor'),
  MODEL_PRICE_UNKNOWN: entry('user', 'Nobody said what a model costs.', 'orchestrate config'),
  PROVIDER_NOT_FOUND: entry('not-found', 'No provider of that id is configured.', 'orchestrate route explain'),
  // Budgets.
  BUDGET_REACHED: entry(
    'waiting',
    'A budget is used up.',
    'orchestrate cost',
    'orchestrate runs resume <run> --budget <usd>',
  ),
  // Plans and reviews of models.
  PLAN_NOT_VALID: entry('outside', 'A model’s plan did not fit the schema of playbooks, three times over.'),
  // Conversations.
  CONVERSATION_NOT_FOUND: entry('not-found', 'Nothing was said in that run.', 'orchestrate runs list'),
  TRANSCRIPT_UNREADABLE: entry('user', 'A transcript cannot be read.'),
  AGENT_LOOPS: entry('waiting', 'An agent does the same over and over.', 'orchestrate runs show <run> --transcript'),
  AGENT_SILENT: entry('waiting', 'An agent gave no sign of life.', 'orchestrate runs show <run> --transcript'),
  AGENT_TURNS: entry(
    'waiting',
    'An agent needs more turns than it may have.',
    'orchestrate runs show <run> --transcript',
  ),
  AGENTS_WAIT: entry('conflict', 'Two agents would wait for each other.', 'orchestrate bus status'),
  TOOL_REFUSED: entry('conflict', 'An agent asked for something that it may not do.'),
  // Programs of agents.
  AGENT_PROGRAM_MISSING: entry('not-found', 'The program of an agent is not on PATH.', 'orchestrate doctor'),
  AGENT_PROGRAM_LOGIN: entry('user', 'The program of an agent is not logged in.', 'orchestrate doctor'),
  AGENT_PROGRAM_FAILED: entry('outside', 'The program of an agent ended with a failure.'),
  AGENT_DID_NOTHING: entry('outside', 'An agent ended without having done anything.'),
  // The wall.
  WALL_MISSING: entry('outside', 'No wall can be put around a program that a model drives.', 'orchestrate doctor'),
  WALL_BROKEN: entry('outside', 'The wall around a program did not hold when it was tried.', 'orchestrate doctor'),
  // Secrets.
  SECRET_FOUND: entry(
    'waiting',
    'A secret is in what would be kept.',
    'orchestrate review show <change>',
    'orchestrate secrets allow <change> --comment "<why it is none>"',
  ),
  // MCP and hooks.
  TOOL_UNKNOWN: entry('usage', 'There is no tool of that name.', 'orchestrate mcp --list'),
  MCP_TOOL_CHANGED: entry(
    'waiting',
    'A tool of somebody else’s server is described otherwise than when it was approved.',
  ),
  SESSION_NOT_FOUND: entry('not-found', 'No session of that id was saved.'),
  TASK_HELD: entry('conflict', 'Somebody else works on that task.', 'orchestrate hooks conflict-detect'),
  HOOK_TOO_LONG: entry('busy', 'A hook was not done in time; nobody was kept from going on.', 'orchestrate status'),
  TOKEN_REQUIRED: entry('user', 'The request has no token, or a wrong one.'),
  ORIGIN_REFUSED: entry('user', 'The request comes from another origin or names another host.'),
} as const satisfies Record<string, FaultCodeEntry>;
