import { describe, expect, it } from 'vitest';

import type { App } from '../../../src/app/app.ts';
import { usage } from '../../../src/app/operations/usage.ts';
import { lineText } from '../../../src/faces/cli/line.ts';
import { renderUsage } from '../../../src/faces/cli/render/usage.ts';
import type { UsedPrompt } from '../../../src/ports/index.ts';
import { startEngine } from '../../fakes/fake-life.ts';
import { createFakeUsage } from '../../fakes/fake-usage.ts';
import { createWorld, homeDir } from '../../fakes/fake-world.ts';

const day = 86_400_000;
const portrait = {
  '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'base.safetensors' } },
  '2': { class_type: 'KSampler', inputs: { model: ['1', 0], seed: 1 } },
};

async function used() {
  const world = await createWorld();
  const { ledger } = await startEngine(world);
  await world.clock.advance(100 * day);
  const counts = createFakeUsage();
  const nowMs = world.clock.nowMs();
  const app = {
    outside: world.context.outside,
    installation: async () => ({ ...world.context, ledger, usage: counts }),
  } as unknown as App;
  const show = (input: object) => usage.run(app, usage.input.parse(input));
  const text = async (input: object) => renderUsage(await show(input)).map((line) => lineText(line, false));
  return { world, counts, nowMs, show, text };
}

const prompt = (given: Partial<UsedPrompt> & Pick<UsedPrompt, 'promptId' | 'endedAtMs'>): UsedPrompt => ({
  ...{ durationMs: 3_600_000, hasFailed: false, shape: 'abcdef0123456789', classes: ['KSampler'], models: [] },
  ...given,
});

describe('usage', () => {
  it('names models that are not used: not by a prompt, not by a declared workflow, and not new', async () => {
    const { world, counts, nowMs, show, text } = await used();
    for (const name of ['base', 'lora', 'idle', 'fresh'])
      world.files.put(`${homeDir}/models/checkpoints/${name}.safetensors`, name.repeat(10));
    const info = world.context.outside.files.info;
    world.context.outside.files.info = async (path) => {
      const found = await info(path);
      return found === undefined || !path.endsWith('fresh.safetensors') ? found : { ...found, mtimeMs: nowMs - day };
    };
    world.files.put(`${homeDir}/workflows/portrait.json`, JSON.stringify(portrait));
    await counts.add([], nowMs - 90 * day);
    await counts.add([prompt({ promptId: '1', endedAtMs: nowMs - day, models: ['lora.safetensors'] })], nowMs);
    const { unused } = await show({});
    expect(unused).toMatchObject({ isKnown: true, nFiles: 4, sizeBytes: 40 });
    expect(unused.files.map(({ path }) => path)).toEqual([`${homeDir}/models/checkpoints/idle.safetensors`]);
    expect(await text({})).toContain(
      `1 of 4 model files not used since ${new Date(nowMs - 30 * day).toISOString().slice(0, 10)}: 40 bytes.`,
    );
  });

  it('says that it cannot know what was before it counted', async () => {
    const { world, counts, nowMs, show, text } = await used();
    world.files.put(`${homeDir}/models/checkpoints/idle.safetensors`, 'idle');
    expect(await show({})).toMatchObject({ countedSinceMs: null, notCounted: 'production is stopped' });
    await counts.add([], nowMs - 2 * day);
    expect((await show({})).unused.isKnown).toBe(false);
    expect((await text({})).join('\n')).toContain('Counting began later');
  });

  it('gives workflows the names of their files by what they do, and others none', async () => {
    const { world, counts, nowMs, show } = await used();
    world.files.put(`${homeDir}/workflows/portrait.json`, JSON.stringify(portrait));
    const { graphShape } = await import('../../../src/domain/usage/graph-shape.ts');
    const shape = graphShape(portrait, world.context.outside.digest.sha256);
    await counts.add(
      [
        prompt({ promptId: '1', endedAtMs: nowMs - 2, shape, models: ['base.safetensors'] }),
        prompt({ promptId: '2', endedAtMs: nowMs - 1, shape, models: ['other.safetensors'], hasFailed: true }),
        prompt({ promptId: '3', endedAtMs: nowMs }),
      ],
      nowMs,
    );
    const { workflows } = await show({});
    expect(workflows.map(({ name, times, nFailed, seconds }) => [name, times, nFailed, seconds])).toEqual([
      [null, 1, 0, 3_600],
      ['portrait', 2, 1, 7_200],
    ]);
  });

  it('forecasts the time of the next week with its error, and says why it cannot', async () => {
    const { counts, nowMs, show } = await used();
    expect((await show({})).forecast).toMatchObject({
      seconds: null,
      time: expect.stringContaining('too few days') as string,
      disk: expect.stringContaining('too few values') as string,
    });
    await counts.add([], nowMs - 40 * day);
    await counts.add(
      Array.from({ length: 30 }, (_, n) => prompt({ promptId: `${n}`, endedAtMs: nowMs - n * day - 1_000 })),
      nowMs,
    );
    const { forecast } = await show({});
    expect(forecast.seconds).toBeGreaterThan(6 * 3_600);
    expect(forecast.seconds).toBeLessThan(8 * 3_600);
    expect(forecast.lowSeconds).toBeLessThanOrEqual(forecast.seconds ?? 0);
    expect(forecast.highSeconds).toBeGreaterThanOrEqual(forecast.seconds ?? 0);
  });
});
