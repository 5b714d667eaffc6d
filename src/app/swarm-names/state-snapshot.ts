import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { restoreList } from '../operations/restore-list.ts';
import { restorePin } from '../operations/restore-pin.ts';
import { restoreRun } from './_ways-back.ts';
import { defineSwarmName } from './swarm-name.ts';

/** `state_snapshot` */
export const stateSnapshot = defineSwarmName({
  name: 'state_snapshot',
  summary:
    'Keep the state of now: every state of the branch is a restore point already, so the newest one is pinned, and never pruned. Its name is the snapshotId.',
  effect: 'write',
  input: z.strictObject({ name: z.string().min(1).max(200).optional().describe('Kept with it as the reason.') }),
  async run(app, { name }) {
    const { restorePoints } = await restoreList.run(app, {});
    const newest = restorePoints.toSorted((a, b) => b.number - a.number)[0];
    if (newest === undefined)
      throw new Fault('RESTORE_NOT_FOUND', 'There is no restore point yet.', { state: 'Nothing was changed.' });
    const pinned = await restorePin.run(app, { point: newest.name, reason: name ?? 'state_snapshot' });
    return { output: { snapshotId: newest.name, point: pinned, record: { restorePoint: newest.name } } };
  },
});

/** `context_restore` */
export const contextRestore = defineSwarmName({
  name: 'context_restore',
  summary: 'Bring back what state_snapshot kept, as restore_system does.',
  effect: 'write',
  input: z.strictObject({ snapshotId: z.string().min(1).max(120).describe('What state_snapshot answered.') }),
  run: (app, { snapshotId }) => restoreRun(app, snapshotId),
});
