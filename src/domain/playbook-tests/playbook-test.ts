import { z } from 'zod';

import { faultCodes, type FaultCode } from '../../base/fault-codes.ts';
import type { JsonObject } from '../../base/json.ts';
import { checkShape } from '../definitions/check-shape.ts';
import { conditionField, idField, titleField, uniqueList } from '../definitions/fields.ts';
import type { Located } from '../definitions/locator.ts';
import { parseYaml } from '../definitions/parse-yaml.ts';
import type { DefinitionSource } from '../definitions/types.ts';
import type { installationFields } from '../expressions/scope.ts';

/**
 * Returns the tests of `playbooks/<id>.test.yaml` with the places of their parts. Faults: `DEFINITION_SYNTAX`, `DEFINITION_INVALID`.
 * ```yaml
 * playbook: upgrade-package
 * cases:
 *   - name: builds what was planned
 *     given:                                    # all of it may be left out
 *       inputs: { package: numpy }              # else their defaults
 *       installation: { template: service }     # else an installation of the template comfyui
 *       outputs: { record: { nPackages: 214 } } # what actions report, by step; a list where it is done for each
 *       fails: { smoke: SMOKE_FAILED }          # or { code: INDEX_UNREACHABLE, times: 2 }: then it goes well
 *       conditions: [env-setup:environment_stable]
 *       answers: { boot: approved }             # of persons to steps; without one the run pauses
 *       review: rejected                        # of its change; else approved
 *     expect:
 *       outcome: done                           # or failed, cancelled, paused, waiting
 *       order: [record, lock, smoke.1]          # all that starts, in this order; like all below it may be left out
 *       skipped: [build]
 *       asks: [boot]
 *       waits: { boot: [env-setup:environment_stable] }
 *       taken-back: [lock]                      # in the order in which it is done
 *       arguments: { lock: { name: numpy } }    # as they are when it starts; those that are named
 *       attempts: { build: 2 }
 *       fault: SMOKE_FAILED
 * ```
 */
export function readPlaybookTest(source: DefinitionSource): Located<PlaybookTest> {
  const parsed = parseYaml(source);
  const { playbook, cases } = checkShape(testSchema, parsed);
  return { value: { file: source.file, playbook, cases: cases.map(caseOf) }, locate: parsed.locate };
}

export interface PlaybookTest {
  readonly file: string;
  readonly playbook: string;
  readonly cases: readonly TestCase[];
}

export interface TestCase {
  readonly name: string;
  readonly given: Given;
  readonly expect: Expected;
}

export interface Given {
  readonly inputs: Readonly<Record<string, string>>;
  readonly installation: Readonly<Record<string, string | number>>;
  readonly outputs: Readonly<Record<string, JsonObject | readonly JsonObject[]>>;
  readonly fails: Readonly<Record<string, { readonly code: FaultCode; readonly times: number }>>;
  readonly conditions: readonly string[];
  readonly answers: Readonly<Record<string, 'approved' | 'rejected'>>;
  readonly review: 'approved' | 'rejected';
}

export const outcomes = ['done', 'failed', 'cancelled', 'paused', 'waiting'] as const;
export type Outcome = (typeof outcomes)[number];

/** What is not in it is not compared. */
export interface Expected {
  readonly outcome: Outcome;
  readonly order?: readonly string[];
  readonly skipped?: readonly string[];
  readonly asks?: readonly string[];
  readonly waits?: Readonly<Record<string, readonly string[]>>;
  readonly takenBack?: readonly string[];
  readonly arguments?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly attempts?: Readonly<Record<string, number>>;
  readonly fault?: FaultCode;
}

/** A step of the plan, or one of those that a list made of it: `smoke`, `smoke.2`. */
const stepField = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}(?:\.[1-9]\d?)?$/, 'has to be a step, like smoke, or one of a list, like smoke.2');

const codeField = z
  .string()
  .refine((code): code is FaultCode => Object.hasOwn(faultCodes, code), 'has to be a fault code, like SMOKE_FAILED');

/** Tries of a step at most: one more than a playbook may ask for. */
const MAX_TIMES = 6;

const outputField = z.record(z.string(), z.json());
const answerField = z.enum(['approved', 'rejected']);

const givenSchema = z.strictObject({
  inputs: z.record(idField, z.string().max(200)).default({}),
  installation: z
    .strictObject({
      name: z.string(),
      template: z.enum(['comfyui', 'service']),
      mode: z.enum(['managed', 'command', 'none']),
      port: z.number().int(),
      restart: z.enum(['never', 'on-failure']),
      resolver: z.enum(['auto', 'pip', 'uv']),
    } satisfies Record<keyof typeof installationFields, z.ZodType>)
    .partial()
    .default({}),
  outputs: z.record(idField, z.union([outputField, z.array(outputField).max(32)])).default({}),
  fails: z
    .record(
      stepField,
      z.union([codeField, z.strictObject({ code: codeField, times: z.number().int().min(1).max(MAX_TIMES) })]),
    )
    .default({}),
  conditions: uniqueList(conditionField).default([]),
  answers: z.record(idField, answerField).default({}),
  review: answerField.default('approved'),
});

const expectSchema = z.strictObject({
  outcome: z.enum(outcomes),
  order: z.array(stepField).optional(),
  skipped: z.array(stepField).optional(),
  asks: z.array(idField).optional(),
  waits: z.record(stepField, z.array(conditionField)).optional(),
  'taken-back': z.array(stepField).optional(),
  arguments: z.record(stepField, z.record(idField, z.string())).optional(),
  attempts: z.record(stepField, z.number().int().min(1).max(MAX_TIMES)).optional(),
  fault: codeField.optional(),
});

const caseSchema = z.strictObject({ name: titleField, given: givenSchema.prefault({}), expect: expectSchema });

const testSchema = z.strictObject({ playbook: idField, cases: z.array(caseSchema).min(1).max(64) });

/** A fault without a number of times comes with every try. */
const ALWAYS = MAX_TIMES;

function caseOf({ name, given, expect }: z.infer<typeof caseSchema>): TestCase {
  const { 'taken-back': takenBack, ...rest } = expect;
  const fails = Object.entries(given.fails).map(([step, fault]) => [
    step,
    typeof fault === 'string' ? { code: fault, times: ALWAYS } : fault,
  ]);
  const compared = { ...rest, ...(takenBack === undefined ? {} : { takenBack }) };
  return {
    name,
    given: { ...given, fails: Object.fromEntries(fails) } as Given,
    expect: Object.fromEntries(
      Object.entries(compared).filter(([, value]) => value !== undefined),
    ) as unknown as Expected,
  };
}
