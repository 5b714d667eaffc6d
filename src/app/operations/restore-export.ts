import { z } from 'zod';

import { absolutePath } from '../../base/paths.ts';
import { bundleKeyFile, collectBundle } from '../../engine/bundles/collect.ts';
import { listRestorePoints } from '../../engine/restore/points.ts';
import { findPoint } from '../../engine/restore/targets.ts';
import { defineOperation } from '../operation.ts';

/** `orchestrate restore export <point> --bundle <file>` */
export const restoreExport = defineOperation({
  name: 'restore export',
  summary: 'Write a restore point into one signed file that another machine can adopt.',
  description:
    'The file holds the files of home and of every component, the wheels, the manifest, and what was proven, each with its hash; the list of them is signed with the key of this installation (Ed25519, made on first use, kept in the state folder). Tell whoever adopts it the fingerprint of the key by another way than the file. Interrupted, it leaves nothing; a file that is there is not replaced.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    point: z.string().min(1).describe('Its number or name, e.g. `7` or `0007-upgrade-pytorch`.'),
    bundle: z.string().min(1).describe('File to write.'),
    withoutWheels: z.boolean().default(false).describe('Leave the wheels out: the other machine fetches them.'),
  }),
  output: z.object({
    file: z.string().describe('Absolute path of the bundle.'),
    point: z.string().describe('Name of the restore point.'),
    key: z.string().describe('Fingerprint of the key that signed it.'),
    digest: z.string().describe('SHA-256 of what was signed; stands for the whole bundle.'),
    sizeBytes: z.number().describe('Size of the file in bytes.'),
    nFiles: z.number().describe('Files of home and components in it.'),
    nWheels: z.number().describe('Wheels in it.'),
  }),
  positional: ['point'],
  examples: [
    {
      command: 'orchestrate restore export 7 --bundle /media/stick/comfy.bundle.tar',
      explains: 'Take restore point 7 to another machine.',
    },
  ],
  async run(app, { point: asked, bundle, withoutWheels }) {
    const context = { ...(await app.installation()), outside: app.outside };
    const points = (await listRestorePoints(context)).filter((one) => !one.isVoid);
    const point = findPoint(points, asked);
    const file = absolutePath(app.cwd, bundle);
    app.narrate(`Gathering the files of ${point.name}.`);
    const { body, parts } = await collectBundle(context, point, { withWheels: !withoutWheels });
    const keyFile = bundleKeyFile(context);
    const made = await app.outside.bundles.write({ file, keyFile, body, parts, signal: app.signal });
    const count = (prefix: string): number => parts.filter((one) => one.path.startsWith(prefix)).length;
    return {
      file,
      point: point.name,
      key: made.fingerprint,
      digest: made.digest,
      sizeBytes: made.sizeBytes,
      nFiles: count('blobs/'),
      nWheels: count('wheels/'),
    };
  },
});
