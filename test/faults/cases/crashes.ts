import * as fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { expect } from 'vitest';

import { processesOf, textOf, until } from '../../support/fault-processes.ts';
import { endingOf, isFree, post, queueOf, slowGraph, untilRunning } from '../../support/fault-service.ts';
import { hasRow, untilRow } from '../../support/fault-steps.ts';
import type { FaultCase } from '../../support/fault-suite.ts';
import { readFaults, spare, strike } from '../../support/fault-switches.ts';
import { type FaultWorld, inMutant } from '../../support/fault-world.ts';

/** A keeper of production that makes no copies of its queue. */
const noCopies = {
  file: 'engine/services/look-after.ts',
  find: 'if (engine.config.service.restart === undefined || isCopying) return;',
  replace: 'if (instance !== "") return;',
} as const;

/** Nobody counts how many servers died under a prompt. */
const endless = {
  file: 'domain/services/retry.ts',
  find: 'const mostDeaths = 2;',
  replace: 'const mostDeaths = 1e9;',
} as const;

/** What dies is started again, however often it did. */
const uncapped = {
  file: 'domain/services/restart.ts',
  find: 'if (nTried >= rule.most)',
  replace: 'if (nTried < 0)',
} as const;

/** Production is started again after a death. */
const configure = (world: FaultWorld, most: number): void =>
  readFaults(world, ['restart: on-failure', `restart-most: ${most}`]);

const servers = (world: FaultWorld): number =>
  processesOf(world.base).filter((one) => one.argv.some((part) => part.endsWith('main.py'))).length;

/** Waits until the copy of an instance's queue says that the prompt runs, or until there would have been time for three. */
async function untilCopied(world: FaultWorld, instance: string, promptId: string): Promise<void> {
  const file = join(world.state, 'queues', `${instance}.json`);
  const limitMs = performance.now() + 7_000;
  while (performance.now() < limitMs) {
    const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '[]';
    const found = (JSON.parse(text) as { prompt_id: string; ran?: unknown }[]).find(
      (one) => one.prompt_id === promptId,
    );
    if (found?.ran !== undefined) return;
    await wait(50);
  }
}

/** Crashes production once in the middle of a prompt. Returns how both prompts ended on the server after it, where it knows them. */
async function crashOnce(world: FaultWorld): Promise<{ long: unknown; next: unknown }> {
  configure(world, 3);
  await world.ok(['service', 'start', '--json']);
  for (const [id, nNodes] of [
    ['long', 40],
    ['next', 1],
  ] as const)
    expect(await post(world.port, id, slowGraph(nNodes, id))).toBe(200);
  await untilRunning(world.port, 'long');
  await untilCopied(world, 'i1', 'long');
  strike(world, 'once crash-prompt');
  await untilRow(world, 'service.restarted', { instance: 'i1', now: 'i2' }, 60_000);
  const ends = () => Promise.all(['long', 'next'].map((id) => endingOf(world.port, id)));
  await until(
    'the queue to be done',
    async () => {
      const { running, pending } = await queueOf(world.port);
      return running.length + pending.length === 0;
    },
    60_000,
  );
  const [long, next] = await ends();
  return { long, next };
}

/**
 * Crashes each server in which the prompt `deadly` runs, until it runs in none or production is down for good. Returns the servers that
 * died under it, and how the prompt behind it ended.
 */
async function poison(world: FaultWorld): Promise<{ deaths: number; other: unknown; isUp: boolean }> {
  configure(world, 4);
  await world.ok(['service', 'start', '--json']);
  expect(await post(world.port, 'deadly', slowGraph(40, 'deadly'))).toBe(200);
  expect(await post(world.port, 'other', slowGraph(1, 'other'))).toBe(200);
  await untilRunning(world.port, 'deadly');
  await untilCopied(world, 'i1', 'deadly');
  const isOver = (): boolean =>
    hasRow(world, 'service.judged', { restarts: false }) || hasRow(world, 'prompt.givenUp', { promptId: 'deadly' });
  let deaths = 0;
  while (!isOver()) {
    const { running } = await queueOf(world.port).catch(() => ({ running: [] as string[] }));
    if (running.includes('deadly')) {
      strike(world, 'once crash-prompt');
      deaths += 1;
      await until('the server to die', async () => !(await queueOf(world.port).catch(() => undefined)), 20_000);
    }
    await wait(20);
  }
  const other = await until(
    'the prompt behind it to end',
    () => endingOf(world.port, 'other').catch(() => undefined),
    20_000,
  ).catch(() => undefined);
  return { deaths, other, isUp: servers(world) === 1 };
}

/** Lets every start of production die, after one that lived. Returns how often it was tried within a minute. */
async function dieAtEachStart(world: FaultWorld): Promise<number> {
  configure(world, 2);
  await world.ok(['service', 'start', '--json']);
  expect(await post(world.port, 'long', slowGraph(40, 'long'))).toBe(200);
  await untilRunning(world.port, 'long');
  strike(world, 'crash-boot=3', 'crash-prompt');
  await until(
    'an end of it',
    () => hasRow(world, 'service.judged', { restarts: false }) || world.rows('service.restarted').length > 2,
    90_000,
    200,
  );
  return world.rows('service.restarted').length;
}

export const crashCases: readonly FaultCase[] = [
  {
    id: 'F10-crash',
    title:
      'production crashes in the middle of a prompt: it is started again, and that prompt and those behind it end well',
    control: async () => {
      const { long, next } = await inMutant([noCopies], crashOnce);
      return long === undefined && next === undefined
        ? 'the new server knows neither prompt: both are lost'
        : undefined;
    },
    fault: async (world) => {
      expect(await crashOnce(world)).toEqual({ long: 'success', next: 'success' });
      expect(world.rows('queue.restored').at(-1)?.data).toMatchObject({ from: 'i1', to: 'i2', nAccepted: 2 });
      await untilRow(world, 'alert.ended', { key: 'service:down' });
      expect(servers(world)).toBe(1);
    },
  },
  {
    id: 'F10-poison',
    title:
      'every server dies under one prompt: it is given up after the second death, kept, and what waits behind it is done',
    control: async () => {
      const { deaths, other } = await inMutant([endless], poison);
      return deaths > 2 && other === undefined
        ? `${deaths} servers died under it, and what waits behind it was never done`
        : undefined;
    },
    fault: async (world) => {
      expect(await poison(world)).toEqual({ deaths: 2, other: 'success', isUp: true });
      const { instance } = world.rows('prompt.givenUp').at(-1)?.data ?? {};
      const kept = join(world.state, 'queues', `${textOf(instance)}.given-up.json`);
      expect(fs.readFileSync(kept, 'utf8')).toContain('deadly');
    },
  },
  {
    id: 'F10-cap',
    title:
      'production dies at each start: it is tried as often as the rule says, then it stays down, told, with its port free',
    control: async () => {
      const tried = await inMutant([uncapped], dieAtEachStart);
      return tried > 2 ? `it was started ${tried} times where two are allowed` : undefined;
    },
    fault: async (world) => {
      expect(await dieAtEachStart(world)).toBe(2);
      expect(world.rows('alert.raised').filter((one) => one.data['key'] === 'service:down')).toHaveLength(1);
      expect(servers(world)).toBe(0);
      expect(await isFree(world.port)).toBe(true);
      spare(world);
      expect((await world.ok(['service', 'start', '--json'])).json).toMatchObject({ state: 'healthy' });
    },
  },
];
