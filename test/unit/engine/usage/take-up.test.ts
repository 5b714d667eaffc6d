import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import type { JsonObject } from '../../../../src/base/json.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';
import type { Engine } from '../../../../src/engine/engine.ts';
import { createUsageKeeper } from '../../../../src/engine/usage/keeper.ts';
import { takeUpUsage } from '../../../../src/engine/usage/take-up.ts';
import type { RanGraph } from '../../../../src/ports/index.ts';
import { startEngine } from '../../../fakes/fake-life.ts';
import { createWorld } from '../../../fakes/fake-world.ts';

const graph: JsonObject = {
  '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'base.safetensors' } },
  '2': { class_type: 'CLIPTextEncode', inputs: { text: 'nobody reads this', clip: ['1', 1] } },
};

async function served(told: readonly RanGraph[] | undefined) {
  const world = await createWorld();
  const { ledger } = await startEngine(world);
  await ledger.append([
    row('instance.composed', { instance: 'i1', port: 8188 } as never, { keys: ['instance:i1'] }),
    row('production.set', { instance: 'i1' } as never, { keys: ['production'] }),
  ]);
  const service = { ...world.service, asked: [] as number[] };
  if (told !== undefined)
    service.ranGraphs = async (_url, { most }) => {
      service.asked.push(most);
      return told.slice(-most);
    };
  const context = { ...world.context, ledger, outside: { ...world.context.outside, service } };
  return { world, context, service };
}

const ended = (promptId: string, given: Partial<RanGraph> = {}): RanGraph => ({
  ...{ promptId, graph, endedAtMs: 0, durationMs: 4_000, isSuccess: true },
  ...given,
});

describe('taking up what was used', () => {
  it('counts each prompt of the history once, and keeps nothing of its text', async () => {
    const { world, context } = await served([]);
    const nowMs = world.clock.nowMs();
    const told = [ended('p1', { endedAtMs: nowMs - 5 }), ended('p2', { endedAtMs: nowMs, isSuccess: false })];
    context.outside.service.ranGraphs = async () => told;
    expect(await takeUpUsage(context)).toEqual({ kind: 'taken', nNew: 2 });
    expect(await takeUpUsage(context)).toEqual({ kind: 'taken', nNew: 0 });
    expect(context.usage.models(0)).toEqual([
      { name: 'base.safetensors', times: 2, nFailed: 1, durationMs: 8_000, lastAtMs: nowMs },
    ]);
    const { prompts } = context.usage as unknown as { prompts: unknown };
    expect(JSON.stringify(prompts)).not.toContain('nobody reads');
  });

  it('asks for more where all that it was given is new', async () => {
    const many = Array.from({ length: 250 }, (_, nth) => ended(`p${nth}`));
    const { context, service } = await served(many);
    expect(await takeUpUsage(context)).toEqual({ kind: 'taken', nNew: 250 });
    expect(service.asked).toEqual([8, 100, 2_000]);
    await takeUpUsage(context);
    expect(service.asked).toEqual([8, 100, 2_000, 8]);
  });

  it('keeps what came where more of it is too much to tell', async () => {
    const many = Array.from({ length: 250 }, (_, nth) => ended(`p${nth}`));
    const { context } = await served(many);
    const { ranGraphs } = context.outside.service;
    context.outside.service.ranGraphs = (url, options) => {
      if (options.most > 100) return Promise.reject(new Fault('INSTANCE_UNHEALTHY', 'The answer is too long.'));
      return ranGraphs(url, options);
    };
    expect(await takeUpUsage(context)).toEqual({ kind: 'taken', nNew: 100 });
  });

  it('counts as now what a server tells of a time that cannot be', async () => {
    const { world, context } = await served([
      ended('p1', { endedAtMs: 9e15 }),
      ended('p2', { endedAtMs: -1, durationMs: 1e15 }),
    ]);
    await takeUpUsage(context);
    expect(context.usage.models(0)[0]).toMatchObject({ times: 2, lastAtMs: world.clock.nowMs(), durationMs: 4_000 });
  });

  it('says why nothing is told, where the server is silent and where none is there', async () => {
    const { context } = await served(undefined);
    expect(await takeUpUsage(context)).toEqual({
      kind: 'silent',
      reason: 'production on port 8188 does not tell its history',
    });
    const { context: stopped } = await served(undefined);
    await stopped.ledger.append([row('production.set', { instance: null } as never, { keys: ['production'] })]);
    expect(await takeUpUsage(stopped)).toEqual({ kind: 'silent', reason: 'production is stopped' });
  });

  it('is done at the interval of monitoring, not at each look around', async () => {
    const { world, context, service } = await served([]);
    const keeper = createUsageKeeper(context as unknown as Engine);
    await keeper.look();
    await keeper.look();
    expect(service.asked).toHaveLength(1);
    await world.clock.advance(context.config.monitoring.intervalMs);
    await keeper.look();
    expect(service.asked).toHaveLength(2);
  });
});
