import { expect, it } from 'vitest';

import { conditionViews } from '../../../src/app/views/condition-view.ts';
import { installationActions, runActions } from '../../../src/app/views/next-actions-view.ts';
import { runView } from '../../../src/app/views/run-view.ts';
import { row } from '../../../src/domain/journal/kinds.ts';
import { momentOf } from '../../../src/engine/moment.ts';
import { renderConditions } from '../../../src/faces/cli/render/conditions.ts';
import { executing } from '../engine/runs/run-scene.ts';

it('a step that waits says for what and until when, until it begins', async () => {
  const name = 'ops-maint:looked_at';
  const scene = await executing({
    steps: [
      {
        ...{ id: 'a', title: 'a', action: 'env.lock', agent: 'x', needs: [], with: {}, timeoutMs: 1, retries: 0 },
        ...{ waitsFor: [name], waitAtMostMs: 60_000 },
      },
    ],
  });
  const { engine, ledger } = { engine: scene.life.engine, ledger: scene.life.ledger };
  await scene.advance();
  const dueAtMs = engine.outside.clock.nowMs() + 60_000;
  expect(runView(ledger, 'r1')?.steps).toMatchObject([{ state: 'waiting', waits: { conditions: [name], dueAtMs } }]);
  const asked = [{ sentence: `r1.a waits for ${name}`, command: `orchestrate conditions set ${name} --because "…"` }];
  expect(installationActions(ledger)).toMatchObject(asked);
  expect(runActions(ledger, runView(ledger, 'r1')!)).toMatchObject(asked);
  const views = conditionViews(ledger, engine.definitions, momentOf(engine.outside.clock));
  expect(views.find((one) => one.name === name)).toMatchObject({ state: 'unset', waiting: ['r1.a'], usedBy: [] });

  const by = { kind: 'person', name: 'anna' } as const;
  await engine.ledger.append([
    row('condition.set', { name, by, evidence: ['#1'], expiresAtMs: null }, { keys: [`condition:${name}`] }),
  ]);
  const [told] = conditionViews(ledger, engine.definitions, momentOf(engine.outside.clock)).filter(
    (one) => one.name === name,
  );
  expect(told).toMatchObject({ state: 'holds', waiting: ['r1.a'], evidence: ['#1'], by });
  expect(JSON.stringify(renderConditions({ conditions: told === undefined ? [] : [told] }))).toContain('r1.a');
  await scene.advance();
  expect(runView(ledger, 'r1')?.steps).toMatchObject([{ state: 'leasing', waits: null }]);
  expect(installationActions(ledger)).toEqual([]);
});
