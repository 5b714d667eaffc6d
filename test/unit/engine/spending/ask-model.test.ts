import { describe, expect, it } from 'vitest';

import type { RoutingRule } from '../../../../src/domain/definitions/compute-config.ts';
import { countLost } from '../../../../src/engine/spending/count-lost.ts';
import {
  budgets,
  cheapPrices,
  compute,
  inTime,
  model,
  provider,
  type SpendingScene,
  spendingScene,
} from './spending-scene.ts';

const big = provider('big', [model('large-1')]);
const small = provider('small', [model('small-1', { prices: cheapPrices })]);
const choice = (text: string) => ({ provider: text, model: null });
const bigRule: RoutingRule = {
  ...{ taskType: 'work', preferred: choice('big'), fallback: [choice('small')], tier: null, strength: null, why: null },
  dataClass: 'internal',
};
const bigFirst = { rules: [bigRule] };

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
const failureOf = async (scene: SpendingScene, some = {}): Promise<unknown> =>
  inTime(scene.clock, scene.ask(some)).then(
    () => 'answered',
    (error: unknown) => error,
  );

describe('askModel', () => {
  it('holds back before it sends, and counts what the call really took', async () => {
    const scene = await spendingScene(
      compute([big], { budgets: budgets({ run: { microUsd: 1_000_000, tokens: null } }) }),
    );
    scene.script.set('big/large-1', [
      { usage: { inputUncached: 10, cacheRead: 9_000, cacheWrite5m: 1_000, output: 50 }, as: 'large-1-20261101' },
    ]);
    const answered = await inTime(scene.clock, scene.ask());
    // 10 × 3 + 9,000 × 0.3 + 1,000 × 3.75 + 50 × 15 micro-USD.
    expect(answered).toMatchObject({ provider: 'big', model: 'large-1-20261101', costMicroUsd: 7_230, call: 'k1' });
    const [reserved] = scene.rows('model.reserved');
    expect(reserved).toMatchObject({ call: 'k1', provider: 'big', model: 'large-1', run: 'r1', agent: 'fixer' });
    expect(reserved?.reserved.microUsd).toBeGreaterThan(15_000);
    expect(scene.rows('model.answered')).toMatchObject([
      {
        answeredBy: 'large-1-20261101',
        microUsd: 7_230,
        costIs: 'paid',
        prices: { source: 'test', asOf: '2026-11-01' },
      },
    ]);
    expect(scene.engine.spending.book.spent('run:r1')).toEqual({ microUsd: 7_230, tokens: 10_060 });
    expect(scene.ledger.read().map(({ kind }) => kind)).toEqual(['model.reserved', 'model.answered']);
  });

  it('waits as long as the provider says, and no shorter', async () => {
    const scene = await spendingScene(compute([big]));
    scene.script.set('big/large-1', [{ fails: 'rate-limit', retryAfterMs: 17_000, takesMs: 0 }]);
    await inTime(scene.clock, scene.ask());
    expect(scene.sentAtMs[1]).toBeGreaterThanOrEqual(17_000);
    expect(scene.sentAtMs[1]).toBeLessThan(19_000);
    expect(scene.rows('model.failed')).toMatchObject([
      { attempt: 1, reason: 'rate-limit', keeps: true, counted: { microUsd: 0, tokens: 0 } },
    ]);
    expect(scene.rows('model.reserved')).toHaveLength(1);
    expect(scene.rows('model.answered')).toMatchObject([{ attempt: 2 }]);
  });

  it('does not wait for what the provider says when that is long: others are asked, and it is left alone until then', async () => {
    const scene = await spendingScene(compute([big, small], bigFirst));
    scene.script.set('big/large-1', [{ fails: 'quota', retryAfterMs: 3_600_000 }]);
    const first = await inTime(scene.clock, scene.ask());
    const second = await inTime(scene.clock, scene.ask({ conversation: 'r1.other' }));
    expect([first.provider, second.provider]).toEqual(['small', 'small']);
    expect(scene.sent).toEqual(['big/large-1', 'small/small-1', 'small/small-1']);
    expect(scene.rows('provider.rested')).toMatchObject([{ provider: 'big', why: 'its quota is used up' }]);
    expect(scene.rows('model.reserved').at(-1)?.rejected).toMatchObject([{ provider: 'big', reason: 'closed' }]);
    await scene.restart();
    expect((await inTime(scene.clock, scene.ask({ conversation: 'r1.third' }))).provider).toBe('small');
    await scene.clock.advance(3_600_000);
    expect((await inTime(scene.clock, scene.ask({ conversation: 'r1.fourth' }))).provider).toBe('big');
  });

  it('backs off through a storm of overloads, longer where it is known to last', async () => {
    const slow = provider('slow', [model('glm-1')], { quirks: { overloadWaitsMs: [30_000, 60_000, 90_000, 120_000] } });
    const scene = await spendingScene(compute([slow]));
    scene.script.set(
      'slow/glm-1',
      Array.from({ length: 3 }, () => ({ fails: 'overload', takesMs: 0 }) as const),
    );
    await inTime(scene.clock, scene.ask());
    const waits = scene.sentAtMs.slice(1).map((at, index) => Math.round((at - (scene.sentAtMs[index] ?? 0)) / 10_000));
    expect(waits).toEqual([3, 6, 9]);
  });

  it('leaves a model alone that fails too often, tries it with one call, and asks it again when that is answered', async () => {
    const scene = await spendingScene(compute([big]));
    scene.script.set(
      'big/large-1',
      Array.from({ length: 5 }, () => ({ fails: 'overload', takesMs: 10 }) as const),
    );
    const storm = Array.from({ length: 5 }, (_, n) => scene.ask({ conversation: `c${n}` }));
    await inTime(scene.clock, Promise.all(storm), 100);
    expect(scene.rows('provider.rested')).toHaveLength(1);
    expect(scene.rows('provider.resumed')).toHaveLength(1);
    // Five failed together; after the rest one went alone, and the others when it was back.
    const after = scene.sentAtMs.slice(5);
    expect(after).toHaveLength(5);
    expect(after[0]).toBeGreaterThanOrEqual(30_000);
    expect((after[1] ?? 0) - (after[0] ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  it.each(['auth', 'content', 'invalid', 'unknown-model'] as const)(
    'never sends again what failed with %s',
    async (fails) => {
      const scene = await spendingScene(compute([big]));
      scene.script.set('big/large-1', [{ fails }]);
      const error = await failureOf(scene);
      expect(error).toMatchObject({ code: 'MODEL_FAILED', data: { reason: fails } });
      expect(scene.sent).toEqual(['big/large-1']);
      expect(scene.engine.spending.book.spent('run:r1')).toEqual({ microUsd: 0, tokens: 0 });
    },
  );

  it('asks a model with a longer context when one finds it too long, and none with a shorter', async () => {
    const short = provider('short', [model('s', { contextTokens: 100_000, prices: cheapPrices })]);
    const mid = provider('mid', [model('m', { contextTokens: 150_000 })]);
    const long = provider('long', [model('l', { contextTokens: 1_000_000 })]);
    const rules = [{ ...bigRule, preferred: choice('mid'), fallback: [choice('short'), choice('long')] }];
    const scene = await spendingScene(compute([short, mid, long], { rules }));
    scene.script.set('mid/m', [{ fails: 'context' }]);
    expect((await inTime(scene.clock, scene.ask())).provider).toBe('long');
    expect(scene.sent).toEqual(['mid/m', 'long/l']);
  });

  it('says in a row that a part of an answer came before it asks once more, and counts that part', async () => {
    const scene = await spendingScene(compute([big]));
    scene.script.set('big/large-1', [{ fails: 'cut', streamed: true }]);
    await inTime(scene.clock, scene.ask());
    const [held] = scene.rows('model.reserved');
    expect(scene.rows('model.failed')).toMatchObject([{ streamed: true, keeps: false, counted: held?.reserved }]);
    expect(scene.rows('model.reserved')).toHaveLength(2);
    expect(scene.engine.spending.book.spent('run:r1').microUsd).toBe((held?.reserved.microUsd ?? 0) + 4_500);
  });

  it('sends nothing past a budget, and asks', async () => {
    const scene = await spendingScene(
      compute([big], { budgets: budgets({ run: { microUsd: 16_000, tokens: null } }) }),
    );
    await inTime(scene.clock, scene.ask());
    const error = await failureOf(scene);
    expect(error).toMatchObject({
      code: 'BUDGET_REACHED',
      data: { scope: 'run', name: 'r1', limit: 16_000, spent: 4_500 },
    });
    expect(scene.sent).toHaveLength(1);
    // Another run has its own.
    expect((await inTime(scene.clock, scene.ask({ run: 'r2' }))).provider).toBe('big');
  });

  it('asks each budget again for the model that it falls back to', async () => {
    const config = compute([small, big], {
      rules: [{ ...bigRule, preferred: choice('small'), fallback: [choice('big')] }],
      budgets: budgets({ run: { microUsd: 6_000, tokens: null } }),
    });
    const scene = await spendingScene(config);
    scene.script.set('small/small-1', [{ fails: 'content' }]);
    const error = await failureOf(scene);
    expect(codeOf(error)).toBe('MODEL_FAILED');
    expect(error).toMatchObject({ data: { reason: 'content' } });
    expect(scene.sent).toEqual(['small/small-1']);
    // The control: with room for both, the fallback is asked.
    const free = await spendingScene({ ...config, budgets: budgets() });
    free.script.set('small/small-1', [{ fails: 'content' }]);
    expect((await inTime(free.clock, free.ask())).provider).toBe('big');
  });

  it('holds a step to what the file of its agent allows, whatever the run has left', async () => {
    const scene = await spendingScene(
      compute([big], { budgets: budgets({ run: { microUsd: 9_000_000, tokens: null } }) }),
    );
    (scene.engine.definitions.agents as Map<string, never>).set('fixer', { budgetMicroUsd: 16_000 } as never);
    await inTime(scene.clock, scene.ask());
    const error = await failureOf(scene);
    expect(error).toMatchObject({ code: 'BUDGET_REACHED', data: { scope: 'task', name: 'r1.fix', limit: 16_000 } });
    expect((error as { hints: string[] }).hints[0]).toContain('agents/fixer.md');
  });

  it('tells once that four fifths of a budget are gone', async () => {
    const scene = await spendingScene(
      compute([big], { budgets: budgets({ run: { microUsd: 24_000, tokens: null } }) }),
    );
    await inTime(scene.clock, scene.ask());
    await inTime(scene.clock, scene.ask());
    expect(scene.rows('budget.near')).toMatchObject([{ scope: 'run', name: 'r1', unit: 'microUsd', limit: 24_000 }]);
  });

  it('never passes a budget, however many ask at once', async () => {
    const limit = 400_000;
    const scene = await spendingScene(compute([big], { budgets: budgets({ run: { microUsd: limit, tokens: null } }) }));
    scene.script.set(
      'big/large-1',
      Array.from({ length: 50 }, () => ({ usage: { inputUncached: 0, output: 990 } })),
    );
    let most = 0;
    const watch = (): void => {
      most = Math.max(most, scene.engine.spending.book.spent('run:r1').microUsd);
    };
    const calls = Array.from({ length: 50 }, (_, n) =>
      scene.ask({ conversation: `c${n}` }).then(
        () => 'answered',
        (error: unknown) => codeOf(error),
      ),
    );
    const settled = Promise.all(calls);
    for (let n = 0; n < 10; n += 1) {
      await scene.clock.advance(200);
      watch();
    }
    const ends = await settled;
    expect(new Set(ends)).toEqual(new Set(['answered', 'BUDGET_REACHED']));
    expect(most).toBeLessThanOrEqual(limit);
    expect(ends.filter((one) => one === 'answered').length).toBeGreaterThan(15);
  });

  it('counts what a supervisor that died had held back, and says so', async () => {
    const scene = await spendingScene(compute([big]));
    void scene.ask().catch(() => undefined);
    await scene.clock.advance(10);
    const [held] = scene.rows('model.reserved');
    await scene.restart();
    expect(await countLost(scene.engine)).toHaveLength(1);
    expect(scene.engine.spending.book.spent('run:r1')).toEqual(held?.reserved);
    expect(await countLost(scene.engine)).toEqual([]);
    expect((await inTime(scene.clock, scene.ask())).call).toBe('k2');
  });

  it('counts what was on its way when it is broken off, and lets go of what was not', async () => {
    const scene = await spendingScene(compute([provider('one', [model('m')], { maxConcurrent: 1 })]));
    const abort = new AbortController();
    const sent = scene.ask({}, abort.signal).catch((error: unknown) => error);
    const waiting = scene.ask({ conversation: 'other', run: 'r2' }, abort.signal).catch((error: unknown) => error);
    await scene.clock.advance(10);
    abort.abort(new Error('frozen'));
    expect(await sent).toMatchObject({ message: 'frozen' });
    expect(await waiting).toMatchObject({ message: 'frozen' });
    expect(scene.engine.spending.book.spent('run:r1').microUsd).toBeGreaterThan(0);
    expect(scene.engine.spending.book.spent('run:r2')).toEqual({ microUsd: 0, tokens: 0 });
    expect(scene.engine.spending.book.open()).toEqual([]);
  });

  it('begins with few at once, goes on with more, and with half after it was too much', async () => {
    const scene = await spendingScene(compute([big], { parallel: { first: 2, most: 4 } }));
    const all = (n: number) => Promise.all(Array.from({ length: n }, (_, k) => scene.ask({ conversation: `c${k}` })));
    await inTime(scene.clock, all(4), 500);
    expect(scene.atOnce.most).toBe(2);
    await inTime(scene.clock, all(30), 500);
    expect(scene.atOnce.most).toBe(4);
    scene.script.set('big/large-1', [{ fails: 'rate-limit', retryAfterMs: 5_000, takesMs: 0 }]);
    const before = scene.sent.length;
    scene.atOnce.most = 0;
    await inTime(scene.clock, scene.ask(), 500);
    await inTime(scene.clock, all(2), 500);
    expect(scene.sent.length - before).toBe(4);
    expect(scene.atOnce.most).toBe(2);
  });

  it('lets the conversation with fewer calls go first', async () => {
    const scene = await spendingScene(compute([provider('one', [model('m')], { maxConcurrent: 1 })]));
    const order: string[] = [];
    const ask = (conversation: string) => scene.ask({ conversation }).then(() => order.push(conversation));
    await inTime(scene.clock, Promise.all([ask('greedy'), ask('greedy'), ask('greedy'), ask('modest')]));
    expect(order).toEqual(['greedy', 'modest', 'greedy', 'greedy']);
  });

  it('says what is missing: a key, a price, a model, any configuration', async () => {
    const scene = await spendingScene(compute([big]));
    scene.missingKeys.add('big');
    expect(codeOf(await failureOf(scene))).toBe('MODEL_KEY_MISSING');
    const unpriced = provider('big', [model('large-1', { prices: null })]);
    expect(codeOf(await failureOf(await spendingScene(compute([unpriced]))))).toBe('MODEL_PRICE_UNKNOWN');
    const taken = await spendingScene(compute([unpriced], { unknownPrices: 'take' }));
    expect((await inTime(taken.clock, taken.ask())).costMicroUsd).toBeNull();
    expect(codeOf(await failureOf(await spendingScene(compute([big])), { wanted: 'gone-1' }))).toBe('MODEL_NONE');
    expect(codeOf(await failureOf(await spendingScene(compute([]))))).toBe('MODEL_NONE');
    expect(scene.rows('model.reserved')).toEqual([]);
  });

  it('gives up on a provider that is down, after as many tries as it has, and says why', async () => {
    const scene = await spendingScene(compute([big]));
    scene.script.set(
      'big/large-1',
      Array.from({ length: 99 }, () => ({ fails: 'network', takesMs: 0 }) as const),
    );
    const error = await failureOf(scene);
    expect(error).toMatchObject({ code: 'MODEL_FAILED' });
    expect(scene.sent.length).toBeLessThanOrEqual(12);
    expect(scene.engine.spending.book.open()).toEqual([]);
  });
});
