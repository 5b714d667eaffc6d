import { Fault } from '../../base/fault.ts';
import type { Engine } from '../engine.ts';
import { findProduction, notOurs, startProduction, stopProduction } from '../instances/production.ts';
import { composedInstance } from '../instances/start.ts';
import { tryLookOutside } from '../outside/look.ts';
import { readBranch } from '../runs/preview.ts';
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
    await startFromBranch(engine, id);
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
    await startFromBranch(engine, id);
  },
};

const limitOf = (now: boolean): { limitMs?: number } => (now ? { limitMs: 0 } : {});

/** Starts production from the branch; every prompt that an earlier stop saved is offered to it. */
async function startFromBranch(engine: Engine, id: number): Promise<void> {
  const { base } = await readBranch(engine);
  await tryLookOutside(engine, 'service start');
  const saved = await engine.template.work.saved(engine);
  await startProduction(engine, {
    tree: await engine.store.treeOf(base),
    signal: new AbortController().signal,
    answers: (instance) =>
      accepted(id, null, `Production is ${instance} on :${composedInstance(engine, instance).port}.`),
    before: async (instance) => {
      for (const from of saved) await engine.template.work.again(engine, { from, to: instance, run: null });
    },
  });
}
