import { describe, expect, it } from 'vitest';

import { alertView, alertViews } from '../../../../src/app/views/alert-view.ts';
import { statusView } from '../../../../src/app/views/status-view.ts';
import { Fault } from '../../../../src/base/fault.ts';
import type { JsonObject } from '../../../../src/base/json.ts';
import type { RequestAnswer, RequestKind, RequestKinds } from '../../../../src/domain/requests.ts';
import { takeRequest } from '../../../../src/engine/supervisor/requests.ts';
import { lineText } from '../../../../src/faces/cli/line.ts';
import { renderAlerts } from '../../../../src/faces/cli/render/alerts.ts';
import { type AlertScene, alertScene, hourMs, minuteMs } from './alert-scene.ts';

const by = { kind: 'person', name: 'anna' } as const;
const agent = { kind: 'program', name: 'demo/r1.lock#1' } as const;

async function ask<Kind extends RequestKind>(
  scene: AlertScene,
  kind: Kind,
  data: RequestKinds[Kind],
): Promise<RequestAnswer> {
  const { ledger } = scene.engine;
  const id = await ledger.request(kind, data as unknown as JsonObject);
  const request = ledger.findRequest(id);
  if (request === undefined) throw new Error('no request');
  await takeRequest(scene.engine, request);
  return ledger.findRequest(id)?.answer as unknown as RequestAnswer;
}

const viewsOf = (scene: AlertScene, all = false) =>
  alertViews(scene.engine.ledger, { nowMs: scene.world.clock.nowMs(), all });

describe('a person', () => {
  it('acknowledges an alert by its key or id, and it is told nobody any more', async () => {
    const scene = await alertScene();
    await scene.raise('disk:full');
    expect(await ask(scene, 'alert.acknowledge', { alert: 'disk:full', comment: 'mine', by })).toMatchObject({
      kind: 'accepted',
    });
    await scene.pass(hourMs);
    expect(scene.notifier.sent).toEqual([]);
    expect(viewsOf(scene)).toMatchObject([{ alert: 'a1', state: 'acknowledged', acknowledgedBy: 'anna' }]);
    const again = await ask(scene, 'alert.acknowledge', { alert: 'a1', comment: null, by });
    expect(again).toMatchObject({ kind: 'refused', fault: { code: 'NOTHING_TO_DO', state: 'Nothing was changed.' } });
  });

  it('ends an alert once', async () => {
    const scene = await alertScene();
    await scene.raise('disk:full');
    await ask(scene, 'alert.resolve', { alert: 'a1', comment: 'new disk', by });
    expect(alertView(scene.engine.ledger, 'disk:full', 0)).toMatchObject({
      state: 'resolved',
      ended: { by: 'anna', evidence: ['new disk'] },
    });
    expect(await ask(scene, 'alert.resolve', { alert: 'a1', comment: null, by })).toMatchObject({
      fault: { code: 'ALERT_OVER' },
    });
    expect(await ask(scene, 'alert.resolve', { alert: 'a9', comment: null, by })).toMatchObject({
      fault: { code: 'ALERT_NOT_FOUND' },
    });
  });

  it('suppresses for a time, which is seen, and takes it back', async () => {
    const scene = await alertScene();
    await scene.raise('disk:full');
    await ask(scene, 'alert.suppress', { match: 'disk:*', forMs: hourMs, reason: 'known', by });
    expect(viewsOf(scene)).toMatchObject([{ suppressedBy: 's1' }]);
    await scene.pass(minuteMs);
    expect(scene.notifier.sent).toEqual([]);
    expect(await ask(scene, 'alert.unsuppress', { id: 's1', by })).toMatchObject({ kind: 'accepted' });
    expect(await ask(scene, 'alert.unsuppress', { id: 's1', by })).toMatchObject({
      fault: { code: 'SUPPRESSION_NOT_FOUND' },
    });
    await ask(scene, 'alert.suppress', { match: 'disk:*', forMs: hourMs, reason: 'known', by });
    await scene.world.clock.advance(hourMs);
    expect(viewsOf(scene)).toMatchObject([{ suppressedBy: null }]);
  });

  it('does each of it, and no program does', async () => {
    const scene = await alertScene();
    await scene.raise('disk:full');
    const nRows = scene.engine.ledger.head().seq;
    const answers = [
      await ask(scene, 'alert.acknowledge', { alert: 'a1', comment: null, by: agent }),
      await ask(scene, 'alert.resolve', { alert: 'a1', comment: null, by: agent }),
      await ask(scene, 'alert.suppress', { match: 'disk:*', forMs: hourMs, reason: 'x', by: agent }),
      await ask(scene, 'alert.test', { target: null, by: agent }),
    ];
    for (const answer of answers) expect(answer).toMatchObject({ fault: { code: 'REVIEW_SELF' } });
    expect(scene.engine.ledger.head().seq).toBe(nRows);
    expect(scene.notifier.sent).toEqual([]);
  });

  it('tries whether targets can be reached, and is told of each', async () => {
    const scene = await alertScene();
    scene.notifier.faults.push(new Fault('NOTICE_FAILED', 'example.org answered 500.'));
    await ask(scene, 'alert.test', { target: null, by });
    expect(scene.rows('alert.notTold')).toMatchObject([{ target: 'all', occasion: 'test', nextAtMs: null }]);
    expect(scene.rows('alert.told')).toMatchObject([{ target: 'pager', occasion: 'test' }]);
    expect(await ask(scene, 'alert.test', { target: 'nobody', by })).toMatchObject({
      fault: { code: 'ALERT_TARGET_NOT_FOUND' },
    });
    // A target that fails a test is not left alone for it.
    await scene.raise('disk:full');
    await scene.pass(minuteMs);
    expect(scene.titles('all')).toEqual(['warning: disk:full']);
  });
});

describe('what a person sees', () => {
  it('is what is open by severity, what follows below its cause, and a line in the status', async () => {
    const scene = await alertScene();
    await scene.raise('disk:low', { severity: 'informational' });
    await scene.raise('service:down', { severity: 'critical', sentence: 'nobody answers on :8188 \u001B[2J' });
    await scene.raise('queue:stuck');
    const lines = renderAlerts({ alerts: viewsOf(scene) }).map((line) => lineText(line, false));
    expect(lines[1]).toMatch(/^critical +a2 +service:down .* 1× +nobody answers on :8188 \\x1b\[2J$/);
    expect(lines[2]).toMatch(/^warning +↳ a3 +queue:stuck /);
    expect(lines[3]).toMatch(/^informational +a1 +disk:low /);
    expect(statusView(scene.engine.ledger, 'home').lines).toContain(
      'alerts   critical: nobody answers on :8188 \\x1b[2J · 1 more · orchestrate alerts list',
    );
    await scene.resolve('service:down', '#9');
    await scene.resolve('disk:low', '#9');
    await scene.resolve('queue:stuck', '#9');
    expect(viewsOf(scene)).toEqual([]);
    expect(viewsOf(scene, true)).toHaveLength(3);
    expect(statusView(scene.engine.ledger, 'home').lines.join()).not.toContain('alerts');
  });
});
