import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { RoutingRule } from '../../../../src/domain/definitions/compute-config.ts';
import type { Model, Provider } from '../../../../src/domain/providers/provider.ts';
import { candidatesOf, targetOf } from '../../../../src/domain/routing/candidates.ts';
import { chooseRoute, type RouteQuestion } from '../../../../src/domain/routing/choose.ts';
import { cacheLifeMs, type Warmth } from '../../../../src/domain/routing/price-of-call.ts';
import type { Standing } from '../../../../src/domain/routing/standing.ts';
import { cheapPrices, model, prices, provider } from '../../engine/spending/spending-scene.ts';

const free: Standing = { hasKey: true, closed: null, isBusy: false, overBudget: null, tried: null };
const rule = (more: Partial<RoutingRule> = {}): RoutingRule => ({
  ...{ taskType: 'work', preferred: null, fallback: [], tier: null, strength: null, dataClass: 'internal', why: null },
  ...more,
});
const only = (text: string, named: string | null = null) => ({ provider: text, model: named });

interface Asked {
  readonly providers: readonly Provider[];
  readonly rules?: readonly RoutingRule[];
  readonly wanted?: string | null;
  readonly taskType?: string;
  readonly standing?: Readonly<Record<string, Partial<Standing>>>;
  readonly more?: Partial<RouteQuestion>;
}

const ask = ({ providers, rules = [], wanted = null, taskType = 'work', standing = {}, more = {} }: Asked) =>
  chooseRoute({
    ...candidatesOf({ providers, rules, taskType, wanted }),
    ...{ needs: { inputTokens: 10_000, outputTokens: 4_000, takesUnknownPrice: false }, strengths: [], avoid: [] },
    ...{ warmth: null, turnsLeft: 8, nowMs: 1_000_000 },
    standingOf: (candidate) => ({ ...free, ...standing[targetOf(candidate)] }),
    ...more,
  });

const chosen = (asked: Asked): string | null => {
  const route = ask(asked);
  return route.kind === 'none' ? null : targetOf(route.choice);
};
const why = (asked: Asked, target: string): string | undefined =>
  ask(asked).rejected.find((one) => `${one.provider}/${one.model}` === target)?.why;

const big = provider('big', [model('l', { tier: 'large' }), model('m')]);
const small = provider('small', [model('s', { prices: cheapPrices })]);
const both = [big, small];

