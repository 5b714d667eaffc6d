/** One hook of Claude Code: its event, the tools that it looks at, and the hook of ours that is called. */
interface ClaudeHook {
  readonly event: 'PreToolUse' | 'PostToolUse' | 'SessionStart' | 'SessionEnd' | 'PreCompact';
  /** Tool names as Claude Code matches them; absent: the event has none. */
  readonly matcher?: string;
  readonly hook: string;
}

const edits = 'Edit|MultiEdit|Write|NotebookEdit';

/** What `hooks init` writes. Events and matchers: https://docs.claude.com/en/docs/claude-code/hooks */
export const claudeHooks: readonly ClaudeHook[] = [
  { event: 'SessionStart', hook: 'session-start' },
  { event: 'PreToolUse', matcher: edits, hook: 'pre-edit' },
  { event: 'PreToolUse', matcher: 'Bash', hook: 'pre-command' },
  { event: 'PostToolUse', matcher: edits, hook: 'post-edit' },
  { event: 'PostToolUse', matcher: 'Bash', hook: 'post-command' },
  { event: 'PreCompact', hook: 'checkpoint' },
  { event: 'SessionEnd', hook: 'session-end' },
];

/**
 * Seconds after which Claude Code gives up a hook and goes on: a little more than the time that a hook gives itself, so that it is we who
 * say what happened.
 */
export const claudeTimeoutSeconds = 30;

/** Longest time that a hook takes, in milliseconds: whoever waits for it has work to do. */
export const hookMs = 20_000;
