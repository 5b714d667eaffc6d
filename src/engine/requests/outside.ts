import { discardOutside } from '../outside/discard.ts';
import { lookOutside } from '../outside/look.ts';
import { answerAlone, type Handlers } from './handler.ts';

export const outsideRequests: Handlers<'outside.look' | 'outside.discard'> = {
  async 'outside.look'(engine, _data, id) {
    const { length } = await lookOutside(engine, 'asked');
    await answerAlone(engine, id, {
      kind: 'accepted',
      run: null,
      sentence: `${length} outside change${length === 1 ? ' is' : 's are'} open.`,
    });
  },

  async 'outside.discard'(engine, { ids, by }, id) {
    const sentence = await discardOutside(engine, { ids, by });
    await answerAlone(engine, id, { kind: 'accepted', run: null, sentence });
  },
};
