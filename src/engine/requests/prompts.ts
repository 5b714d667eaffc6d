import { row } from '../../domain/journal/kinds.ts';
import type { ServiceFacts } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import { cancelOnProduction } from '../instances/cancel-prompt.ts';
import { requireProductionPort } from '../instances/production-port.ts';
import { baseUrl } from '../instances/start.ts';
import { accepted, type Handlers } from './handler.ts';

/** An idle server has its models out of memory in this time. */
const freeMs = 5_000;
const lookEveryMs = 250;

export const promptRequests: Handlers<'prompt.cancel' | 'service.free'> = {
  async 'prompt.cancel'(engine, { promptId, by }, id) {
    const port = requireProductionPort(engine);
    const sentences = {
      running: `${promptId} was running and is stopped.`,
      waiting: `${promptId} was waiting and is off the queue.`,
      absent: `${promptId} was gone by then.`,
      stays: `${promptId} is to be stopped; it is there until the node that it is in ends.`,
    };
    await cancelOnProduction(engine, {
      ...{ key: `cancel-prompt:${id}`, promptId, port, by, run: null },
      answers: (was) => accepted(id, null, sentences[was]),
    });
  },

  async 'service.free'(engine, { by }, id) {
    const port = requireProductionPort(engine);
    const freed = await engine.perform(
      { key: `free:${id}`, name: 'take models out of memory', input: { port }, run: null },
      { act: () => free(engine, baseUrl(port)) },
    );
    await engine.ledger.append(
      [row('service.freed', { port, ...freed, by }, { keys: [`freed:${port}`] })],
      accepted(id, null, 'It was asked to take its models out of memory.'),
    );
  },
};

/** Asks, and looks whether it happens. A server that is busy does it when it is idle: that is not waited for. */
async function free(engine: Engine, url: string) {
  const { service, clock } = engine.outside;
  const { active, pending } = await service.queue(url);
  const before = deviceOf(await service.facts(url));
  await service.free(url);
  const nBusy = active.length + pending.length;
  const untilMs = clock.monotonicMs() + (nBusy === 0 ? freeMs : 0);
  let after = before;
  do {
    await clock.sleep(lookEveryMs);
    after = deviceOf(await service.facts(url)) ?? after;
  } while (clock.monotonicMs() < untilMs && (after?.freeBytes ?? 0) <= (before?.freeBytes ?? 0));
  return {
    device: before?.name ?? null,
    beforeBytes: before?.freeBytes ?? null,
    afterBytes: after?.freeBytes ?? null,
    nBusy,
  };
}

const deviceOf = (facts: ServiceFacts | undefined): ServiceFacts['devices'][number] | undefined => facts?.devices[0];
