import { describe, expect, it } from 'vitest';

import type { App } from '../../../src/app/app.ts';
import { cost } from '../../../src/app/operations/cost.ts';
import { routeExplain } from '../../../src/app/operations/route-explain.ts';
import { routeSimulate } from '../../../src/app/operations/route-simulate.ts';
import { costOfRun, costText } from '../../../src/app/views/cost-view.ts';
import { entrySentence } from '../../../src/app/views/journal-line.ts';
import { type Line, lineText } from '../../../src/faces/cli/line.ts';
import { renderCost } from '../../../src/faces/cli/render/cost.ts';
import { renderRouteExplain, renderRouteSimulate } from '../../../src/faces/cli/render/route.ts';
import { inTime, type SpendingScene, spendingScene } from '../engine/spending/spending-scene.ts';
import { budgets, cheapPrices, compute, model, prices, provider } from '../engine/spending/spending-scene.ts';

const big = provider('big', [model('large-1', { tier: 'large', prices })]);
const small = provider('small', [model('small-1', { prices: cheapPrices })]);

const textOf = (lines: readonly Line[]): string => lines.map((line) => lineText(line, false)).join('\n');

function appOf(scene: SpendingScene, files: Readonly<Record<string, string>> = {}): App {
  const { ledger, config, definitions, outside } = scene.engine;
  return {
    cwd: '/home/anna',
    outside: { ...outside, files: { readText: async (path: string) => files[path] } },
    installation: async () => ({ ledger, config, definitions }),
  } as unknown as App;
}

/** Two calls of one run and one of another, by two models. */
async function spent(): Promise<SpendingScene> {
  const scene = await spendingScene(
    compute([big, small], { budgets: budgets({ day: { microUsd: 50_000, tokens: null } }) }),
  );
  const usage = { inputUncached: 1_000, cacheRead: 8_000, cacheWrite5m: 500, output: 200 };
  scene.script.set('big/large-1', [{ usage }, { usage }]);
  await inTime(scene.clock, scene.ask({ wanted: 'big/large-1' }));
  await inTime(scene.clock, scene.ask({ wanted: 'big/large-1' }));
  await inTime(
    scene.clock,
    scene.ask({ run: 'r2', task: null, agent: 'planner', conversation: 'plan:r2', wanted: 'small/small-1' }),
  );
  return scene;
}

describe('cost', () => {
  it('shows each run with its tokens by kind, the whole, and how much of today’s budget is gone', async () => {
    const scene = await spent();
    const found = await cost.run(appOf(scene), cost.input.parse({}));
    // 1,000 × 3 + 8,000 × 0.3 + 500 × 3.75 + 200 × 15 micro-USD, twice; 1,000 × 0.6 + 100 × 2.2.
    expect(found.rows).toMatchObject([
      { name: 'r1', nCalls: 2, cacheRead: 16_000, cacheWrite5m: 1_000, paidMicroUsd: 20_550 },
      { name: 'r2', nCalls: 1, cacheRead: 0, paidMicroUsd: 820 },
    ]);
    expect(cost.output.parse(found)).toEqual(found);
    expect(textOf(renderCost(found))).toMatchInlineSnapshot(`
      "run  calls  new input  cache read  cache written  output  cost
      r1   2      2000       16000       1000           400     $0.0205
      r2   1      1000       0           0              100     $0.00082
      all  3      3000       16000       1000           500     $0.0214
        budget of day 2026-01-01: $0.0214 of $0.05"
    `);
  });

  it('tells by agent, by provider and by day, and of one run alone', async () => {
    const app = appOf(await spent());
    const names = async (input: object) => (await cost.run(app, cost.input.parse(input))).rows.map(({ name }) => name);
    expect(await names({ by: 'agent' })).toEqual(['fixer', 'planner']);
    expect(await names({ by: 'provider' })).toEqual(['big', 'small']);
    expect(await names({ by: 'day' })).toEqual(['2026-01-01']);
    expect(await names({ by: 'model', run: 'r2' })).toEqual(['small/small-1']);
    expect(await names({ by: 'task' })).toEqual(['r1.fix', 'r2, no step']);
  });

  it('is told of a run that is shown, and of none that asked nobody', async () => {
    const scene = await spent();
    const total = costOfRun(scene.ledger, 'r1');
    expect(total).toMatchObject({ nCalls: 2, paidMicroUsd: 20_550 });
    expect(costOfRun(scene.ledger, 'r9')).toBeNull();
    expect(total === null ? '' : costText({ ...total, listMicroUsd: 1_000, nUnpriced: 1 })).toBe(
      '$0.0205 ($0.001 list price, by subscription) + 1 call at no known price',
    );
  });

  it('says that nothing was spent', async () => {
    const found = await cost.run(appOf(await spendingScene(compute([big]))), cost.input.parse({ since: '1h' }));
    expect(textOf(renderCost(found))).toMatch(/^No language model was asked since .*: \$0\.$/);
  });
});

