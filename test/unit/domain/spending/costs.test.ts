import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { row } from '../../../../src/domain/journal/kinds.ts';
import { replay } from '../../../../src/domain/routing/simulate.ts';
import { nothing } from '../../../../src/domain/spending/amount.ts';
import { dayOf, findNear, findReached, levelsOf, pursesOf } from '../../../../src/domain/spending/budgets.ts';
import { costsOf } from '../../../../src/domain/spending/cost-table.ts';
import { estimateOf, reservedFor } from '../../../../src/domain/spending/estimate.ts';
import { pastCalls } from '../../../../src/domain/spending/past-calls.ts';
import { addRow, createTally, type SpendingEntry } from '../../../../src/domain/spending/tally.ts';
import { budgets, cheapPrices, compute, model, prices, provider } from '../../engine/spending/spending-scene.ts';

const startMs = Date.UTC(2026, 10, 28, 12);
const usage = {
  inputUncached: 1_000,
  cacheRead: 8_000,
  cacheWrite5m: 1_000,
  cacheWrite1h: 0,
  output: 200,
  reasoning: 50,
};

const reserved = (call: string, more: object = {}, atMs = startMs): SpendingEntry => ({
  ...row('model.reserved', {
    ...{ call, attempt: 1, run: 'r1', task: 'r1.fix', agent: 'fixer', conversation: 'r1.fix', taskType: 'work' },
    ...{ wanted: null, provider: 'big', model: 'l', reserved: { microUsd: 50_000, tokens: 20_000 } },
    ...{ inputTokens: 12_000, outputTokens: 8_000, why: 'test', rejected: [] },
    ...more,
  }),
  atMs,
});
const answered = (call: string, more: object = {}, atMs = startMs): SpendingEntry => ({
  ...row('model.answered', {
    ...{ call, attempt: 1, conversation: 'r1.fix', provider: 'big', model: 'l', answeredBy: 'l', usage, rawUsage: {} },
    ...{ prices, microUsd: 12_150, costIs: 'paid', firstTokenMs: 1, durationMs: 1, stop: 'end' },
    ...more,
  }),
  atMs,
});
const failed = (call: string, more: object = {}): SpendingEntry => ({
  ...row('model.failed', {
    ...{ call, attempt: 1, provider: 'big', model: 'l', reason: 'cut', status: null, sentence: 'cut', streamed: true },
    ...{ counted: { microUsd: 50_000, tokens: 20_000 }, keeps: false, nextAtMs: null },
    ...more,
  }),
  atMs: startMs,
});

describe('what calls cost', () => {
  const rows = [
    reserved('k1'),
    answered('k1'),
    reserved('k2', { run: 'r2', task: null, agent: 'planner' }),
    failed('k2', { counted: nothing, keeps: true, streamed: false }),
    failed('k2', { attempt: 2 }),
    reserved('k3', { provider: 'sub' }),
    answered('k3', { provider: 'sub', costIs: 'list-price' }),
    reserved('k4', { provider: 'odd' }),
    answered('k4', { provider: 'odd', microUsd: null, prices: null, costIs: 'unknown' }),
    reserved('k5'),
  ];

  it('tells tokens by their kind, and what is paid, by list price, unpriced, counted and held back, apart', () => {
    const { groups, total } = costsOf(rows, { by: 'provider', sinceMs: 0, run: null });
    expect([...groups.keys()]).toEqual(['big', 'sub', 'odd']);
    expect(total).toEqual({
      ...{ nCalls: 3, nFailed: 2, paidMicroUsd: 12_150, listMicroUsd: 12_150, nUnpriced: 1 },
      ...{ countedMicroUsd: 50_000, heldMicroUsd: 50_000 },
      ...{ inputUncached: 3_000, cacheRead: 24_000, cacheWrite5m: 3_000, cacheWrite1h: 0, output: 600, reasoning: 150 },
    });
    expect(groups.get('big')).toMatchObject({ nCalls: 1, paidMicroUsd: 12_150, cacheRead: 8_000 });
  });

  it.each(['run', 'task', 'agent', 'provider', 'model', 'day'] as const)('adds up to the same by %s', (by) => {
    const { groups, total } = costsOf(rows, { by, sinceMs: 0, run: null });
    const paid = [...groups.values()].reduce((sum, one) => sum + one.paidMicroUsd + one.countedMicroUsd, 0);
    expect(paid).toBe(total.paidMicroUsd + total.countedMicroUsd);
    expect([...groups.values()].reduce((sum, one) => sum + one.heldMicroUsd, 0)).toBe(total.heldMicroUsd);
  });

  it('leaves out what began before, and other runs', () => {
    expect(costsOf(rows, { by: 'run', sinceMs: startMs + 1, run: null }).total.nCalls).toBe(0);
    expect([...costsOf(rows, { by: 'run', sinceMs: 0, run: 'r2' }).groups.keys()]).toEqual(['r2']);
  });

  it('comes to the same as the sums that budgets are held to', () => {
    const tally = createTally();
    for (const one of rows) addRow(tally, one);
    const { total } = costsOf(rows, { by: 'day', sinceMs: 0, run: null });
    const day = tally.sums.get(`day:${dayOf(startMs)}`);
    expect(day?.microUsd).toBe(total.paidMicroUsd + total.countedMicroUsd + total.heldMicroUsd);
    expect([...tally.open.keys()]).toEqual(['k5']);
    expect(tally.nCalls).toBe(5);
  });
});

