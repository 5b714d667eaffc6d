import { row } from '../../domain/journal/kinds.ts';
import { accepted, answerAlone, type Handlers } from './handler.ts';

export const supervisorRequests: Handlers<'supervisor.ping' | 'supervisor.overtaken' | 'supervisor.stop'> = {
  'supervisor.ping': (engine, _data, id) =>
    answerAlone(engine, id, { kind: 'accepted', run: null, sentence: 'The supervisor is there.' }),

  async 'supervisor.overtaken'(engine, overtaken, id) {
    const sentence = `A new supervisor took over from pid ${overtaken.pid}.`;
    await engine.ledger.append(
      [row('supervisor.overtaken', overtaken, { keys: ['supervisor-overtaken'] })],
      accepted(id, null, sentence),
    );
  },

  'supervisor.stop': (engine, _data, id) =>
    answerAlone(engine, id, { kind: 'accepted', run: null, sentence: 'The supervisor ends when nothing is running.' }),
};
