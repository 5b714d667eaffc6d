import { Fault } from '../../base/fault.ts';
import { swarmUrlOf } from '../../domain/installation/swarm-ui.ts';
import type { Engine } from '../engine.ts';
import { requireProductionPort } from '../instances/production-port.ts';
import { findProduction, notOurs, stopProduction } from '../instances/production.ts';
import { startFromBranch } from '../instances/start-from-branch.ts';
import { baseUrl, composedInstance } from '../instances/start.ts';
import { actBySwarm, type SwarmAct } from '../services/by-swarm.ts';
import { restartProduction } from '../services/restart.ts';
import { hideSlot, showSlot } from '../services/show-slot.ts';
import { accepted, answerAlone, type Handlers } from './handler.ts';

export const serviceRequests: Handlers<
  'service.start' | 'service.stop' | 'service.restart' | 'service.show' | 'service.hide'
> = {
  async 'service.start'(engine, _data, id) {
    if (await answeredBySwarm(engine, { act: 'start', now: false, id })) return;
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
      if (await answeredBySwarm(engine, { act: 'stop', now, id })) return;
      if (engine.config.service.mode === 'none') throw notOurs();
      throw new Fault('SERVICE_NOT_RUNNING', 'Production is not running under orchestrate.');
    }
    const answers = (nSaved: number) => accepted(id, null, engine.template.work.stoppedSentence(nSaved));
    await stopProduction(engine, { instance, run: null, answers, ...limitOf(now) });
  },

  async 'service.restart'(engine, { now }, id) {
    if (await answeredBySwarm(engine, { act: 'restart', now, id })) return;
    await restartProduction(engine, { run: null, answers: startedAnswer(engine, id), ...limitOf(now) });
  },

  async 'service.show'(engine, asked, id) {
    const { slot, instance, port } = await engine.inShowTurn(asked.slot, () => showSlot(engine, asked));
    await answerAlone(engine, id, { kind: 'accepted', run: null, sentence: `${instance} shows ${slot} on :${port}.` });
  },

  async 'service.hide'(engine, { slot }, id) {
    const { instance } = await engine.inShowTurn(slot, () => hideSlot(engine, slot));
    await answerAlone(engine, id, { kind: 'accepted', run: null, sentence: `${instance} is stopped.` });
  },
};

/** Where production is SwarmUI's, SwarmUI does it. Nobody keeps its prompts: with some it is refused, unless they may be lost. */
async function answeredBySwarm(
  engine: Engine,
  { act, now, id }: { readonly act: SwarmAct; readonly now: boolean; readonly id: number },
): Promise<boolean> {
  const url = swarmUrlOf(engine.config);
  if (url === undefined) return false;
  if (act !== 'start' && !now) await requireNoPrompts(engine);
  const backends = await actBySwarm(engine, { url, act, request: id });
  const told = backends.map((one) => `backend ${one.id} is ${one.status}`).join(', ');
  await answerAlone(engine, id, { kind: 'accepted', run: null, sentence: `SwarmUI says: ${told}.` });
  return true;
}

/** A server that does not answer has no queue. */
async function requireNoPrompts(engine: Engine): Promise<void> {
  const port = requireProductionPort(engine);
  const queue = await engine.outside.service.queue(baseUrl(port)).catch((error: unknown) => {
    if (error instanceof Fault && error.code === 'INSTANCE_UNHEALTHY') return undefined;
    throw error;
  });
  const n = (queue?.running ?? 0) + (queue?.pending.length ?? 0);
  if (n === 0) return;
  throw new Fault(
    'SERVICE_HAS_PROMPTS',
    `ComfyUI on :${port} has ${n} ${n === 1 ? 'prompt' : 'prompts'}, which a stop by SwarmUI would lose.`,
    { state: 'Nothing was changed.', data: { port, nPrompts: n } },
  );
}

const limitOf = (now: boolean): { limitMs?: number } => (now ? { limitMs: 0 } : {});

const startedAnswer = (engine: Engine, id: number) => (instance: string) =>
  accepted(id, null, `Production is ${instance} on :${composedInstance(engine, instance).port}.`);
