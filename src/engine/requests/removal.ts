import { emptyTrash } from '../removal/empty-trash.ts';
import { requireTrash } from '../removal/read-trash.ts';
import { restoreTrash } from '../removal/restore-trash.ts';
import { takeAway } from '../removal/take-away.ts';
import { acceptSlotBack } from '../tasks/tamper.ts';
import { answerAlone, type Handlers } from './handler.ts';

const things = (n: number): string => (n === 1 ? '1 thing' : `${n} things`);

export const removalRequests: Handlers<'removal.carry' | 'trash.restore' | 'trash.empty'> = {
  async 'removal.carry'(engine, { plan, by }, id) {
    const ids = await takeAway(engine, plan, by);
    const sentence = ids.length === 0 ? 'Nothing was taken away.' : `In the trash: ${ids.join(', ')}.`;
    await answerAlone(engine, id, { kind: 'accepted', run: null, sentence });
  },

  async 'trash.restore'(engine, { id, to, by }, request) {
    const { what, name } = requireTrash(engine, id);
    const { to: place } = await restoreTrash(engine, { id, to, key: `trash-restore:${request}`, by });
    // A slot that comes back brings its git files: our own doing, and nothing else is.
    if (what === 'slot' && to === null) await acceptSlotBack(engine, name);
    await answerAlone(engine, request, { kind: 'accepted', run: null, sentence: `It is back: ${place}` });
  },

  async 'trash.empty'(engine, { choice, hash, by }, request) {
    const { items } = await emptyTrash(engine, { choice, hash, key: `trash-empty:${request}`, by });
    await answerAlone(engine, request, {
      kind: 'accepted',
      run: null,
      sentence: `${things(items.length)} emptied from the trash.`,
    });
  },
};
