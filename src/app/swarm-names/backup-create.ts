import { z } from 'zod';

import { backUpRun, restoreRun } from './_ways-back.ts';
import { defineSwarmName, notTaken } from './swarm-name.ts';

/** `backup_create` */
export const backupCreate = defineSwarmName({
  name: 'backup_create',
  summary:
    'Write the newest restore point as one signed bundle, and all of memory as one file, into a folder on another disk; then read it back. The answer names the run that does it.',
  effect: 'write',
  input: z.strictObject({
    destination: z.string().min(1).max(4096).describe('Absolute path of a folder that is there, outside of home.'),
    components: notTaken('a backup is whole: state, components, wheels and memory'),
  }),
  run: (app, { destination }) => backUpRun(app, destination),
});

/** `restore_system` */
export const restoreSystem = defineSwarmName({
  name: 'restore_system',
  summary: 'Bring back a restore point, as a new commit; the plan waits for a person. The answer names the run.',
  effect: 'write',
  input: z.strictObject({
    backupId: z.string().min(1).max(120).describe('A restore point: `7`, `0007-upgrade-pytorch`.'),
  }),
  run: (app, { backupId }) => restoreRun(app, backupId),
});
