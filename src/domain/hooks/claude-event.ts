import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { findJsonProblem } from '../memory/json-problem.ts';

/** Most that is read of an event, in characters: what a tool wrote or answered is in it. */
export const maxEventLength = 4 * 1024 * 1024;

/** An event of Claude Code as a hook needs it. All of it is told by somebody else: names and texts are data. */
export interface ClaudeEvent {
  /** `PreToolUse`. */
  readonly name: string;
  readonly session: string;
  readonly cwd: string;
  readonly tool: string | null;
  readonly file: string | null;
  readonly command: string | null;
  /** Of the command; null where it is not told. */
  readonly exitCode: number | null;
  /** What else it says in words: message of a notification, reason of an end. */
  readonly text: string | null;
}

const text = z.string();
/** Newer versions send more fields; those are passed over. */
const eventSchema = z.looseObject({
  hook_event_name: text.min(1).max(100),
  session_id: text.min(1).max(200),
  cwd: text.max(4096).optional(),
  tool_name: text.max(200).optional(),
  tool_input: z
    .looseObject({
      file_path: text.max(4096).optional(),
      notebook_path: text.max(4096).optional(),
      command: text.optional(),
    })
    .optional(),
  tool_response: z.unknown().optional(),
  message: text.optional(),
  reason: text.optional(),
  source: text.optional(),
});

/**
 * Returns the event that Claude Code gives a hook on its standard input (https://docs.claude.com/en/docs/claude-code/hooks). Fault:
 * `USAGE_BAD_ARGUMENT` for what is no such event: too long, nested too deeply, no JSON, or with a field missing.
 */
export function readClaudeEvent(given: string, cwd: string): ClaudeEvent {
  if (given.trim() === '') throw notAnEvent('nothing came');
  if (given.length > maxEventLength) throw notAnEvent(`it has more than ${maxEventLength} characters`);
  const problem = findJsonProblem(given.trim());
  if (problem !== undefined) throw notAnEvent(problem.sentence);
  const parsed = eventSchema.safeParse(JSON.parse(given));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw notAnEvent(`${issue?.path.join('.') ?? 'it'}: ${issue?.message ?? 'does not fit'}`);
  }
  const event = parsed.data;
  const said = event.message ?? event.reason ?? event.source ?? null;
  return {
    name: event.hook_event_name,
    session: event.session_id,
    cwd: event.cwd ?? cwd,
    tool: event.tool_name ?? null,
    file: event.tool_input?.file_path ?? event.tool_input?.notebook_path ?? null,
    command: event.tool_input?.command ?? null,
    exitCode: exitCodeOf(event.tool_response),
    text: said === null ? null : said.slice(0, 2_000),
  };
}

function exitCodeOf(response: unknown): number | null {
  if (typeof response !== 'object' || response === null) return null;
  const given = 'exit_code' in response ? response.exit_code : 'exitCode' in response ? response.exitCode : null;
  return typeof given === 'number' && Number.isInteger(given) ? given : null;
}

const notAnEvent = (why: string): Fault =>
  new Fault('USAGE_BAD_ARGUMENT', `That is no event of a hook of Claude Code: ${why}.`, {
    hints: ['--event - reads one from standard input, as Claude Code gives it.', 'orchestrate hooks init'],
    state: 'Nothing was kept; nobody was kept from going on.',
  });
