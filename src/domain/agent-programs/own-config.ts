import type { ProgramRunner } from './agent-program.ts';

/**
 * What of a folder programs of agents obey on sight: instructions, settings, hooks, servers. A file or folder at the top of a slot by one of
 * these names is not seen by the program, unless the agent's file names it.
 * From the documentation of each program, read in November 2026.
 */
export const projectConfig: Readonly<Record<ProgramRunner, readonly string[]>> = {
  'claude-code': ['CLAUDE.md', 'CLAUDE.local.md', '.claude', '.mcp.json'],
  codex: ['AGENTS.md', 'AGENTS.override.md', '.codex', '.agents'],
  opencode: [
    'AGENTS.md',
    'CLAUDE.md',
    'CONTEXT.md',
    'opencode.json',
    'opencode.jsonc',
    '.opencode',
    '.claude',
    '.agents',
  ],
  acp: [
    'AGENTS.md',
    'CLAUDE.md',
    'CLAUDE.local.md',
    'GEMINI.md',
    '.agents',
    '.claude',
    '.codex',
    '.gemini',
    '.mcp.json',
    '.opencode',
    'opencode.json',
    'opencode.jsonc',
  ],
};
