import type { Fault } from '../../../base/fault.ts';
import type { ToolOutcome } from '../tool.ts';

export const said = (text: string): ToolOutcome => ({ isError: false, text });
export const failed = (text: string): ToolOutcome => ({ isError: true, text });

/** What a model is told of a fault: what happened, and what it may do about it. Commands of people are no use to it. */
export function faultText({ code, message, state, hints }: Fault): string {
  const own = hints.filter((hint) => !hint.startsWith('orchestrate '));
  return [`${code}: ${message}`, ...(state === undefined ? [] : [state]), ...own].join('\n');
}

/** What a model is told when its arguments do not fit: where, and what was expected. `problems` names each place. */
export const misfitText = (tool: string, problems: string): string =>
  `The arguments of ${tool} do not fit its schema, and nothing was done:\n${problems}`;
