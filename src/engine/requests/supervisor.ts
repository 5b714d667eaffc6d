import { row } from '../../domain/journal/kinds.ts';
import { isFrozen, stopFrozenProduction } from '../services/freeze.ts';
import { accepted, answerAlone, type Handlers } from './handler.ts';

export const supervisorRequests: Handlers<
  | 'supervisor.ping'
  | 'supervisor.overtaken'
  | 'supervisor.freeze'
  | 'supervisor.thaw'
  | 'supervisor.drain'
  | 'supervisor.stop'
> = {
  'supervisor.ping': (engine, _data, id) =>
    answerAlone(engine, id, { kind: 'accepted', run: null, sentence: 'The supervisor is there.' }),

  async 'supervisor.overtaken'(engine, overtaken, id) {
    const sentence = `A new supervisor took over from pid ${overtaken.pid}.`;
    await engine.ledger.append(
      [row('supervisor.overtaken', overtaken, { keys: ['supervisor-overtaken'] })],
      accepted(id, null, sentence),
    );
  },

  /** Taken once everything is at rest. A repeat is safe: the newest reason stands. */
  async 'supervisor.freeze'(engine, { reason, production, by }, id) {
    const stopped = production ? await stopFrozenProduction(engine) : null;
    const data = { isFrozen: true, reason, production: stopped?.sentence ?? null, by };
    const keys = ['freeze', ...(stopped === null || stopped.instance === null ? [] : [`frozen:${stopped.instance}`])];
    await engine.ledger.append([row('freeze.set', data, { keys })], accepted(id, null, 'Everything is frozen.'));
  },

  /** A repeat is safe. */
  async 'supervisor.thaw'(engine, { by }, id) {
    const wasFrozen = isFrozen(engine.ledger);
    const data = { isFrozen: false, reason: null, production: null, by };
    await engine.ledger.append(
      wasFrozen ? [row('freeze.set', data, { keys: ['freeze'] })] : [],
      accepted(id, null, wasFrozen ? 'Work goes on.' : 'Nothing was frozen.'),
    );
  },

  'supervisor.drain': (engine, _data, id) =>
    answerAlone(engine, id, { kind: 'accepted', run: null, sentence: 'The supervisor ends when what runs has ended.' }),

  'supervisor.stop': (engine, _data, id) =>
    answerAlone(engine, id, { kind: 'accepted', run: null, sentence: 'The supervisor ends when nothing is running.' }),
};