describe('a program that asks its own models', () => {
  const spent = (more: object = {}): SpendingEntry => ({
    ...row(
      'program.spent',
      {
        ...{ run: 'r3', task: 'r3.fix', attempt: 'r3.fix#1', agent: 'fixer', runner: 'claude-code', turns: 4 },
        ...{ provider: 'claude-code', model: 'claude-sonnet-5', usage, microUsd: 9_000, costIs: 'list-price' },
        ...more,
      },
      { run: 'r3' },
    ),
    atMs: startMs,
  });

  it('is told with the rest, by list price where a subscription pays, and counts tokens then but no money', () => {
    const { groups } = costsOf([spent()], { by: 'provider', sinceMs: 0, run: null });
    expect(groups.get('claude-code')).toMatchObject({ nCalls: 4, paidMicroUsd: 0, listMicroUsd: 9_000, output: 200 });
    const tally = createTally();
    addRow(tally, spent());
    expect(tally.sums.get('run:r3')).toEqual({ microUsd: 0, tokens: 10_200 });
    addRow(tally, spent({ costIs: 'paid' }));
    expect(tally.sums.get('run:r3')?.microUsd).toBe(9_000);
  });
});

describe('budgets', () => {
  const spender = { run: 'r1', task: 'r1.fix', agent: 'fixer', provider: 'big', day: '2026-11-28' };
  const at = (microUsd: number, tokens = 0) =>
    levelsOf(pursesOf(spender), {
      budgets: budgets({ task: { microUsd: 100, tokens: 50 }, day: { microUsd: 1_000, tokens: null } }),
      spent: () => ({ microUsd, tokens }),
    });

  it('holds each purse to its own limit, in money and in tokens', () => {
    expect(findReached(at(90), { microUsd: 10, tokens: 1 })).toBeUndefined();
    expect(findReached(at(90), { microUsd: 11, tokens: 1 })).toMatchObject({
      scope: 'task',
      unit: 'microUsd',
      name: 'r1.fix',
    });
    expect(findReached(at(0, 45), { microUsd: 0, tokens: 6 })).toMatchObject({ scope: 'task', unit: 'tokens' });
    // What costs no money is not held to money, though none is left.
    expect(findReached(at(5_000), { microUsd: 0, tokens: 1 })).toBeUndefined();
  });

  it('is told as near from four fifths on', () => {
    expect(findNear(at(79))).toEqual([]);
    expect(findNear(at(80))).toMatchObject([{ scope: 'task', unit: 'microUsd' }]);
  });
});

describe('what is held back for a call', () => {
  it('is never less than the call costs at the tokens that it was guessed to take', () => {
    const kinds = fc.record({
      inputUncached: fc.nat(50_000),
      cacheRead: fc.nat(50_000),
      cacheWrite5m: fc.nat(50_000),
      output: fc.nat(8_000),
    });
    fc.assert(
      fc.property(kinds, fc.constantFrom(prices, cheapPrices), (some, price) => {
        const inputTokens = some.inputUncached + some.cacheRead + some.cacheWrite5m;
        const held = reservedFor(model('m', { prices: price }), { inputTokens, outputTokens: some.output });
        const micro =
          some.inputUncached * price.input +
          some.cacheRead * price.cacheRead +
          some.cacheWrite5m * price.cacheWrite5m +
          some.output * price.output;
        expect(held.microUsd * 1_000_000).toBeGreaterThanOrEqual(micro);
        expect(held.tokens).toBe(inputTokens + some.output);
      }),
    );
  });

  it('counts all that is sent: instructions, tools, messages, arguments, results', () => {
    const empty = { system: '', tools: [], messages: [], maxOutputTokens: 100 } as const;
    const base = estimateOf(empty).inputTokens;
    const more = (some: object): number => estimateOf({ ...empty, ...some }).inputTokens - base;
    expect(more({ system: 'x'.repeat(300) })).toBe(100);
    expect(more({ system: '字'.repeat(100) })).toBe(100);
    expect(more({ tools: [{ name: 'a', description: 'b', schema: { type: 'object' } }] })).toBeGreaterThan(8);
    const calls = [{ id: '1', name: 'read', arguments: 'x'.repeat(296) }];
    expect(more({ messages: [{ role: 'model', text: '', calls }] })).toBe(108);
    expect(more({ messages: [{ role: 'tools', results: [{ id: '1', isError: false, text: 'x'.repeat(300) }] }] })).toBe(
      108,
    );
  });
});

describe('a replay', () => {
  const rows = [
    reserved('k1'),
    answered('k1'),
    reserved('k2', {}, startMs + 60_000),
    answered('k2', {}, startMs + 60_000),
  ];
  const big = provider('big', [model('l')]);
  const small = provider('small', [model('s', { prices: cheapPrices })]);

  it('costs what it cost where nothing changes', () => {
    const replayed = replay(pastCalls(rows), compute([big]));
    expect(replayed).toMatchObject([
      { was: 'big/l', target: 'big/l', wasMicroUsd: 12_150, microUsd: 12_150 },
      { was: 'big/l', target: 'big/l', wasMicroUsd: 12_150, microUsd: 12_150 },
    ]);
  });

  it('pays the whole input where a conversation comes new, and reads it from the cache after that', () => {
    const replayed = replay(pastCalls(rows), compute([small]));
    // 10,000 × 0.6 + 200 × 2.2, then 10,000 × 0.11 + 200 × 2.2.
    expect(replayed.map(({ microUsd }) => microUsd)).toEqual([6_440, 1_540]);
    expect(replayed[0]).toMatchObject({ was: 'big/l', target: 'small/s' });
  });

  it('says where nobody would have been asked', () => {
    expect(replay(pastCalls(rows), compute([]))[0]).toMatchObject({ target: null, microUsd: null });
  });
});
