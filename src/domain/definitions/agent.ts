import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { runners } from '../specialists/work-result.ts';
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
 * tools: env.verify, Read, Edit        # actions and tools it may use, as a list too; left out: none
 * title: Validation engineer           # left out: made of the name
 * tree: env-setup                      # left out: it belongs to none
 * runner: program                      # or model, claude-code, codex, opencode, acp; may be left out
 * time-limit: 30m                      # of one step; may be left out
 * model: claude-sonnet-4-5             # what follows is for runners that think; all of it may be left out
 * task-type: work                      # names a rule of routing
 * max-turns: 50
 * budget: 0.50                         # USD for one step
 * silence: 3m
 * program: gemini                      # of runner acp
 * args: [--experimental-acp]
 * hosts: [models.example]              # of a program of its own: where its model is
 * ---
 * Instructions, as Markdown.
 * ```
 * A subagent file of Claude Code is such a file: its tools and fields are kept, and given to the runners that know them.
 */
export function parseAgent(source: DefinitionSource): Agent {
  return readAgent(source).value;
}

/** Fields of Claude Code (https://code.claude.com/docs/en/sub-agents) that only the runner `claude-code` may have a use for. */
export const claudeFields = [
  'background',
  'color',
  'effort',
  'hooks',
  'initialPrompt',
  'isolation',
  'mcpServers',
  'memory',
  'permissionMode',
  'skills',
] as const;

const defaultMaxTurns = 50;

/** A step that needs more is asked about: 500 answers are hours of work. */
const turnsField = z.number().int().min(1).max(500);

/** A whole name, never a pattern: what a program may reach is read by a person. */
const hostField = z
  .string()
  .regex(
    /^(?=.{1,253}$)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/,
    'has to be the name of a host, such as models.example',
  );

const foreign = z.unknown().meta({ description: 'Read by Claude Code; see the runner claude-code.' }).optional();

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
      .meta({
        description: 'Model that it wants, by name; inherit or left out: routing chooses. Runner program takes none.',
        examples: ['claude-sonnet-4-5'],
      })
      .nullable()
      .default(null),
    title: titleField.meta({ description: 'Its name for people.', examples: ['Log analyst'] }).optional(),
    tree: idField.describe('Tree that it belongs to.').nullable().default(null),
    runner: z
      .enum([...runners, 'builtin'])
      .default('program')
      .describe(
        'Who carries out its steps: built-in actions (program, or builtin), our own loop (model), or a program.',
      ),
    'time-limit': durationField({ least: '1m', most: '24h' }).prefault('30m'),
    'task-type': idField
      .meta({ description: 'Kind of its work, as rules of routing name it.', examples: ['work'] })
      .default('work'),
    'max-turns': turnsField
      .meta({ description: 'Answers of a model in one step at most, then a person is asked.', examples: [50] })
      .optional(),
    maxTurns: turnsField.meta({ description: 'Another word for max-turns.', examples: [50] }).optional(),
    budget: z
      .number()
      .min(0.0001)
      .max(10_000)
      .meta({ description: 'USD for one step at most, then a person is asked.', examples: [0.5] })
      .nullable()
      .default(null),
    silence: durationField({ least: '10s', most: '2h' }).prefault('3m'),
    program: z
      .string()
      .regex(/^[^\s\0][^\n\0]{0,499}$/, 'has to be a name on PATH or an absolute path')
      .meta({ description: 'Program of runner acp; of another, in place of the one on PATH.', examples: ['gemini'] })
      .nullable()
      .default(null),
    args: z
      .array(z.string().max(2_000))
      .max(64)
      .meta({ description: 'Arguments of program.', examples: [['--experimental-acp']] })
      .default([]),
    hosts: z
      .array(hostField)
      .max(20)
      .meta({
        description: 'Hosts that its program may reach by https, beside those that are known of the runner.',
        examples: [['generativelanguage.googleapis.com']],
      })
      .default([]),
    ...(Object.fromEntries(claudeFields.map((field) => [field, foreign])) as Record<
      (typeof claudeFields)[number],
      typeof foreign
    >),
  })
  .superRefine((fields, context) => {
    const { name, id, runner, program, args, hosts } = fields;
    if (name === undefined && id === undefined)
      context.addIssue({ code: 'custom', message: 'is missing', path: ['name'] });
    if (name !== undefined && id !== undefined && name !== id)
      context.addIssue({
        code: 'custom',
        message: `is not the name, ${name}: one of the two is enough`,
        path: ['id'],
        params: { remedy: 'Take the line out.' },
      });
    if (fields['max-turns'] !== undefined && fields.maxTurns !== undefined)
      context.addIssue({
        code: 'custom',
        message: 'is max-turns too: one of the two is enough',
        path: ['maxTurns'],
        params: { remedy: 'Take the line out.' },
      });
    if (runner === 'acp' && program === null)
      context.addIssue({ code: 'custom', message: 'has to be named for runner acp', path: ['program'] });
    if (['program', 'builtin', 'model'].includes(runner) && (program !== null || args.length > 0))
      context.addIssue({
        code: 'custom',
        message: `is for runners that are programs of their own, and the runner is ${runner}`,
        path: [program === null ? 'args' : 'program'],
        params: { remedy: 'Take the line out, or write runner: acp.' },
      });
    if (['program', 'builtin', 'model'].includes(runner) && hosts.length > 0)
      context.addIssue({
        code: 'custom',
        message: `is for runners that are programs of their own, and the runner is ${runner}`,
        path: ['hosts'],
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
  const { actions: deniedActions, others: deniedOthers } = fields.disallowedTools ?? { actions: [], others: [] };
  return {
    value: {
      id,
      title: fields.title ?? titleOf(id),
      description: fields.description.trim(),
      tree: fields.tree,
      tools: (fields.tools?.actions ?? []).filter((tool) => !deniedActions.includes(tool)),
      otherTools: (fields.tools?.others ?? []).filter((tool) => !deniedOthers.includes(tool)),
      model: fields.model === 'inherit' ? null : fields.model,
      claude: Object.fromEntries(
        claudeFields.flatMap((field) => (fields[field] === undefined ? [] : [[field, fields[field]]])),
      ) as JsonObject,
      runner: fields.runner === 'builtin' ? 'program' : fields.runner,
      taskType: fields['task-type'],
      maxTurns: fields['max-turns'] ?? fields.maxTurns ?? defaultMaxTurns,
      budgetMicroUsd: fields.budget === null ? null : Math.round(fields.budget * 1_000_000),
      silenceMs: fields.silence,
      program: fields.program,
      args: fields.args,
      hosts: fields.hosts,
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
