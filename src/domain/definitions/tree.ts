import { z } from 'zod';

import { checkShape } from './check-shape.ts';
import { idField, portField, scopeField, titleField, topicField, uniqueList } from './fields.ts';
import type { Located } from './locator.ts';
import { parseYaml } from './parse-yaml.ts';
import type { DefinitionSource, Tree } from './types.ts';
import { durationField } from './units.ts';

/**
 * Returns the tree of `trees/<id>.yaml`. Faults: `DEFINITION_SYNTAX`, `DEFINITION_INVALID`.
 * ```yaml
 * id: ops-maint
 * title: Service and maintenance
 * home-port: 8190                        # 1024 to 32767, of no other tree
 * slots: 2                               # 1 to 5; may be left out
 * scope: [ops/**, docs/ops-maint/**]     # see match-path.ts
 * reviewers: [env-setup, models-integ]   # trees
 * questions: [restore-point-exists]      # asked about changes of the others; may be left out
 * channels: [memory_pressure_alert]      # topics it publishes; may be left out
 * listens: [new_models_available]        # topics whose messages come into its mailbox; may be left out
 * checks: [ports-untouched]              # asked about its own changes; may be left out
 * scale: { least: 1, most: 4, when-waiting: 2, idle: 30m }   # may be left out: then only a person changes the number
 * ```
 */
export function parseTree(source: DefinitionSource): Tree {
  return readTree(source).value;
}

/** Slots of a tree: more than five environments at work at once is more than a machine of a person has memory for. */
export const mostSlots = 5;
const slotsField = z
  .number()
  .int()
  .min(1)
  .max(mostSlots)
  .meta({ examples: [2] });

/** Schema of `trees/<id>.yaml`; its descriptions are what an editor shows. */
export const treeSchema = z.strictObject({
  id: idField.describe('Its id: the name of the file without .yaml.'),
  title: titleField.describe('Its name for people.'),
  'home-port': portField.describe('Port of the service in its first slot; of no other tree.'),
  slots: slotsField.default(2).describe('Slots at most: runs that work in it at once.'),
  scope: uniqueList(scopeField, { least: 1 }).meta({
    description: 'Paths that it may change: a path, dir/**, or * within a segment.',
    examples: [['docs/env-setup/**']],
  }),
  reviewers: uniqueList(idField).meta({
    description: 'Trees whose reviewers look at every change of this one.',
    examples: [['ops-maint']],
  }),
  questions: uniqueList(idField).default([]).describe('What it asks about changes of the others.'),
  channels: uniqueList(topicField).default([]).describe('Topics that it publishes.'),
  listens: uniqueList(topicField).default([]).describe('Topics whose messages come into its mailbox.'),
  checks: uniqueList(idField)
    .default([])
    .describe('What is asked about its own changes, beside what its reviewers ask.'),
  scale: z
    .strictObject({
      least: slotsField.default(1),
      most: slotsField,
      'when-waiting': z.number().int().min(1).max(20).default(2),
      idle: durationField({ least: '1s', most: '7d' }).prefault('30m'),
    })
    .superRefine(({ least, most }, context) => {
      const params = { remedy: `Write ${least} or more.` };
      if (least > most) context.addIssue({ code: 'custom', message: 'is below scale.least', path: ['most'], params });
    })
    .nullable()
    .default(null)
    .meta({
      description: 'When it gets a slot more or less by itself.',
      examples: [{ least: 1, most: 4, 'when-waiting': 2, idle: '30m' }],
    }),
});

/** Returns the tree with the places of its parts. */
export function readTree(source: DefinitionSource): Located<Tree> {
  const parsed = parseYaml(source);
  const { 'home-port': homePort, scale, ...fields } = checkShape(treeSchema, parsed);
  const rule = scale && {
    least: scale.least,
    most: scale.most,
    whenWaiting: scale['when-waiting'],
    idleMs: scale.idle,
  };
  return { value: { ...fields, homePort, scale: rule, file: source.file }, locate: parsed.locate };
}
