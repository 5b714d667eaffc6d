import type { ProgramRunner } from './agent-program.ts';

/** Runners whose program has a name that is known. */
export type NamedRunner = Exclude<ProgramRunner, 'acp'>;

/** Its name on PATH, the package of the npm registry that has it, and what a person types to log in. */
export const commands: Readonly<
  Record<NamedRunner, { readonly command: string; readonly install: string; readonly login: string }>
> = {
  'claude-code': {
    command: 'claude',
    install: '@anthropic-ai/claude-code',
    login: 'claude   (and then /login), or set ANTHROPIC_API_KEY',
  },
  codex: { command: 'codex', install: '@openai/codex', login: 'codex login' },
  opencode: { command: 'opencode', install: 'opencode-ai', login: 'opencode auth login' },
};
