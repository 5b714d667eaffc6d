import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { parseConfig } from '../domain/definitions/config.ts';
import { editConfigField } from '../domain/definitions/edit-config.ts';
import { mergeArguments } from '../domain/kits/merge-arguments.ts';
import { coveringTrees, targetProblem } from '../domain/kits/target.ts';
import type { PlannedFile } from '../domain/plans/plan.ts';
import { definePlanningAction, type PlanningContext } from './_context.ts';

const filesSchema = z.array(z.strictObject({ path: z.string(), text: z.string() })).max(64);
const argumentsSchema = z.array(z.string().min(1).max(400)).max(32);
const configFile = 'orchestrate.yaml';

/**
 * Plans the files of a template whose parameters are filled in, and the start arguments that it sets. A path that no tree may write
 * is refused. Faults: `USAGE_BAD_ARGUMENT`, `SCOPE_EXCEEDED`, `CONFIG_INVALID`, `NOTHING_TO_DO`.
 */
export const templateChoose = definePlanningAction({
  id: 'template.choose',
  summary: 'Choose the files of a template',
  effect: 'plan',
  input: z.object({ template: z.string(), files: z.string().default(''), arguments: z.string().default('[]') }),
  async plan(context, asked) {
    const state = 'Nothing was changed.';
    if (asked.files === '')
      throw new Fault(
        'USAGE_BAD_ARGUMENT',
        `The files of ${JSON.stringify(asked.template.slice(0, 60))} were not given.`,
        {
          hints: [`orchestrate templates apply ${asked.template.slice(0, 60)}`],
          state,
        },
      );
    const files = read(filesSchema, asked.files);
    const startArguments = read(argumentsSchema, asked.arguments);
    requireScope(context, files);
    const planned: PlannedFile[] = [];
    const notes: string[] = [];
    for (const { path, text } of files) {
      const present = await textAt(context, path);
      if (present === text) continue;
      const nLines = text.split('\n').length - 1;
      notes.push(
        `${present === undefined ? 'adds' : 'replaces'} ${path}: ${nLines} ${nLines === 1 ? 'line' : 'lines'}`,
      );
      planned.push({ path, text });
    }
    const config = await withArguments(context, startArguments);
    if (config !== undefined) {
      planned.push({ path: configFile, text: config.text });
      notes.push(`${configFile}: service.args becomes ${config.args.join(' ')}`);
    }
    if (planned.length === 0)
      throw new Fault('NOTHING_TO_DO', `Everything that ${asked.template} writes is there already.`, { state });
    return {
      moves: [],
      rejected: [],
      lockText: null,
      requirementsText: null,
      files: planned,
      notes,
      downloadBytes: 0,
      diskBytes: 0,
      warnings: [],
    };
  },
});

function read<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Fault(
      'USAGE_BAD_ARGUMENT',
      'What a template writes is not in the form that `templates apply` gives it.',
      {
        hints: ['orchestrate templates apply --help'],
        state: 'Nothing was changed.',
        cause,
      },
    );
  }
}

function requireScope({ definitions }: PlanningContext, files: readonly { readonly path: string }[]): void {
  const trees = [...definitions.trees.values()];
  for (const { path } of files) {
    const why =
      targetProblem(path) ?? (coveringTrees(trees, [path]).length === 0 ? 'is in the scope of no tree' : undefined);
    if (why !== undefined) throw outOfScope(`${path} ${why}.`);
  }
  const paths = files.map(({ path }) => path);
  if (coveringTrees(trees, paths).length === 0) throw outOfScope(`No one tree may write all of ${paths.join(', ')}.`);
}

const outOfScope = (sentence: string): Fault =>
  new Fault('SCOPE_EXCEEDED', sentence, { hints: ['orchestrate trees list'], state: 'Nothing was changed.' });

async function textAt({ store, baseTree }: PlanningContext, path: string): Promise<string | undefined> {
  const bytes = await store.readFile(baseTree, path);
  return bytes && new TextDecoder().decode(bytes);
}

/** The configuration with the arguments in it, checked as a whole; undefined: they are there already. */
async function withArguments(
  context: PlanningContext,
  added: readonly string[],
): Promise<{ readonly text: string; readonly args: readonly string[] } | undefined> {
  const before = (await textAt(context, configFile)) ?? '';
  if (added.length === 0) return undefined;
  const { service } = parseConfig({ file: configFile, text: before, origin: 'installation' });
  const args = mergeArguments(service.args, added);
  if (args.join('\0') === service.args.join('\0')) return undefined;
  const text = editConfigField(before, { section: 'service', field: 'args', value: args });
  parseConfig({ file: configFile, text, origin: 'installation' });
  return { text, args };
}
