import { setTimeout as wait } from 'node:timers/promises';

import { expect } from 'vitest';

import { isAlive, until } from '../../support/fault-processes.ts';
import { endingOf, post, productionPid, slowGraph, untilRunning } from '../../support/fault-service.ts';
import { hasRow, untilRow } from '../../support/fault-steps.ts';
import type { FaultCase } from '../../support/fault-suite.ts';
import { readFaults, spare, strike } from '../../support/fault-switches.ts';
import { type FaultWorld, inMutant } from '../../support/fault-world.ts';

/** A supervisor that asks whether production answers, and never whether it gets on. */
const answersOnly = {
  file: 'engine/services/look-after.ts',
  find: 'await stillness.look(instance);',
  replace: '',
} as const;

/** A supervisor that reads no logs. */
const noLogs = {
  file: 'engine/supervisor/looks.ts',
  find: "'what services write': () => logs.look(),",
  replace: '',
} as const;

/** How long a hung queue may stay untold. */
const limitMs = 60_000;

/** Lets the prompt that production works on stand still, and people go on posting. Returns whether that is told in time. */
async function isQueueTold(world: FaultWorld): Promise<boolean> {
  readFaults(world);
  await world.ok(['service', 'start', '--json']);
  strike(world, 'hang-queue');
  expect(await post(world.port, 'still', slowGraph(1, 'still'))).toBe(200);
  await untilRunning(world.port, 'still');
  for (const endMs = performance.now() + limitMs; performance.now() < endMs; await wait(500)) {
    if (hasRow(world, 'service.hung', { cause: 'queue', subject: 'still' })) return true;
    expect(await post(world.port, `more-${Math.round(performance.now())}`, slowGraph(1, 'more'))).toBe(200);
  }
  return false;
}

/** Lets the thread that runs prompts die. Returns whether that is told within fifteen seconds. */
async function isWorkerTold(world: FaultWorld): Promise<boolean> {
  readFaults(world);
  await world.ok(['service', 'start', '--json']);
  strike(world, 'worker-dead');
  expect(await post(world.port, 'lost', slowGraph(1, 'lost'))).toBe(200);
  const isTold = (): boolean =>
    hasRow(world, 'service.hung', { cause: 'worker' }) || hasRow(world, 'diagnosis.found', { signature: 'S43' });
  return until('a word about it', isTold, 15_000, 100).catch(() => false);
}

/** Production that is there, answers, and does not get on. */
export const hangCases: readonly FaultCase[] = [
  {
    id: 'F33-queue',
    title:
      'the prompt of production stands still while HTTP answers: told within 60 s, not killed, over when it gets on',
    control: async () =>
      (await inMutant([answersOnly], isQueueTold))
        ? undefined
        : 'a minute later it is healthy on record, and nothing is told',
    fault: async (world) => {
      expect(await isQueueTold(world)).toBe(true);
      await untilRow(world, 'alert.raised', { key: 'service:hung' });
      expect(isAlive(productionPid(world))).toBe(true);
      spare(world);
      await untilRow(world, 'service.unhung', { how: 'moves' });
      await untilRow(world, 'alert.ended', { key: 'service:hung' });
      await until('the prompt to end well', async () => (await endingOf(world.port, 'still')) === 'success');
    },
  },
  {
    id: 'F33-worker',
    title:
      'the thread that runs prompts dies while HTTP answers: told within 15 s, with what its log says; over when it is started anew',
    control: async () =>
      (await inMutant([answersOnly, noLogs], isWorkerTold))
        ? undefined
        : 'it is healthy on record, and nothing says that prompts wait for ever',
    fault: async (world) => {
      expect(await isWorkerTold(world)).toBe(true);
      await untilRow(world, 'service.hung', { cause: 'worker' });
      await untilRow(world, 'diagnosis.found', { signature: 'S43' });
      await untilRow(world, 'alert.raised', { key: 'service:hung' });
      spare(world);
      await world.ok(['service', 'restart', '--now', '--json']);
      await untilRow(world, 'service.unhung', { how: 'ended' });
      expect(await post(world.port, 'next', slowGraph(1, 'next'))).toBe(200);
      await untilRow(world, 'alert.ended', { key: 'service:hung' });
    },
  },
];
