import { z } from 'zod';

import { asGitTreeId } from '../../base/ids.ts';
import { requireTrash } from '../../engine/removal/read-trash.ts';
import { defineOperation } from '../operation.ts';
import { trashSchema } from '../views/trash-view.ts';
import { loadTrashViews } from './_trash.ts';

/** Paths that are listed; the rest is counted. */
const maxPaths = 200;

/** `orchestrate trash show <id>` */
export const trashShow = defineOperation({
  name: 'trash show',
  summary: 'Show one thing in the trash: where it lies, what it holds, what its backup holds.',
  effect: 'read',
  needs: 'home',
  input: z.object({ id: z.string().min(1).max(40).describe('Its id, or the first digits of it.') }),
  output: trashSchema.extend({
    isThere: z.boolean().describe('Its folder is where it was put.'),
    paths: z.array(z.string()).describe(`Files that its backup holds, at most ${maxPaths}.`),
    nPaths: z.number().describe('How many files its backup holds.'),
  }),
  positional: ['id'],
  examples: [{ command: 'orchestrate trash show t3fa91c07', explains: 'Before it is brought back.' }],
  async run(app, { id }) {
    const installation = await app.installation();
    const item = requireTrash(installation, id);
    const [view] = await loadTrashViews(installation, [item]);
    if (view === undefined) throw new Error('one thing gives one view');
    const held = view.ref === null || item.tree === null ? [] : await installation.store.list(asGitTreeId(item.tree));
    return {
      ...view,
      isThere: (await app.outside.files.info(item.place)) !== undefined,
      paths: held.slice(0, maxPaths).map(({ path }) => path),
      nPaths: held.length,
    };
  },
});
