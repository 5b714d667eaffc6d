import { z } from 'zod';

import { builtInProviders } from '../providers/built-in.ts';
import { dataClasses, dialects, tiers, type Model, type Provider, type ProviderQuirks } from '../providers/provider.ts';
import { webhookProblem } from './alerts-config.ts';
import { pricesOf, pricesSchema } from './compute-prices.ts';

const keyPlace = /^(?:env:[A-Za-z_][A-Za-z0-9_]{0,99}|\/[^\0]{0,1000}[^/\0])$/;

/** Where a key stands. What is written there is not repeated: it may be the key. */
const keyField = z
  .string()
  .superRefine((text, context) => {
    if (keyPlace.test(text)) return;
    const message = 'has to say where the key is, and never be it: this file is kept in git';
    const remedy =
      'Put the key into a file that only you can read (chmod 600) and write its absolute path here, or env:NAME. A key that was committed has to be replaced.';
    context.addIssue({ code: 'custom', message, params: { remedy } });
  })
  .meta({ examples: ['env:ANTHROPIC_API_KEY'], description: 'env:NAME, or an absolute path of a file of mode 0600.' });

const urlField = z
  .string()
  .max(2000)
  .superRefine((text, context) => {
    const problem = webhookProblem(text);
    const message = problem ?? (/[?#]/.test(text) ? 'has a query or fragment in it' : null);
    if (message !== null) context.addIssue({ code: 'custom', message });
  })
  .transform((text) => text.replace(/\/+$/, ''))
  .meta({ examples: ['http://127.0.0.1:11434/v1'] });

const count = z.number().int().min(1).max(100_000_000);
const modelSchema = z.strictObject({
  id: z.string().regex(/^[^\s]{1,120}$/, 'has to be without blanks, 120 characters at most'),
  context: count.optional(),
  output: count.optional(),
  tier: z.enum(tiers).optional(),
  prices: pricesSchema.optional(),
});

const quirksSchema = z.strictObject({
  format: z.enum(['json-schema', 'json-object', 'none']).optional(),
  'max-tokens-field': z.literal(true).optional(),
  without: z
    .array(z.enum(['stream_options', 'strict']))
    .max(2)
    .optional(),
  'input-counts-cached': z.literal(true).optional(),
});

/** A provider as it is written. One whose id is built in, or that is like such a one, needs no more than its key. */
export const writtenProviderSchema = z.strictObject({
  like: z.string().optional(),
  url: urlField.optional(),
  dialect: z.enum(dialects).optional(),
  key: keyField.nullable().optional(),
  models: z.array(modelSchema).max(200).default([]),
  free: z.literal(true).optional(),
  'max-concurrent': z.number().int().min(1).max(1000).optional(),
  strengths: z
    .array(z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, 'has to be one lower-case word'))
    .max(20)
    .optional(),
  'data-class': z.enum(dataClasses).optional(),
  quirks: quirksSchema.optional(),
});
export type WrittenProvider = z.output<typeof writtenProviderSchema>;
type WrittenModel = WrittenProvider['models'][number];

const baseOf = (id: string, { like }: WrittenProvider): Provider | undefined =>
  builtInProviders.find((one) => one.id === (like ?? id));

interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly remedy?: string;
}

/** Returns what is missing of a provider that is neither built in nor wholly written. */
export function providerProblems(id: string, written: WrittenProvider): readonly Problem[] {
  const base = baseOf(id, written);
  const known = builtInProviders.map((one) => one.id).join(', ');
  if (written.like !== undefined && base === undefined)
    return [{ path: ['like'], message: `is none of those that are built in: ${known}` }];
  if (base === undefined && (written.url === undefined || written.dialect === undefined)) {
    const remedy = 'Give it a url and a dialect, or say like: which built-in one it is.';
    return [{ path: [], message: `needs url and dialect: built in are ${known}`, remedy }];
  }
  const problems: Problem[] = [];
  if ((base?.models.length ?? 0) + written.models.length === 0) {
    const remedy = 'Add models: with an item like { id: qwen3-coder, context: 32768, output: 8192 } below it.';
    problems.push({ path: ['models'], message: 'is empty: nobody could be asked', remedy });
  }
  written.models.forEach((model, index) => {
    const isKnown = base?.models.some((one) => one.id === model.id) ?? false;
    for (const field of ['context', 'output'] as const)
      if (!isKnown && model[field] === undefined)
        problems.push({ path: ['models', index, field], message: `is needed: ${model.id} is not built in` });
    if (written.models.findIndex((one) => one.id === model.id) < index)
      problems.push({ path: ['models', index, 'id'], message: 'is there twice' });
  });
  return problems;
}

/** Returns a provider: what is built in, with what is written over it. Keys of a server of the person's own may be left out. */
export function providerOf(id: string, written: WrittenProvider): Provider {
  const base = baseOf(id, written);
  const isFree = written.free ?? false;
  const own = written.models.map((model) => modelOf(model, base));
  const others = (base?.models ?? []).filter((one) => own.every((model) => model.id !== one.id));
  const models = [...own, ...others].map((model) => (isFree ? { ...model, prices: noPrices } : model));
  const url = written.url ?? base?.url ?? '';
  const isOwn = url.startsWith('http:');
  return {
    id,
    dialect: written.dialect ?? base?.dialect ?? 'openai-chat',
    url,
    key: written.key === undefined ? (base?.key ?? null) : keyOf(written.key),
    models,
    strengths: written.strengths ?? base?.strengths ?? [],
    maxConcurrent: written['max-concurrent'] ?? base?.maxConcurrent ?? 3,
    quirks: { ...base?.quirks, ...quirksOf(written.quirks) },
    ...(base?.isSubscription ? { isSubscription: true } : {}),
    dataClass: written['data-class'] ?? base?.dataClass ?? (isOwn ? 'private' : 'internal'),
  };
}

function keyOf(text: string | null): Provider['key'] {
  if (text === null) return null;
  return text.startsWith('env:') ? { kind: 'environment', name: text.slice(4) } : { kind: 'file', path: text };
}

function modelOf(written: WrittenModel, base: Provider | undefined): Model {
  const known = base?.models.find((one) => one.id === written.id);
  return {
    id: written.id,
    contextTokens: written.context ?? known?.contextTokens ?? 0,
    maxOutputTokens: written.output ?? known?.maxOutputTokens ?? 0,
    prices: written.prices === undefined ? (known?.prices ?? null) : pricesOf(written.prices),
    tier: written.tier ?? known?.tier ?? 'medium',
  };
}

const noPrices = pricesOf({ input: 0, output: 0 });

const quirksOf = (written: WrittenProvider['quirks']): ProviderQuirks => ({
  ...(written?.format === undefined ? {} : { format: written.format }),
  ...(written?.['max-tokens-field'] ? { maxTokensField: true } : {}),
  ...(written?.without === undefined ? {} : { without: written.without }),
  ...(written?.['input-counts-cached'] ? { inputCountsCached: true } : {}),
});
