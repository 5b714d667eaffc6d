import { describe, expect, it } from 'vitest';

import { run } from '../../../src/app/operations/run.ts';
import { runView } from '../../../src/app/views/run-view.ts';
import { unsandboxedWords } from '../../../src/domain/walls/unsandboxed.ts';
import { fakeApp } from '../../support/fake-app.ts';
import { installedScene } from '../../support/journal-scene.ts';
import { anna, upgradePlan } from '../../support/scene-facts.ts';
import { addPlan, moveRun } from '../../support/scene-rows.ts';

const ask = async (allowUnsandboxed: string | null) => {
  const scene = installedScene();
  const app = fakeApp(scene);
  const input = run.input.parse({ goal: 'upgrade pytorch', allowUnsandboxed });
  // The fake makes no run: only what was asked for counts.
  await run.run(app, input).catch((error: unknown) => {
    if (app.asked.length === 0) throw error;
  });
  return app.asked[0];
};

describe('a run whose programs may work without a wall', () => {
  it('is asked for in words that say what it means', async () => {
    expect(await ask(unsandboxedWords)).toMatchObject({ data: { options: { unsandboxed: true } } });
    expect(await ask(` ${unsandboxedWords.toUpperCase()} `)).toMatchObject({
      data: { options: { unsandboxed: true } },
    });
    expect((await ask(null))?.data).not.toHaveProperty('options.unsandboxed');
    for (const typed of ['', 'yes', 'true'])
      await expect(ask(typed)).rejects.toMatchObject({
        code: 'USAGE_BAD_ARGUMENT',
        hints: [`--allow-unsandboxed "${unsandboxedWords}"`, 'orchestrate doctor'],
      });
  });

  it('says so first in its plan, and wherever it is shown', () => {
    const scene = installedScene();
    const options = {
      previewOnly: false,
      yes: false,
      until: null,
      playbook: null,
      inputs: {},
      unsandboxed: true,
    } as const;
    scene.add(
      'run.created',
      { run: 'r9', goal: 'x', kind: 'work', options, by: anna, request: 1, restore: null },
      { run: 'r9', keys: ['run:r9'] },
    );
    scene.add(
      'machine.created',
      { machine: 'run', version: 1, subject: 'r9', input: { subject: 'r9' }, to: 'previewing' },
      { run: 'r9', keys: ['machine:r9'] },
    );
    addPlan(scene, 'r9', upgradePlan());
    moveRun(scene, 'r9', 'previewing', 'executing');
    const view = runView(scene.ledger, 'r9');
    expect(view?.unsandboxed).toBe(true);
    expect(view?.plan?.lines[0]).toMatch(/^! WITHOUT A WALL: /);
    expect(view?.plan?.warnings[0]).toMatch(/^WITHOUT A WALL: /);
  });
});
