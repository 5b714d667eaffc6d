import { beforeEach, describe, expect, it } from 'vitest';

import { runsApprove } from '../../../src/app/operations/runs-approve.ts';
import { installationActions } from '../../../src/app/views/next-actions-view.ts';
import { progressOf } from '../../../src/app/views/progress.ts';
import { runView } from '../../../src/app/views/run-view.ts';
import { statusView } from '../../../src/app/views/status-view.ts';
import { stepRequests } from '../../../src/engine/requests/steps.ts';
import { anna } from '../../fakes/fake-world.ts';
import { fakeApp } from '../../support/fake-app.ts';
import { sceneLedger } from '../../support/scene-ledger.ts';
import { executing, type Scene } from '../engine/runs/run-scene.ts';

const step = { title: 'x', action: 'env.lock', agent: 'x', needs: [], with: {}, timeoutMs: 1, retries: 0 };
const steps = [
  { ...step, id: 'a', waitsFor: ['ops-maint:looked_at'], waitAtMostMs: 60_000 },
  { ...step, id: 'b', approval: 'Production stops.' },
];

describe('a question of a step while another waits for a condition', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await executing({ steps });
    await scene.advance();
  });
  const answer = async (verdict: 'approved' | 'rejected'): Promise<void> => {
    const asked = { run: 'r1', step: 'b', verdict, by: anna } as const;
    const id = await scene.life.engine.ledger.request('step.answer', asked);
    await stepRequests['step.answer'](scene.life.engine, asked, id);
    await scene.advance();
  };

  it('is told where somebody looks: progress, runs show, next actions, status', () => {
    const { ledger } = scene.life;
    const told = ledger.read({ run: 'r1' }).flatMap((entry) => progressOf('r1').read(entry));
    expect(told).toContainEqual({
      kind: 'found',
      sentence: 'r1.b waits for a person: Production stops. · orchestrate runs approve r1',
    });
    const view = runView(ledger, 'r1');
    expect(view).toMatchObject({ state: 'executing', waiting: { what: 'step', step: 'b' } });
    const sentence = 'step b of r1 waits for your yes: Production stops.';
    expect(installationActions(ledger)).toContainEqual(
      expect.objectContaining({ sentence, command: 'orchestrate runs approve r1' }),
    );
    const status = statusView(ledger, 'x');
    expect(status.lines.join('\n')).toContain(sentence);
    expect(status.isBusy).toBe(true);
  });

  it('is over when it is answered, and the step starts while the other waits on', async () => {
    await answer('approved');
    expect([scene.state('r1.a'), scene.state('r1.b')]).toEqual(['waiting', 'leasing']);
    expect(runView(scene.life.ledger, 'r1')?.waiting).toBeNull();
  });

  it('can be answered where the run is paused for something else', async () => {
    await scene.send('r1', 'TASK_PARKED', { fault: { code: 'DISK_FULL', message: 'The disk is full.', hints: [] } });
    const waiting = runView(scene.life.ledger, 'r1')?.waiting;
    expect(waiting).toMatchObject({ what: 'paused', step: 'b' });
    expect(waiting?.commands).toEqual(
      ['resume', 'cancel', 'approve', 'reject'].map((word) => `orchestrate runs ${word} r1`),
    );
  });

  it('takes no yes of somebody who saw another plan', async () => {
    const app = fakeApp(sceneLedger(), { installation: { ledger: scene.life.ledger }, onAsk: () => 'r1' });
    const yes = (plan: string) => runsApprove.run(app, runsApprove.input.parse({ run: 'r1', plan }));
    await expect(yes('0123456789')).rejects.toMatchObject({ code: 'CHANGE_MOVED', state: 'Nothing was answered.' });
    expect(app.asked).toEqual([]);
    await yes(runView(scene.life.ledger, 'r1')?.plan?.hash.slice(0, 8) ?? '');
    expect(app.asked).toMatchObject([{ kind: 'step.answer', data: { step: 'b', verdict: 'approved' } }]);
  });
});
