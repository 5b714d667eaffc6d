import { z } from 'zod';

import { MAX_EXPRESSION_LENGTH } from '../expressions/language.ts';
import { checkPlaybook } from './check-playbook.ts';
import { checkShape } from './check-shape.ts';
import { actionField, conditionField, idField, proseField, titleField, topicField, uniqueList } from './fields.ts';
import type { Located } from './locator.ts';
import { parseYaml } from './parse-yaml.ts';
import type { Compensation, DefinitionSource, Playbook, PlaybookStep } from './types.ts';
import { durationField } from './units.ts';

/**
 * Returns the playbook of `playbooks/<id>.yaml`.
 * Faults: `DEFINITION_SYNTAX`, `DEFINITION_INVALID`, `PLAYBOOK_UNKNOWN_REFERENCE` (a need, an input), `PLAYBOOK_CYCLE`,
 * `EXPRESSION_INVALID`.
 * ```yaml
 * id: upgrade-package
 * title: Upgrade one Python package
 * description: What it does, for people.
 * triggers: ['upgrade {package}']        # {name} stands for one word and gives the input
 * inputs:                                # may be left out
 *   package: { description: The package to move. }              # has to come from the goal
 *   version: { description: Version to move to., default: '' }
 * tree: env-setup
 * trees: [env-extra]                     # other trees that it may run in; may be left out
 * on: [new_models_available]             # topics whose messages start it; may be left out
 * plan: env.choose                       # chooses versions before anything is written
 * risk: medium                           # low, medium or high
 * steps:
 *   - id: record
 *     title: Record what is installed
 *     action: env.record
 *     agent: environment-specialist
 *     needs: []                          # may be left out
 *     with: { package: '${inputs.package}' }   # texts; may be left out
 *     timeout: 10m
 *     retries: 1                         # tries after the first; may be left out
 *     waits-for: [env-setup:environment_stable]   # conditions; may be left out
 *     wait-at-most: 24h                  # then the run pauses and asks; may be left out
 *     when: inputs.version != ""         # else it is left out; what needs it goes on. May be left out, like all below
 *     for-each: inputs.packs.split(",")  # once for each of a list, as ${item} in arguments
 *     check: output.nPackages > 0        # over what it reported; else it has failed
 *     approval: Production stops for it. # a person says yes before it starts; may hold ${…}
 *     approval-unless: inputs.restart == "yes"   # where it holds nobody is asked
 *     compensate:                        # carried out when the run fails or is rejected for what began its work, the last step first
 *       action: files.write
 *       agent: environment-specialist    # else that of the step
 *       with: { path: '${item}' }
 *       timeout: 10m
 * ```
 * Expressions are those of `domain/expressions`; an argument and an approval may hold any as `${…}`.
 */
export function parsePlaybook(source: DefinitionSource): Playbook {
  return readPlaybook(source).value;
}

const argumentsField = z.record(idField, z.string().max(1000)).default({});

/** An expression as it is written; what it may say depends on its place, see `check-expressions.ts`. */
const expressionField = z.string().min(1).max(MAX_EXPRESSION_LENGTH);

const compensationSchema = z.strictObject({
  action: actionField,
  agent: idField.optional(),
  with: argumentsField,
  timeout: durationField({ least: '1s', most: '24h' }).default(10 * 60_000),
});

const stepSchema = z.strictObject({
  id: idField,
  title: titleField,
  action: actionField,
  agent: idField,
  needs: uniqueList(idField).default([]),
  with: argumentsField,
  timeout: durationField({ least: '1s', most: '24h' }),
  retries: z.number().int().min(0).max(5).default(0),
  'waits-for': uniqueList(conditionField, { most: 8 }).default([]),
  'wait-at-most': durationField({ least: '1s', most: '30d' }).default(24 * 60 * 60_000),
  when: expressionField.optional(),
  'for-each': expressionField.optional(),
  check: expressionField.optional(),
  approval: titleField.optional(),
  'approval-unless': expressionField.optional(),
  compensate: compensationSchema.optional(),
});

/** Schema of `playbooks/<id>.yaml`; its descriptions are what an editor shows. */
export const playbookSchema = z.strictObject({
  id: idField,
  title: titleField,
  description: proseField,
  triggers: uniqueList(titleField, { least: 1 }),
  inputs: z
    .record(idField, z.strictObject({ description: titleField, default: z.string().max(200).nullable().default(null) }))
    .default({}),
  tree: idField,
  trees: uniqueList(idField, { most: 8 }).default([]),
  on: uniqueList(topicField, { most: 8 }).default([]),
  plan: actionField,
  risk: z.enum(['low', 'medium', 'high']),
  steps: z.array(stepSchema).min(1).max(64),
});

/** Returns the playbook with the places of its parts. */
export function readPlaybook(source: DefinitionSource): Located<Playbook> {
  const parsed = parseYaml(source);
  const { steps, ...fields } = checkShape(playbookSchema, parsed);
  const value: Playbook = {
    ...fields,
    steps: steps.map(stepOf),
    file: source.file,
  };
  checkPlaybook({ value, locate: parsed.locate });
  return { value, locate: parsed.locate };
}

/** Names of fields as the code has them; what is left out stays absent, so that a plan holds no empty fields. */
function stepOf(written: z.infer<typeof stepSchema>): PlaybookStep {
  const { timeout, 'waits-for': waitsFor, 'wait-at-most': waitAtMostMs, 'for-each': forEach, ...rest } = written;
  const { when, check, approval, 'approval-unless': approvalUnless, compensate, ...step } = rest;
  return {
    ...step,
    timeoutMs: timeout,
    waitsFor,
    waitAtMostMs,
    ...(when === undefined ? {} : { when }),
    ...(forEach === undefined ? {} : { forEach }),
    ...(check === undefined ? {} : { check }),
    ...(approval === undefined ? {} : { approval }),
    ...(approvalUnless === undefined ? {} : { approvalUnless }),
    ...(compensate === undefined ? {} : { compensate: compensationOf(compensate, step.agent) }),
  };
}

const compensationOf = (written: z.infer<typeof compensationSchema>, agent: string): Compensation => ({
  action: written.action,
  agent: written.agent ?? agent,
  with: written.with,
  timeoutMs: written.timeout,
});
