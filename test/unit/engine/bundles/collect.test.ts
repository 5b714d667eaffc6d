import { expect, it } from 'vitest';

import { collectBundle } from '../../../../src/engine/bundles/collect.ts';
import { listRestorePoints } from '../../../../src/engine/restore/points.ts';
import { createWorld } from '../../../fakes/fake-world.ts';

it('a borrowed restore point is not exported, and the goal that is named makes one that can be', async () => {
  const world = await createWorld({ borrowed: '/opt/ComfyUI/venv/bin/python' });
  const context = { ...world.context, ledger: world.ledgers.open() };
  const [point] = await listRestorePoints(context);
  if (point === undefined) throw new Error('no restore point');
  await expect(collectBundle(context, point, { withWheels: true })).rejects.toMatchObject({
    code: 'RESTORE_UNAVAILABLE',
    hints: [expect.stringMatching(/^orchestrate run "relock environment"/)],
  });
});
