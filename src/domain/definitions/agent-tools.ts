import { z } from 'zod';

import { ONE_TOO_MANY } from './fields.ts';
import type { Located, Locator, ValuePath } from './locator.ts';

/**
 * The tools of an agent as people write them: `Read, Bash(git log:*), env.lock`, or a list. A comma within brackets parts
 * nothing. What has the form of an action is one of ours; the others are those of Claude Code
 * (https://code.claude.com/docs/en/sub-agents), which no runner here can use.
 */
export interface AgentTools {
  readonly actions: readonly string[];
  readonly others: readonly string[];
}

const actionPattern = /^[a-z][a-z0-9-]{0,39}\.[a-z][a-z0-9-]{0,39}$/;

/** `Read`, `Bash(npm test:*)`, `Agent(a, b)`, `mcp__github__create_issue`, `mcp__github__*`, `*`. */
const otherPattern = /^(?:[A-Z][A-Za-z]{1,39}(?:\([^()]{1,400}\))?|mcp__[\w-]{1,100}(?:__[\w*-]{1,100})?|\*)$/;

const FORM =
  'has to be an action such as env.lock, or a tool of Claude Code such as Read, Bash(git log:*) or mcp__server__tool';

/** Field `tools`: a text with commas or a list; nothing is there twice. */
export const toolsField: z.ZodType<AgentTools, string | string[]> = z
  .union([z.string().max(8000), z.array(z.string().max(500)).max(128)], {
    error: 'has to be tools with commas between them, or a list',
  })
  .transform((written, context) => {
    const tools = typeof written === 'string' ? partsOf(written).map(({ tool }) => tool) : written;
    tools.forEach((tool, index) => {
      const isTwice = tools.indexOf(tool) < index;
      const message = isTwice ? 'is there twice' : problemOf(tool);
      const params = { remedy: isTwice ? ONE_TOO_MANY : 'Take it out, or write it as env.lock and Read are written.' };
      if (message !== undefined) context.addIssue({ code: 'custom', message, path: [index], params });
    });
    const isAction = (tool: string): boolean => actionPattern.test(tool);
    return { actions: tools.filter(isAction), others: tools.filter((tool) => !isAction(tool)) };
  })
  .meta({ examples: ['env.verify, instance.boot'] });

function problemOf(tool: string): string | undefined {
  if (tool === '') return 'is empty: there is a comma too many';
  return actionPattern.test(tool) || otherPattern.test(tool) ? undefined : FORM;
}

/**
 * Returns a locator that knows each tool too, by its number or its name, where `tools` is a text on one line: the parser
 * knows only where the text begins.
 */
export function locateTools({ value, locate }: Located<unknown>, field: string): Locator {
  const written = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[field] : undefined;
  const names = typeof written === 'string' ? partsOf(written) : [];
  const listed = Array.isArray(written) ? written : [];
  const find = (path: ValuePath, by: 'key' | 'value') => {
    const [first, item] = path;
    if (first !== field || item === undefined) return locate[by](path);
    if (typeof item === 'string' && listed.includes(item)) return locate[by]([field, listed.indexOf(item)]);
    const part = typeof item === 'number' ? names[item] : names.find(({ tool }) => tool === item);
    const at = locate.value([field]);
    if (part === undefined || typeof written !== 'string') return locate[by](path);
    const opens = /^["']/.test(at.text?.slice(at.column - 1) ?? '') ? 1 : 0;
    const column = at.column + opens + part.offset;
    return at.text?.startsWith(part.tool, column - 1) === true ? { ...at, column } : at;
  };
  return { value: (path) => find(path, 'value'), key: (path) => find(path, 'key') };
}

interface Part {
  readonly tool: string;
  /** Where it begins in the text. */
  readonly offset: number;
}

function partsOf(text: string): readonly Part[] {
  if (text.trim() === '') return [];
  const parts: Part[] = [];
  let start = 0;
  let depth = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const character = text[at];
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character !== undefined && (character !== ',' || depth > 0)) continue;
    const raw = text.slice(start, at);
    parts.push({ tool: raw.trim(), offset: start + raw.length - raw.trimStart().length });
    start = at + 1;
  }
  return parts;
}
