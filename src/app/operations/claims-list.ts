import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { claimBoard, claimSchema } from '../views/claim-view.ts';

/** `orchestrate claims list` */
export const claimsList = defineOperation({
  name: 'claims list',
  summary: 'Show who works on what, and what waits for somebody.',
  effect: 'read',
  needs: 'home',
  input: z.object({}),
  output: z.object({
    claims: z.array(claimSchema).describe('What is claimed, oldest first; then what waits and nobody claimed.'),
  }),
  examples: [{ command: 'orchestrate claims list', explains: 'The board.' }],
  async run(app) {
    const { ledger } = await app.installation();
    return { claims: [...claimBoard(ledger)] };
  },
});
