import { z } from 'zod';

import { dataClasses, tiers, type DataClass, type Provider, type Tier } from '../providers/provider.ts';
import { budgetsOf, budgetsSchema, type Budgets } from './compute-budgets.ts';
import { providerOf, providerProblems, writtenProviderSchema, type WrittenProvider } from './compute-providers.ts';
import { idField, titleField } from './fields.ts';

/** `provider`, `provider/model`. Ids of models may hold a "/" themselves. */
const choiceField = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}(?:\/[^\s]{1,120})?$/, 'has to be a provider, or a provider and a model')
  .meta({ examples: ['anthropic/claude-sonnet-5-5'] });
const wordField = z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, 'has to be one lower-case word');
const tierField = z.enum(tiers).nullable().default(null);

const ruleSchema = z.strictObject({
  'task-type': wordField,
  preferred: choiceField.nullable().default(null),
  fallback: z
    .union([choiceField.transform((one) => [one]), z.array(choiceField).max(20)])
    .default([])
    .meta({ examples: [['zai/glm-5']] }),
  tier: tierField,
  strength: wordField.nullable().default(null),
  'data-class': z.enum(dataClasses).default('internal'),
  why: titleField.nullable().default(null),
});

/** Section `compute` of `orchestrate.yaml`. */
export const computeSchema = z
  .strictObject({
    providers: z.record(idField, writtenProviderSchema).default({}),
    plan: choiceField.nullable().default(null),
    review: choiceField.nullable().default(null),
    rules: z.array(ruleSchema).max(100).default([]),
    budgets: budgetsSchema,
    'unknown-prices': z.enum(['refuse', 'take']).default('refuse'),
    parallel: z
      .strictObject({
        first: z.number().int().min(1).max(64).default(2),
        most: z.number().int().min(1).max(64).default(8),
      })
      .refine(({ first, most }) => first <= most, { message: 'is below first', path: ['most'] })
      .prefault({}),
  })
  .superRefine((section, context) => {
    const issue = (message: string, path: (string | number)[], remedy?: string): void =>
      context.addIssue({ code: 'custom', message, path, ...(remedy === undefined ? {} : { params: { remedy } }) });
    for (const [id, written] of Object.entries(section.providers))
      for (const { path, message, remedy } of providerProblems(id, written))
        issue(message, ['providers', id, ...path], remedy);
    const known = modelsByProvider(section.providers);
    const check = (choice: string | null, ...path: (string | number)[]): void => {
      const problem = choice === null ? null : choiceProblem(choice, known);
      if (problem !== null) issue(problem, path);
    };
    check(section.plan, 'plan');
    check(section.review, 'review');
    section.rules.forEach((rule, index) => {
      const type = rule['task-type'];
      check(rule.preferred, 'rules', index, 'preferred');
      rule.fallback.forEach((choice, at) => check(choice, 'rules', index, 'fallback', at));
      if (section.rules.findIndex((other) => other['task-type'] === type) < index)
        issue('is there twice', ['rules', index, 'task-type'], 'Take one of the two rules out.');
      if ((type === 'plan' || type === 'review') && section[type] !== null)
        issue(`is there already: compute.${type} is its rule`, ['rules', index, 'task-type'], 'Take one of them out.');
    });
  });

/** Returns the section as the program uses it: what is built in and what is written, together. */
export const computeOf = (section: z.output<typeof computeSchema>): ComputeConfig => ({
  providers: Object.entries(section.providers).map(([id, written]) => providerOf(id, written)),
  rules: [
    ...(['plan', 'review'] as const).flatMap((type): RoutingRule[] =>
      section[type] === null ? [] : [{ ...noRule, taskType: type, preferred: choiceOf(section[type]) }],
    ),
    ...section.rules.map((rule) => ({
      taskType: rule['task-type'],
      preferred: rule.preferred === null ? null : choiceOf(rule.preferred),
      fallback: rule.fallback.map(choiceOf),
      tier: rule.tier,
      strength: rule.strength,
      dataClass: rule['data-class'],
      why: rule.why,
    })),
  ],
  budgets: budgetsOf(section.budgets),
  unknownPrices: section['unknown-prices'],
  parallel: section.parallel,
});

const noRule = { fallback: [], tier: null, strength: null, dataClass: 'internal', why: null } as const;

const choiceOf = (text: string): ModelChoice => {
  const [provider = '', ...model] = text.split('/');
  return { provider, model: model.length === 0 ? null : model.join('/') };
};

type Known = ReadonlyMap<string, readonly string[]>;

const modelsByProvider = (providers: Readonly<Record<string, WrittenProvider>>): Known =>
  new Map(
    Object.entries(providers).map(([id, written]) => [id, providerOf(id, written).models.map((model) => model.id)]),
  );

function choiceProblem(text: string, known: Known): string | null {
  const { provider, model } = choiceOf(text);
  const models = known.get(provider);
  if (models === undefined) return `names ${provider}, which is none of compute.providers`;
  if (model === null || models.includes(model)) return null;
  return `names ${model}, which ${provider} does not have (${models.slice(0, 12).join(', ')})`;
}

/** A provider, and one model of it; null: the one of the tier that is asked for. */
export interface ModelChoice {
  readonly provider: string;
  readonly model: string | null;
}

/** Who is asked for tasks of a type. */
export interface RoutingRule {
  /** `plan`, `review`, `work`, what an agent's file says; `any` holds where no other rule names the type. */
  readonly taskType: string;
  /** Null: whoever fits best. */
  readonly preferred: ModelChoice | null;
  /** In this order, when the one before cannot. Behind them comes whoever else fits. */
  readonly fallback: readonly ModelChoice[];
  /** Smallest tier that will do; null: any. */
  readonly tier: Tier | null;
  /** Providers that name this strength come before others of the same standing; null: none does. */
  readonly strength: string | null;
  /** What is told in such tasks: only providers that may be given it are asked. */
  readonly dataClass: DataClass;
  readonly why: string | null;
}

/** `compute:` of `orchestrate.yaml`: which language models are asked, for what, and for how much. */
export interface ComputeConfig {
  /** In the order of the file. */
  readonly providers: readonly Provider[];
  /** One a task type; `compute.plan` and `compute.review` are rules too. */
  readonly rules: readonly RoutingRule[];
  readonly budgets: Budgets;
  /** Whether a model is called whose price nobody knows; its calls count no money then, tokens all the same. */
  readonly unknownPrices: 'refuse' | 'take';
  /** Model-driven agents at once: to begin with, and when all is well. */
  readonly parallel: { readonly first: number; readonly most: number };
}
