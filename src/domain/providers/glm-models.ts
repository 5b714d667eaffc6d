import { priced } from './priced.ts';
import type { Model, ProviderQuirks } from './provider.ts';

/**
 * https://docs.z.ai/guides/overview/pricing; three tables of others agree on 4.5 to 5.2, and 5.3 is priced there since 2026-08-19.
 * There is no price of a write to the cache: it costs as input does. Ids are data: they change every few months.
 */
const price = priced('https://docs.z.ai/guides/overview/pricing', '2026-11-01');

/** Models of Z.ai, which bigmodel has too. */
export const glmModels: readonly Model[] = [
  glm('glm-5.3', { input: 1.4, output: 4.4, cacheRead: 0.26 }, { context: 1_000_000, output: 128_000, tier: 'large' }),
  glm('glm-5.2', { input: 1.4, output: 4.4, cacheRead: 0.26 }, { context: 1_000_000, output: 128_000, tier: 'large' }),
  glm('glm-5', { input: 1, output: 3.2, cacheRead: 0.2 }, { context: 200_000, output: 128_000, tier: 'large' }),
  glm('glm-4.7', { input: 0.6, output: 2.2, cacheRead: 0.11 }, { context: 200_000, output: 128_000, tier: 'medium' }),
  glm('glm-4.6', { input: 0.6, output: 2.2, cacheRead: 0.11 }, { context: 200_000, output: 128_000, tier: 'medium' }),
  glm('glm-4.5-air', { input: 0.2, output: 1.1, cacheRead: 0.03 }, { context: 131_000, output: 98_000, tier: 'small' }),
];

/**
 * What GLM does not keep of Chat Completions (java.agentscope.io, GLM compatibility): JSON without a schema, no choice of tool, an own
 * name for the longest answer.
 */
export const glmQuirks: ProviderQuirks = {
  // Code 1305 lasts for minutes (NousResearch/hermes-agent#93507).
  overloadWaitsMs: [30_000, 60_000, 90_000, 120_000],
  format: 'json-object',
  onlyAutoTools: true,
  maxTokensField: true,
  without: ['stream_options', 'strict', 'penalties', 'parallel_tool_calls'],
};

function glm(
  id: string,
  { input, output, cacheRead }: { readonly input: number; readonly output: number; readonly cacheRead: number },
  size: { readonly context: number; readonly output: number; readonly tier: Model['tier'] },
): Model {
  return {
    id,
    contextTokens: size.context,
    maxOutputTokens: size.output,
    prices: price({ input, output, cacheRead, cacheWrite5m: input, cacheWrite1h: input }),
    tier: size.tier,
  };
}
