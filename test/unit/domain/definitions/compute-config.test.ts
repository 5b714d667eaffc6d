import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import type { ComputeConfig } from '../../../../src/domain/definitions/compute-config.ts';
import { parseConfig } from '../../../../src/domain/definitions/config.ts';
import { shownFault } from './shown-fault.ts';

const parse = (text: string): ComputeConfig | undefined =>
  parseConfig({
    file: 'orchestrate.yaml',
    text: `id: x1\nname: home\nservice: { mode: managed }\n${text}`,
    origin: 'installation',
  }).compute;
const shown = (text: string): string => shownFault(() => parse(text));
const hintsOf = (text: string): string => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof Fault) return error.hints.join('\n');
  }
  return '';
};
const provider = (id: string, text: string) =>
  parse(`compute:\n  providers:\n    ${id}: ${text}\n`)?.providers.find((one) => one.id === id);

describe('compute', () => {
  it('is not there where nothing is written: no model is asked', () => {
    expect(parse('')).toBeUndefined();
  });

  it('has limits in money for a run and a day where none are written', () => {
    expect(parse('compute: {}')).toEqual({
      providers: [],
      rules: [],
      budgets: {
        run: { microUsd: 5_000_000, tokens: null },
        task: { microUsd: null, tokens: null },
        agent: { microUsd: null, tokens: null },
        provider: { microUsd: null, tokens: null },
        day: { microUsd: 25_000_000, tokens: null },
      },
      unknownPrices: 'refuse',
      parallel: { first: 2, most: 8 },
    });
  });

  it('knows a built-in provider by its id, and lets everything of it be written over', () => {
    expect(provider('anthropic', '{}')).toMatchObject({
      dialect: 'anthropic',
      url: 'https://api.anthropic.com',
      key: { kind: 'environment', name: 'ANTHROPIC_API_KEY' },
      dataClass: 'internal',
    });
    const written = provider(
      'zai',
      '{ key: /home/anna/.zai, max-concurrent: 1, strengths: [cheap], models: [{ id: glm-4.6, prices: { input: 0.5, output: 2 } }] }',
    );
    expect(written).toMatchObject({ key: { kind: 'file', path: '/home/anna/.zai' }, maxConcurrent: 1 });
    expect(written?.models[0]).toMatchObject({
      id: 'glm-4.6',
      contextTokens: 200_000,
      prices: {
        input: 500_000,
        output: 2_000_000,
        cacheRead: 500_000,
        cacheWrite5m: 500_000,
        source: 'orchestrate.yaml',
      },
    });
    expect(written?.models.filter((model) => model.id === 'glm-4.6')).toHaveLength(1);
    expect(written?.models.map((model) => model.id)).toContain('glm-4.5-air');
  });

  it('takes a second key of a built-in provider under another id', () => {
    expect(provider('glm-at-work', '{ like: zai, key: env:WORK_KEY }')).toMatchObject({
      url: 'https://api.z.ai/api/paas/v4',
      quirks: { format: 'json-object' },
      key: { kind: 'environment', name: 'WORK_KEY' },
    });
  });

  it('takes a server of the person’s own: free, private, without a key', () => {
    const own = provider(
      'mine',
      "{ url: 'http://127.0.0.1:8080/v1/', dialect: openai-chat, free: true, models: [{ id: 'qwen3:8b', context: 32768, output: 4096 }] }",
    );
    expect(own).toMatchObject({ url: 'http://127.0.0.1:8080/v1', key: null, dataClass: 'private' });
    expect(own?.models[0]?.prices).toMatchObject({ input: 0, output: 0, cacheRead: 0 });
  });

  it('keeps prices to the micro-dollar', () => {
    const prices = provider(
      'zai',
      '{ models: [{ id: glm-5, prices: { input: 0.000001, output: 3.2, cache-read: 0.03, cache-write: 1.1, cache-write-1h: 2.3, long: { above: 200000, input: 2.000001, output: 6 } } }] }',
    )?.models[0]?.prices;
    expect(prices).toEqual({
      input: 1,
      output: 3_200_000,
      cacheRead: 30_000,
      cacheWrite5m: 1_100_000,
      cacheWrite1h: 2_300_000,
      long: {
        above: 200_000,
        input: 2_000_001,
        output: 6_000_000,
        cacheRead: 2_000_001,
        cacheWrite5m: 2_000_001,
        cacheWrite1h: 2_000_001,
      },
      source: 'orchestrate.yaml',
      asOf: '',
    });
  });

  it('makes rules of plan and review, and reads models with a "/" in their name', () => {
    const { rules } =
      parse(`compute:
  providers:
    anthropic: {}
    openrouter: { models: [{ id: z-ai/glm-4.6, context: 200000, output: 8192 }] }
  plan: anthropic
  rules:
    - { task-type: work, preferred: openrouter/z-ai/glm-4.6, fallback: anthropic/claude-sonnet-4-5, tier: medium }
`) ?? {};
    expect(rules).toEqual([
      {
        taskType: 'plan',
        preferred: { provider: 'anthropic', model: null },
        fallback: [],
        tier: null,
        strength: null,
        dataClass: 'internal',
        why: null,
      },
      {
        taskType: 'work',
        preferred: { provider: 'openrouter', model: 'z-ai/glm-4.6' },
        fallback: [{ provider: 'anthropic', model: 'claude-sonnet-4-5' }],
        tier: 'medium',
        strength: null,
        dataClass: 'internal',
        why: null,
      },
    ]);
  });

  it.each([
    ['a provider that is not built in', 'compute:\n  providers:\n    mine: { key: env:X }\n'],
    ['one that is like nothing', 'compute:\n  providers:\n    mine: { like: zay }\n'],
    ['one without a model', 'compute:\n  providers:\n    ollama: {}\n'],
    ['a model of unknown size', 'compute:\n  providers:\n    ollama: { models: [{ id: qwen3 }] }\n'],
    ['an address without a lock', "compute:\n  providers:\n    zai: { url: 'http://example.org/v4' }\n"],
    [
      'a price with too many decimals',
      'compute:\n  providers:\n    zai: { models: [{ id: glm-5, prices: { input: 0.0000001, output: 1 } }] }\n',
    ],
    ['a price of one token', 'compute:\n  providers:\n    zai: { cost-per-token: 0.00003 }\n'],
    [
      'a rule that names nobody',
      'compute:\n  providers: { zai: {} }\n  rules: [{ task-type: work, preferred: claude }]\n',
    ],
    ['a model that the provider does not have', 'compute:\n  providers: { zai: {} }\n  plan: zai/glm-9\n'],
    ['two rules for one type', 'compute:\n  rules: [{ task-type: work }, { task-type: work }]\n'],
    ['a planner twice', 'compute:\n  providers: { zai: {} }\n  plan: zai\n  rules: [{ task-type: plan }]\n'],
    ['a budget below nothing', 'compute:\n  budgets: { run: { usd: -1 } }\n'],
    ['fewer agents in the end than at first', 'compute:\n  parallel: { first: 4, most: 2 }\n'],
  ])('refuses %s', (_name, text) => {
    expect(shown(text)).toMatchSnapshot();
  });

  it.each([
    ['sk-ant-api03-abcdefghij0123456789', 'key: sk-ant-api03-abcdefghij0123456789'],
    ['0123456789abcdef0123456789abcdef.AbCdEfGhIjKlMnOp', 'key: 0123456789abcdef0123456789abcdef.AbCdEfGhIjKlMnOp'],
    ['0123456789abcdef0123456789abcdef.AbCdEfGhIjKlMnOp', 'api-key: 0123456789abcdef0123456789abcdef.AbCdEfGhIjKlMnOp'],
  ])('refuses the key %s itself, says where to put it, and does not repeat it', (key, field) => {
    const text = shown(`compute:\n  providers:\n    zai: { ${field} }\n`);
    expect(text).not.toContain(key);
    expect(text).not.toContain(key.slice(4, 14));
    expect(text).toContain('*'.repeat(key.length));
  });

  it('says what to do with a key that stands there', () => {
    const hints = hintsOf('compute:\n  providers:\n    zai: { key: sk-ant-api03-abcdefghij0123456789 }\n');
    expect(hints).toContain('chmod 600');
    expect(hints).toContain('env:NAME');
  });
});