describe('chooseRoute', () => {
  it('takes what the rule prefers, and what it falls back to when that cannot be asked', () => {
    const rules = [rule({ preferred: only('big', 'l'), fallback: [only('small')] })];
    expect(chosen({ providers: both, rules })).toBe('big/l');
    const standing = { 'big/l': { closed: { why: 'it failed too often, last with overload', untilMs: 2_000_000 } } };
    expect(chosen({ providers: both, rules, standing })).toBe('small/s');
    expect(why({ providers: both, rules, standing }, 'big/l')).toBe('it failed too often, last with overload');
    expect(why({ providers: both, rules }, 'small/s')).toBe('fallback for work, and big/l comes first');
  });

  it('takes the cheapest that fits where nobody says anything', () => {
    expect(chosen({ providers: both })).toBe('small/s');
    expect(why({ providers: both }, 'big/m')).toBe('it costs more: about 45000 µUSD');
  });

  it('lets a rule ask for a tier, a strength, and for who may be told', () => {
    expect(chosen({ providers: both, rules: [rule({ tier: 'large' })] })).toBe('big/l');
    expect(why({ providers: both, rules: [rule({ tier: 'large' })] }, 'small/s')).toBe(
      'it is medium, and the rule for work asks for large at least',
    );
    const strong = provider('strong', [model('c')], { strengths: ['code'] });
    expect(
      chosen({ providers: [...both, strong], rules: [rule({ strength: 'code' })], more: { strengths: ['code'] } }),
    ).toBe('strong/c');
    const own = provider('own', [model('o')], { dataClass: 'private' });
    expect(chosen({ providers: [...both, own], rules: [rule({ dataClass: 'private' })] })).toBe('own/o');
    // Nor is it passed over by a name.
    expect(chosen({ providers: [...both, own], rules: [rule({ dataClass: 'private' })], wanted: 'big/l' })).toBeNull();
  });

  it('gives plans and reviews to a large model where no rule says otherwise', () => {
    expect(chosen({ providers: both, taskType: 'plan' })).toBe('big/l');
    expect(chosen({ providers: both, taskType: 'work' })).toBe('small/s');
  });

  it('finds a model by its name, without its date, or by a word of it', () => {
    const dated = provider('big', [model('claude-sonnet-4-5-20250929'), model('claude-opus-4-1')]);
    const all = [dated, small];
    expect(chosen({ providers: all, wanted: 'claude-sonnet-4-5' })).toBe('big/claude-sonnet-4-5-20250929');
    expect(chosen({ providers: all, wanted: 'opus' })).toBe('big/claude-opus-4-1');
    expect(chosen({ providers: all, wanted: 'big/opus' })).toBe('big/claude-opus-4-1');
    expect(chosen({ providers: all, wanted: 'small/s' })).toBe('small/s');
    expect(chosen({ providers: all, wanted: 'haiku' })).toBeNull();
    expect(why({ providers: all, wanted: 'haiku' }, 'small/s')).toBe('haiku was asked for');
  });

  it.each([
    [{ hasKey: false }, 'its key is not there: none is named'],
    [{ overBudget: 'the budget of r1, $5.00, has $0.01 left' }, 'the budget of r1, $5.00, has $0.01 left'],
    [{ tried: 'it failed in this call: content' }, 'it failed in this call: content'],
  ] as const)('says why one cannot be asked: %j', (standing, text) => {
    const asked = { providers: both, standing: { 'small/s': standing } };
    expect(chosen(asked)).toBe('big/m');
    expect(why(asked, 'small/s')).toBe(text);
  });

  it('refuses a price that nobody knows, and a context that is too short', () => {
    const odd = provider('odd', [model('free', { prices: null }), model('short', { contextTokens: 12_000 })]);
    expect(chosen({ providers: [odd] })).toBeNull();
    expect(why({ providers: [odd] }, 'odd/free')).toBe('nobody said what it costs');
    expect(why({ providers: [odd] }, 'odd/short')).toBe('about 14000 tokens are needed, and it takes 12000');
    const needs = { inputTokens: 10_000, outputTokens: 1_000, takesUnknownPrice: true };
    expect(chosen({ providers: [odd], more: { needs } })).toBe('odd/free');
  });

  it('goes round who is busy and who is to be avoided, as long as another can be asked', () => {
    expect(chosen({ providers: both, standing: { 'small/s': { isBusy: true } } })).toBe('big/m');
    expect(chosen({ providers: [small], standing: { 'small/s': { isBusy: true } } })).toBe('small/s');
    expect(chosen({ providers: both, more: { avoid: ['small'] } })).toBe('big/m');
    expect(chosen({ providers: [small], more: { avoid: ['small'] } })).toBe('small/s');
  });

  describe('a conversation that a cache holds', () => {
    const warmth: Warmth = { provider: 'big', model: 'm', prefixTokens: 9_000, atMs: 990_000 };

    it('stays, unless what another saves is more than the cache is worth', () => {
      const near = provider('near', [model('n', { prices: { ...prices, input: 2_900_000, output: 14_900_000 } })]);
      expect(chosen({ providers: [big, near] })).toBe('near/n');
      expect(chosen({ providers: [big, near], more: { warmth } })).toBe('big/m');
      expect(why({ providers: [big, near], more: { warmth } }, 'near/n')).toBe(
        'it would not save what the warm cache is worth',
      );
      // Five times cheaper, for eight turns to come: that is more than one turn's cache.
      expect(chosen({ providers: both, more: { warmth } })).toBe('small/s');
      expect(chosen({ providers: both, more: { warmth, turnsLeft: 1 } })).toBe('big/m');
    });

    it('stays nowhere once the cache is cold', () => {
      const cold = { ...warmth, atMs: 1_000_000 - cacheLifeMs };
      expect(chosen({ providers: both, more: { warmth: cold, turnsLeft: 1 } })).toBe('small/s');
    });

    it('stays with a fallback for as long as that is warm, and waits for a place there', () => {
      const rules = [rule({ preferred: only('small'), fallback: [only('big', 'm')] })];
      const asked = { providers: both, rules, more: { warmth, turnsLeft: 1 } };
      expect(chosen(asked)).toBe('big/m');
      expect(chosen({ ...asked, standing: { 'big/m': { isBusy: true } } })).toBe('big/m');
      expect(chosen({ ...asked, standing: { 'big/m': { hasKey: false } } })).toBe('small/s');
    });
  });

  const anyModel = fc.record({
    contextTokens: fc.integer({ min: 1_000, max: 300_000 }),
    prices: fc.constantFrom(prices, cheapPrices, null),
    tier: fc.constantFrom('small', 'medium', 'large'),
  }) as fc.Arbitrary<Partial<Model>>;
  const anyProviders = fc
    .array(fc.array(anyModel, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 })
    .map((all) =>
      all.map((some, p) =>
        provider(
          `p${p}`,
          some.map((one, m) => model(`m${m}`, one)),
        ),
      ),
    );
  const anyStanding = fc.record({
    hasKey: fc.boolean(),
    isBusy: fc.boolean(),
    overBudget: fc.constantFrom(null, 'nothing is left'),
    closed: fc.constantFrom(null, { why: 'it rests', untilMs: 2_000_000 }),
    tried: fc.constant(null),
  });

  it('names every model once, as the choice or with a reason, and never chooses what cannot be asked', () => {
    fc.assert(
      fc.property(anyProviders, fc.array(anyStanding, { minLength: 12, maxLength: 12 }), (providers, standings) => {
        const all = providers.flatMap((one) => one.models.map((m) => targetOf({ provider: one, model: m })));
        const standing = Object.fromEntries(all.map((target, n) => [target, standings[n]]));
        const route = ask({ providers, standing: standing as never });
        const named = route.rejected.map((one) => `${one.provider}/${one.model}`);
        const choice = route.kind === 'none' ? [] : [targetOf(route.choice)];
        expect([...named, ...choice].toSorted()).toEqual(all.toSorted());
        expect(route.rejected.every((one) => one.why.length > 0)).toBe(true);
        if (route.kind === 'none') return;
        expect(standing[choice[0] ?? '']).toMatchObject({ hasKey: true, overBudget: null, closed: null });
        expect(route.choice.model.prices).not.toBeNull();
        // The order in which they are written decides nothing.
        const again = ask({ providers: providers.toReversed(), standing: standing as never });
        expect(again.kind === 'chosen' && targetOf(again.choice)).toBe(choice[0]);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps at least 95 % of a long conversation in the cache', () => {
    let warmth: Warmth | null = null;
    let [nRead, nAll] = [0, 0];
    for (let turn = 1; turn <= 60; turn += 1) {
      const nowMs = 1_000_000 + turn * 20_000;
      const inputTokens = 1_500 * turn;
      const near = provider('near', [model('n', { prices: { ...prices, input: 3_100_000 } })]);
      // The other is now and then the better one: its place is free and this one's is not.
      const standing = turn % 5 === 0 ? { 'big/m': { isBusy: true } } : { 'near/n': { isBusy: turn % 3 === 0 } };
      const route = ask({
        providers: [provider('big', [model('m')]), near],
        standing,
        more: { nowMs, warmth, needs: { inputTokens, outputTokens: 500, takesUnknownPrice: false } },
      });
      if (route.kind === 'none') throw new Error('nobody');
      const isThere = warmth !== null && targetOf(route.choice) === `${warmth.provider}/${warmth.model}`;
      if (turn > 1) {
        nRead += isThere ? (warmth?.prefixTokens ?? 0) : 0;
        nAll += warmth?.prefixTokens ?? 0;
      }
      warmth = {
        provider: route.choice.provider.id,
        model: route.choice.model.id,
        prefixTokens: inputTokens,
        atMs: nowMs,
      };
    }
    expect(nRead / nAll).toBeGreaterThanOrEqual(0.95);
  });
});
