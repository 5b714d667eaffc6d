import { Fault } from '../../base/fault.ts';
import type { Engine } from '../engine.ts';
import { findProduction, notOurs, stopProduction } from '../instances/production.ts';
import { startFromBranch } from '../instances/start-from-branch.ts';
import { composedInstance } from '../instances/start.ts';
import { restartProduction } from '../services/restart.ts';
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
    await startFromBranch(engine, { answers: startedAnswer(engine, id) });
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
    await restartProduction(engine, { run: null, answers: startedAnswer(engine, id), ...limitOf(now) });
  },
};

const limitOf = (now: boolean): { limitMs?: number } => (now ? { limitMs: 0 } : {});

const startedAnswer = (engine: Engine, id: number) => (instance: string) =>
  accepted(id, null, `Production is ${instance} on :${composedInstance(engine, instance).port}.`);
