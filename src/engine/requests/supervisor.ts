import { answerAlone, type Handlers } from './handler.ts';

export const supervisorRequests: Handlers<'supervisor.stop'> = {
  'supervisor.stop': (engine, _data, id) =>
    answerAlone(engine, id, { kind: 'accepted', run: null, sentence: 'The supervisor ends when nothing is running.' }),
};