describe('route explain', () => {
  it('says who would be asked and why not each other one', async () => {
    const scene = await spent();
    scene.missingKeys.add('big');
    const explained = await routeExplain.run(appOf(scene), routeExplain.input.parse({ task: 'look', type: 'plan' }));
    expect(routeExplain.output.parse(explained)).toEqual(explained);
    expect(textOf(renderRouteExplain(explained))).toMatchInlineSnapshot(`
      "● small/small-1 gets plan: no rule for plan
        a turn is likely to cost $0.0022
      not
        big/large-1: its key is not there: none is named"
    `);
    expect(scene.sent).toHaveLength(3);
  });

  it('says that nobody can be asked, and who is left alone until when', async () => {
    const scene = await spendingScene(compute([big]));
    scene.script.set('big/large-1', [{ fails: 'quota', retryAfterMs: 7_200_000 }]);
    await inTime(scene.clock, scene.ask()).catch(() => undefined);
    const explained = await routeExplain.run(appOf(scene), routeExplain.input.parse({}));
    expect(explained.chosen).toBeNull();
    expect(textOf(renderRouteExplain(explained))).toMatch(/its quota is used up, until 2026-01-01 02:00/);
  });
});

describe('route simulate', () => {
  const config = `id: demo
name: other
service: { mode: none, port: 8188 }
compute:
  providers:
    small: { url: 'https://small.test', dialect: openai-chat, models: [{ id: small-1, context: 200000, output: 8000, prices: { input: 0.6, output: 2.2, cache-read: 0.11 } }] }
`;

  it('tells what the same calls would have cost by another configuration', async () => {
    const app = appOf(await spent(), { '/home/anna/cheap.yaml': config });
    const simulated = await routeSimulate.run(app, routeSimulate.input.parse({ config: 'cheap.yaml' }));
    expect(routeSimulate.output.parse(simulated)).toEqual(simulated);
    // What was asked for by name is not there any more: nobody would have been asked for it.
    expect(simulated).toMatchObject({ nCalls: 3, nNowhere: 2, nMoved: 0, wasMicroUsd: 820, microUsd: 820 });
    expect(textOf(renderRouteSimulate(simulated))).toMatchInlineSnapshot(`
      "went to        would go to  calls  cost      would cost
      big/large-1    nobody       2      $0        $0
      small/small-1  the same     1      $0.00082  $0.00082
      $0.00082 → $0.00082, the same; 0 of 3 calls would move
      for 2 calls nobody would be asked"
    `);
  });

  it('changes nothing where the rules are the same', async () => {
    const simulated = await routeSimulate.run(appOf(await spent()), routeSimulate.input.parse({}));
    expect(simulated).toMatchObject({ nCalls: 3, nMoved: 0, wasMicroUsd: 21_370, microUsd: 21_370 });
  });

  it('refuses a file that is not there', async () => {
    const asked = routeSimulate.run(appOf(await spent()), routeSimulate.input.parse({ config: 'gone.yaml' }));
    await expect(asked).rejects.toMatchObject({ code: 'USAGE_BAD_ARGUMENT' });
  });
});

describe('the journal', () => {
  it('tells calls, failures and budgets in sentences', async () => {
    const scene = await spendingScene(
      compute([small], { budgets: budgets({ run: { microUsd: 9_000, tokens: null } }) }),
    );
    scene.script.set('small/small-1', [{ fails: 'cut', streamed: true }]);
    await inTime(scene.clock, scene.ask());
    await inTime(scene.clock, scene.ask({ conversation: 'r1.more' }));
    expect(scene.ledger.read().map(entrySentence).join('\n')).toMatchInlineSnapshot(`
      "k1: fixer asks small/small-1 (work); $0.0022 and 1024 tokens are held back; no rule for work
      k1: attempt 1 at small/small-1 failed (cut): It failed: cut; a part of an answer had come, and $0.0022 counts as spent; again at 2026-01-01 00:00:01Z
      k1: fixer asks small/small-1 (work); $0.0022 and 1024 tokens are held back; no rule for work
      k1: small/small-1 answered in 1.0 s: 1100 tokens, 0 of them read from its cache, $0.00082
      k2: fixer asks small/small-1 (work); $0.0022 and 1024 tokens are held back; no rule for work
      k2: small/small-1 answered in 1.0 s: 1100 tokens, 0 of them read from its cache, $0.00082"
    `);
  });
});
