import { z } from 'zod';

import { defineOperation } from '../operation.ts';

/** `orchestrate version` */
export const version = defineOperation({
  name: 'version',
  summary: 'Print the version.',
  effect: 'read',
  needs: 'none',
  input: z.object({}),
  output: z.object({
    version: z.string().describe('Version of orchestrate.'),
    node: z.string().describe('Version of Node that it runs on.'),
    platform: z.string().describe('Operating system and processor.'),
  }),
  examples: [{ command: 'orchestrate version --json', explains: 'For a bug report.' }],
  async run(app) {
    const { version: own, platform, arch } = app.outside.host;
    return { version: own, node: app.nodeVersion, platform: `${platform}-${arch}` };
  },
});
