import { row } from '../../domain/journal/kinds.ts';
import { requirePerson } from '../policy/answerer.ts';
import { findProductionProcesses, instancesOf, isFrozen, stopFrozenProduction } from '../services/freeze.ts';
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
    const frozen = { isFrozen: true, reason, by };
    const found = production ? await findProductionProcesses(engine) : [];
    const keys = ['freeze', ...instancesOf(engine, found).map((instance) => `frozen:${instance}`)];
    // Before they are stopped: after a kill in between nobody takes their end for a death.
    if (found.length > 0) await engine.ledger.append([row('freeze.set', { ...frozen, production: null }, { keys })]);
    const data = { ...frozen, production: production ? await stopFrozenProduction(engine, found) : null };
    await engine.ledger.append([row('freeze.set', data, { keys })], accepted(id, null, 'Everything is frozen.'));
  },

  /** A repeat is safe. Fault: `REVIEW_SELF`. */
  async 'supervisor.thaw'(engine, { by }, id) {
    requirePerson(by, 'what is frozen');
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
