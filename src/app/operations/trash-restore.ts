import { z } from 'zod';

import { absolutePath } from '../../base/paths.ts';
import { requireTrash } from '../../engine/removal/read-trash.ts';
import { defineOperation } from '../operation.ts';
import { newest } from '../views/journal-reader.ts';
import { trashSchema } from '../views/trash-view.ts';
import { personOf } from './_run-output.ts';
import { loadTrashViews } from './_trash.ts';

/** `orchestrate trash restore <id>` */
export const trashRestore = defineOperation({
  name: 'trash restore',
  summary: 'Bring something back from the trash; nothing is ever written over.',
  description:
    'Without --to it goes to where it lay, each file only where nothing is now (what lay in the folder of an instance needs --to: that folder goes with its instance); with --to to a path at which nothing is. A whole slot that goes to another place comes without its `.git`. Where its folder is gone, the files are written from the backup. The backup stays until `trash empty --and-refs`.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    id: z.string().min(1).max(40).describe('Its id, or the first digits of it.'),
    to: z.string().min(1).nullable().default(null).describe('Where to put it: a path at which nothing is.'),
  }),
  output: trashSchema.extend({
    to: z.string().describe('Where it is now.'),
    how: z.enum(['moved', 'from-backup']).describe('Moved from the trash, or written from its backup.'),
  }),
  positional: ['id'],
  examples: [
    { command: 'orchestrate trash restore t3fa91c07', explains: 'Back to where it lay.' },
    { command: 'orchestrate trash restore t3fa91c07 --to ~/found', explains: 'Into a folder of your own.' },
  ],
  async run(app, { id: asked, to }) {
    const installation = await app.installation();
    const { id } = requireTrash(installation, asked);
    await app.ask('trash.restore', { id, to: to === null ? null : absolutePath(app.cwd, to), by: personOf(app) });
    const told = newest(installation.ledger, 'trash.restored', `trash:${id}`);
    const [view] = await loadTrashViews(installation, [requireTrash(installation, id)]);
    if (told === undefined || view === undefined) throw new Error('what was brought back is not on record');
    return { ...view, to: told.data.to, how: told.data.how };
  },
});
