import { Fault } from '../../base/fault.ts';
import type { Engine } from '../engine.ts';
import { findProduction, notOurs, stopProduction } from '../instances/production.ts';
import { startFromBranch } from '../instances/start-from-branch.ts';
import { composedInstance } from '../instances/start.ts';
import { accepted, type Handlers } from './handler.ts';

export const serviceRequests: Handlers<'service.start' | 'service.stop' | 'service.restart'> = {
  async 'service.start'(engine, _data, id) {
    if (engine.config.service.mode === 'none') throw notOurs();
    const running = findProduction(engine);
    const view = running === undefined ? undefined : engine.host.find(running);
    if (view && view.state !== 'stopped')
      throw new Fault('NOTHING_TO_DO', `Production is running as ${running}.`, {
        state: 'Nothing was changed.',
        hints: ['orchestrate service restart'],
      });
    await startAnswered(engine, id);
  },

  async 'service.stop'(engine, { now }, id) {
    const instance = findProduction(engine);
    if (instance === undefined) {
      if (engine.config.service.mode === 'none') throw notOurs();
      throw new Fault('SERVICE_NOT_RUNNING', 'Production is not running under orchestrate.');
    }
    const answers = (nSaved: number) => accepted(id, null, engine.template.work.stoppedSentence(nSaved));
    await stopProduction(engine, { instance, run: null, answers, ...limitOf(now) });
  },

  async 'service.restart'(engine, { now }, id) {
    if (engine.config.service.mode === 'none') throw notOurs();
    const instance = findProduction(engine);
    if (instance !== undefined) await stopProduction(engine, { instance, run: null, ...limitOf(now) });
    await startAnswered(engine, id);
  },
};

const limitOf = (now: boolean): { limitMs?: number } => (now ? { limitMs: 0 } : {});

const startAnswered = (engine: Engine, id: number): Promise<string> =>
  startFromBranch(engine, {
    answers: (instance) =>
      accepted(id, null, `Production is ${instance} on :${composedInstance(engine, instance).port}.`),
  });
