import { z } from 'zod';

import { checkPlaybook } from './check-playbook.ts';
import { checkShape } from './check-shape.ts';
import { actionField, conditionField, idField, proseField, titleField, topicField, uniqueList } from './fields.ts';
import type { Located } from './locator.ts';
import { parseYaml } from './parse-yaml.ts';
import type { DefinitionSource, Playbook } from './types.ts';
import { durationField } from './units.ts';

/**
 * Returns the playbook of `playbooks/<id>.yaml`.
 * Faults: `DEFINITION_SYNTAX`, `DEFINITION_INVALID`, `PLAYBOOK_UNKNOWN_REFERENCE` (a need, an input), `PLAYBOOK_CYCLE`.
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
 * ```
 */
export function parsePlaybook(source: DefinitionSource): Playbook {
  return readPlaybook(source).value;
}

const stepSchema = z.strictObject({
  id: idField,
  title: titleField,
  action: actionField,
  agent: idField,
  needs: uniqueList(idField).default([]),
  with: z.record(idField, z.string().max(1000)).default({}),
  timeout: durationField({ least: '1s', most: '24h' }),
  retries: z.number().int().min(0).max(5).default(0),
  'waits-for': uniqueList(conditionField, { most: 8 }).default([]),
  'wait-at-most': durationField({ least: '1s', most: '30d' }).default(24 * 60 * 60_000),
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
    steps: steps.map(({ timeout, 'waits-for': waitsFor, 'wait-at-most': waitAtMostMs, ...step }) => ({
      ...step,
      timeoutMs: timeout,
      waitsFor,
      waitAtMostMs,
    })),
    file: source.file,
  };
  checkPlaybook({ value, locate: parsed.locate });
  return { value, locate: parsed.locate };
}
