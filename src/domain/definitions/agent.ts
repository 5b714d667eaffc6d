import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { checkShape } from './check-shape.ts';
import { actionField, idField, titleField, uniqueList } from './fields.ts';
import { positionAt, type Located } from './locator.ts';
import { parseYaml } from './parse-yaml.ts';
import type { Agent, DefinitionSource } from './types.ts';
import { durationField } from './units.ts';

/**
 * Returns the agent of `agents/<id>.md`. Faults: `DEFINITION_SYNTAX`, `DEFINITION_INVALID`.
 * ```
 * ---
 * id: validation-engineer
 * title: Validation engineer
 * tree: env-setup
 * tools: [env.verify, instance.boot]   # actions it may use; [] for one that only reviews
 * runner: program                      # may be left out
 * time-limit: 30m                      # of one step; may be left out
 * ---
 * Instructions, as Markdown.
 * ```
 */
export function parseAgent(source: DefinitionSource): Agent {
  return readAgent(source).value;
}

const agentSchema = z.strictObject({
  id: idField,
  title: titleField,
  tree: idField,
  tools: uniqueList(actionField),
  runner: z.enum(['program']).default('program'),
  'time-limit': durationField({ least: '1m', most: '24h' }).default(30 * 60_000),
});

/** Returns the agent with the places of the parts of its front matter. */
export function readAgent(source: DefinitionSource): Located<Agent> {
  const text = source.text.startsWith('\uFEFF') ? source.text.slice(1) : source.text;
  const { start, end, bodyStart } = frontMatter(text, source.file);
  const parsed = parseYaml({ file: source.file, text }, { range: { start, end } });
  const { 'time-limit': timeLimitMs, ...fields } = checkShape(agentSchema, parsed);
  const instructions = text.slice(bodyStart).trim();
  if (instructions === '') {
    throw new Fault('DEFINITION_INVALID', 'The agent has no instructions: write them below the second --- line.', {
      at: positionAt({ file: source.file, text }, text.length),
    });
  }
  return {
    value: { ...fields, maxMinutes: timeLimitMs / 60_000, instructions, file: source.file },
    locate: parsed.locate,
  };
}

function frontMatter(text: string, file: string): { start: number; end: number; bodyStart: number } {
  const first = /^---[ \t]*\r?\n/.exec(text);
  if (first === null) {
    throw new Fault('DEFINITION_SYNTAX', 'The file has to start with a line --- and the fields of the agent.', {
      at: positionAt({ file, text }, 0),
    });
  }
  const start = first[0].length;
  const last = /^---[ \t]*(?:\r?\n|$)/m.exec(text.slice(start));
  if (last === null) {
    throw new Fault('DEFINITION_SYNTAX', 'The line --- that ends the fields of the agent is missing.', {
      at: positionAt({ file, text }, 0),
    });
  }
  return { start, end: start + last.index, bodyStart: start + last.index + last[0].length };
}
