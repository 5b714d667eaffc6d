import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { locateTools, toolsField } from './agent-tools.ts';
import { checkShape } from './check-shape.ts';
import { attempt, throwTogether } from './faults.ts';
import { idField, titleField } from './fields.ts';
import { frontMatterOf } from './front-matter.ts';
import { positionAt, type Located, type Locator, type ValuePath } from './locator.ts';
import { parseYaml } from './parse-yaml.ts';
import type { Agent, DefinitionSource } from './types.ts';
import { durationField } from './units.ts';

/**
 * Returns the agent of `agents/<name>.md`. Faults: `DEFINITION_SYNTAX`, `DEFINITION_INVALID`.
 * ```
 * ---
 * name: validation-engineer            # or id:
 * description: Runs it and looks.       # when it is asked; may be left out
 * tools: env.verify, instance.boot     # actions it may use, as a list too; left out: none
 * title: Validation engineer           # left out: made of the name
 * tree: env-setup                      # left out: it belongs to none
 * runner: program                      # may be left out
 * time-limit: 30m                      # of one step; may be left out
 * ---
 * Instructions, as Markdown.
 * ```
 * A subagent file of Claude Code is such a file: its tools and fields are kept, and no runner here uses them.
 */
export function parseAgent(source: DefinitionSource): Agent {
  return readAgent(source).value;
}

/** Fields that Claude Code reads (https://code.claude.com/docs/en/sub-agents) and the program runner does not. */
export const claudeFields = [
  'background',
  'color',
  'effort',
  'hooks',
  'initialPrompt',
  'isolation',
  'maxTurns',
  'mcpServers',
  'memory',
  'permissionMode',
  'skills',
] as const;

const foreign = z.unknown().meta({ description: 'Read by Claude Code, not by the program runner.' }).optional();

/** Schema of the front matter of `agents/<name>.md`; its descriptions are what an editor shows. */
export const agentSchema = z
  .strictObject({
    name: idField
      .meta({ description: 'Its id: the name of the file without .md.', examples: ['log-analyst'] })
      .optional(),
    id: idField.meta({ description: 'Another word for name.', examples: ['log-analyst'] }).optional(),
    description: z
      .string()
      .max(20_000)
      .meta({ description: 'When it is asked.', examples: ['Reads logs and says what happened.'] })
      .default(''),
    tools: toolsField
      .meta({
        description: 'Actions it may use, and tools of Claude Code, with commas or as a list.',
        synonyms: ['allowed-tools', 'allowedTools'],
      })
      .optional(),
    disallowedTools: toolsField.describe('Taken from its tools.').optional(),
    model: z
      .string()
      .regex(/^[\w.:@/[\]-]{1,100}$/, 'has to be one word, such as inherit or sonnet')
      .meta({ description: 'Model that Claude Code takes; the program runner takes none.', examples: ['inherit'] })
      .nullable()
      .default(null),
    title: titleField.meta({ description: 'Its name for people.', examples: ['Log analyst'] }).optional(),
    tree: idField.describe('Tree that it belongs to.').nullable().default(null),
    runner: z.enum(['program']).default('program').describe('Who carries out its steps: built-in actions.'),
    'time-limit': durationField({ least: '1m', most: '24h' }).prefault('30m'),
    ...(Object.fromEntries(claudeFields.map((field) => [field, foreign])) as Record<
      (typeof claudeFields)[number],
      typeof foreign
    >),
  })
  .superRefine(({ name, id }, context) => {
    if (name === undefined && id === undefined)
      context.addIssue({ code: 'custom', message: 'is missing', path: ['name'] });
    if (name !== undefined && id !== undefined && name !== id)
      context.addIssue({
        code: 'custom',
        message: `is not the name, ${name}: one of the two is enough`,
        path: ['id'],
        params: { remedy: 'Take the line out.' },
      });
  });

/** Returns the agent with the places of the parts of its front matter. */
export function readAgent(source: DefinitionSource): Located<Agent> {
  const text = source.text.startsWith('\uFEFF') ? source.text.slice(1) : source.text;
  const { start, end, bodyStart } = frontMatterOf({ file: source.file, text });
  const parsed = parseYaml({ file: source.file, text }, { range: { start, end } });
  const locate = placesOf(parsed);
  const faults: Fault[] = [];
  const fields = attempt(faults, () => checkShape(agentSchema, { value: parsed.value, locate }));
  const instructions = text.slice(bodyStart).trim();
  if (instructions === '') {
    faults.push(
      new Fault('DEFINITION_INVALID', 'The agent has no instructions: write them below the second --- line.', {
        at: positionAt({ file: source.file, text }, text.length),
        hints: ['Write below the line --- what it does and how, as Markdown.'],
      }),
    );
  }
  throwTogether(faults);
  if (fields === undefined) throw new Error('fields are wrong, and no fault says why');
  const id = fields.name ?? fields.id ?? '';
  const denied = fields.disallowedTools?.actions ?? [];
  return {
    value: {
      id,
      title: fields.title ?? titleOf(id),
      description: fields.description.trim(),
      tree: fields.tree,
      tools: (fields.tools?.actions ?? []).filter((tool) => !denied.includes(tool)),
      otherTools: fields.tools?.others ?? [],
      model: fields.model,
      claudeFields: claudeFields.filter((field) => fields[field] !== undefined),
      runner: fields.runner,
      maxMinutes: fields['time-limit'] / 60_000,
      instructions,
      file: source.file,
    },
    locate,
  };
}

/** Returns the locator for `name`, `tools` and `disallowedTools` too, as the file writes them. */
function placesOf(parsed: Located<unknown>): Locator {
  const tools = locateTools(parsed, 'tools');
  const both = locateTools({ value: parsed.value, locate: tools }, 'disallowedTools');
  const named = (path: ValuePath): ValuePath =>
    path[0] === 'id' && !hasField(parsed.value, 'id') && hasField(parsed.value, 'name') ? ['name'] : path;
  return { value: (path) => both.value(named(path)), key: (path) => both.key(named(path)) };
}

const hasField = (value: unknown, field: string): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, field);

function titleOf(id: string): string {
  const words = id.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
