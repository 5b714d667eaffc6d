import { anthropicModels } from './anthropic-models.ts';
import { glmModels, glmQuirks } from './glm-models.ts';
import { openAiModels } from './openai-models.ts';
import type { Provider } from './provider.ts';

/**
 * Providers that a configuration may name by their id alone. Addresses: the providers' own documentation; of Z.ai and bigmodel also
 * docs.rs of rig-core (`zai`), read 2026-11.
 */
export const builtInProviders: readonly Provider[] = [
  {
    id: 'anthropic',
    dialect: 'anthropic',
    url: 'https://api.anthropic.com',
    key: { kind: 'environment', name: 'ANTHROPIC_API_KEY' },
    models: anthropicModels,
    strengths: ['code', 'analysis', 'plan', 'review'],
    maxConcurrent: 3,
    quirks: {},
  },
  {
    id: 'openai',
    dialect: 'openai-responses',
    url: 'https://api.openai.com/v1',
    key: { kind: 'environment', name: 'OPENAI_API_KEY' },
    models: openAiModels,
    strengths: ['code', 'analysis', 'plan', 'review'],
    maxConcurrent: 3,
    quirks: {},
  },
  {
    id: 'zai',
    dialect: 'openai-chat',
    url: 'https://api.z.ai/api/paas/v4',
    key: { kind: 'environment', name: 'ZAI_API_KEY' },
    models: glmModels,
    strengths: ['text', 'configuration', 'cheap'],
    maxConcurrent: 3,
    quirks: glmQuirks,
  },
  {
    id: 'zai-coding',
    dialect: 'openai-chat',
    url: 'https://api.z.ai/api/coding/paas/v4',
    key: { kind: 'environment', name: 'ZAI_API_KEY' },
    models: glmModels,
    isSubscription: true,
    strengths: ['code', 'configuration', 'cheap'],
    // One or two calls at a time were seen to be let through (anomalyco/opencode#8618, zai-org/GLM-4#802).
    maxConcurrent: 1,
    quirks: glmQuirks,
  },
  {
    id: 'bigmodel',
    dialect: 'openai-chat',
    url: 'https://open.bigmodel.cn/api/paas/v4',
    key: { kind: 'environment', name: 'BIGMODEL_API_KEY' },
    // Its prices are in CNY.
    models: unpriced(glmModels),
    strengths: ['text', 'configuration', 'cheap'],
    maxConcurrent: 3,
    quirks: glmQuirks,
  },
  {
    id: 'openrouter',
    dialect: 'openai-chat',
    url: 'https://openrouter.ai/api/v1',
    key: { kind: 'environment', name: 'OPENROUTER_API_KEY' },
    // It has hundreds, at the prices of whoever serves them: the configuration names the ones that are wanted.
    models: [],
    strengths: [],
    maxConcurrent: 3,
    quirks: { maxTokensField: true },
  },
  ownServer('ollama', 11434),
  ownServer('llama-cpp', 8080),
  ownServer('vllm', 8000),
];

/** A server of the person's own, on its usual port: it has the models that were put there, and costs nothing a call. */
function ownServer(id: string, port: number): Provider {
  return {
    id,
    dialect: 'openai-chat',
    url: `http://127.0.0.1:${port}/v1`,
    key: null,
    models: [],
    strengths: ['private'],
    maxConcurrent: 1,
    quirks: { maxTokensField: true, without: ['parallel_tool_calls', 'strict'] },
    dataClass: 'private',
  };
}

function unpriced(models: Provider['models']): Provider['models'] {
  return models.map((model) => ({ ...model, prices: null }));
}
