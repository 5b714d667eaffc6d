import { expect, it } from 'vitest';

import { ruledOf } from '../../../../src/engine/policy/ruled.ts';
import { runRequests } from '../../../../src/engine/requests/runs.ts';
import { faultOf } from '../../../contract/support/fault-of.ts';
import { changeScene } from '../changes/change-scene.ts';

it('asks for the highest tier where programs of the run may have run without a wall', async () => {
  const walled = await changeScene();
  expect(ruledOf(walled.engine, 'c1').risk).toBe('medium');
  const open = await changeScene({ run: { unsandboxed: true } });
  expect(ruledOf(open.engine, 'c1')).toMatchObject({
    risk: 'high',
    tiers: expect.arrayContaining([
      expect.objectContaining({ sentence: 'programs of its agents may have run without a wall' }),
    ]),
  });
});

it('is said by a person, not by a program that asks for a run', async () => {
  const { engine, rows } = await changeScene();
  const options = {
    previewOnly: false,
    yes: false,
    until: null,
    playbook: null,
    inputs: {},
    unsandboxed: true,
  } as const;
  const asked = { goal: 'upgrade numpy', options, by: { kind: 'program', name: 'r1' } } as const;
  const before = rows('run.created').length;
  expect((await faultOf(runRequests['run.start'](engine, asked, 99))).code).toBe('REVIEW_SELF');
  expect(rows('run.created')).toHaveLength(before);
});
