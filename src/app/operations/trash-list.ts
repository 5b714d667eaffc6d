import { z } from 'zod';

import { readTrash } from '../../engine/removal/read-trash.ts';
import { defineOperation } from '../operation.ts';
import { trashSchema } from '../views/trash-view.ts';
import { loadTrashViews } from './_trash.ts';

/** `orchestrate trash list` */
export const trashList = defineOperation({
  name: 'trash list',
  summary: 'List what was moved out of the way: what, from where, why and when.',
  description:
    'Everything that orchestrate takes away goes here first: files in a slot that was prepared for a run, slots that were taken away, environments with changed files, what was discarded. Nothing goes from here by itself. What holds work that is on no branch has a backup in the trusted store as well.',
  effect: 'read',
  needs: 'home',
  input: z.object({ all: z.boolean().default(false).describe('Also what was brought back or emptied.') }),
  output: z.object({
    trash: z.array(trashSchema).describe('Newest first.'),
    sizeBytes: z.number().describe('Bytes of what is listed and still there, as it was moved.'),
  }),
  examples: [
    { command: 'orchestrate trash list', explains: 'What can be brought back.' },
    { command: 'orchestrate trash list --all', explains: 'And what already was, or is gone but for its backup.' },
  ],
  async run(app, { all }) {
    const installation = await app.installation();
    const items = readTrash(installation).filter(({ state }) => all || state === 'there');
    return {
      trash: (await loadTrashViews(installation, items)).reverse(),
      sizeBytes: items.reduce((sum, one) => sum + (one.state === 'there' ? one.sizeBytes : 0), 0),
    };
  },
});
