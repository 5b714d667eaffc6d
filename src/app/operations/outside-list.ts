import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { lookOutside, outsideOutput } from './_outside.ts';

/** `orchestrate outside list` */
export const outsideList = defineOperation({
  name: 'outside list',
  summary: 'Look at what others changed, and name it.',
  description:
    'Looks at the adopted ComfyUI folder, its node packs and model paths, the environment, home, and what production wrote into its own folder. Says what moved, when, and who probably did it, with the fact that says so. It only reads there; what it finds is written into the journal.',
  effect: 'write',
  needs: 'home',
  input: z.object({}),
  output: outsideOutput,
  examples: [{ command: 'orchestrate outside list', explains: 'Did ComfyUI-Manager, pip or SwarmUI change anything?' }],
  async run(app) {
    const { differences, ...rest } = await lookOutside(app);
    return { ...rest, differences: [...differences] };
  },
});
