import { describe, expect, it } from 'vitest';

import type { ActionContext } from '../../../src/actions/_context.ts';
import { updateReport } from '../../../src/actions/update-report.ts';
import type { Offer } from '../../../src/domain/environments/offer.ts';
import { fakePythonFacts } from '../../fakes/fake-python.ts';
import { createWorld } from '../../fakes/fake-world.ts';

const day = 86_400_000;
const nowMs = Date.UTC(2026, 0, 31);
const offer = (version: string, ageDays: number | null): Offer => ({
  version,
  files: [
    {
      ...{ file: `x-${version}-py3-none-any.whl`, url: 'file:///x', sha256: null, sizeBytes: 1, yanked: null },
      ...{ requiresPython: null, uploadedAtMs: ageDays === null ? null : nowMs - ageDays * day },
    },
  ],
});

async function report(offers: Readonly<Record<string, readonly Offer[] | Error>>, silence: 'fails' | 'told' = 'fails') {
  const world = await createWorld();
  const { config } = world.context;
  const context = {
    store: world.store,
    baseTree: await world.store.treeOf(world.first),
    config,
    index: config.python.index,
    clock: { nowMs: () => nowMs, monotonicMs: () => 0 },
    signal: new AbortController().signal,
    interpreter: async () => fakePythonFacts,
    python: {
      offers: async ({ name }: { name: string }) => {
        const found = offers[name] ?? [];
        if (found instanceof Error) throw found;
        return found;
      },
    },
  } as unknown as ActionContext;
  const output = await updateReport.run(context, { silence });
  return { ...output, said: updateReport.describe(output, {} as never) };
}

describe('a report about updates', () => {
  it('tells what is newer, how old that is, and what may come', async () => {
    const { updates, nCurrent, unanswered, said } = await report({
      numpy: [offer('2.2.0', 3), offer('2.1.0', 40), offer('2.0.0', 90)],
      pillow: [offer('11.0.0', 90)],
      torch: new Error('no answer'),
    });
    expect(updates).toEqual([{ name: 'numpy', installed: '2.0.0', newest: '2.2.0', newestDays: 3, mayCome: '2.1.0' }]);
    expect({ nCurrent, unanswered }).toEqual({ nCurrent: 1, unanswered: ['torch'] });
    expect(said).toBe(
      '3 packages asked about, 1 current, 1 with newer versions; numpy 2.0.0 → 2.2.0 (3 days old, 2.1.0 may come); the index did not answer about: torch',
    );
  });

  it('fails where the index answers about none, or tells that', async () => {
    const silent = { numpy: new Error('no answer'), pillow: new Error('no answer'), torch: new Error('no answer') };
    await expect(report(silent)).rejects.toThrow('no answer');
    const { unanswered, absent, said } = await report(silent, 'told');
    expect({ unanswered, absent }).toEqual({ unanswered: ['numpy', 'pillow', 'torch'], absent: [] });
    expect(said).toContain('the index did not answer about: numpy, pillow, torch');
  });

  it('tells what the index does not have', async () => {
    const { absent, said } = await report({ numpy: [offer('2.0.0', 90)] });
    expect(absent).toEqual(['pillow', 'torch']);
    expect(said).toContain('not on the index: pillow, torch');
  });

  it('does not make up an age', async () => {
    const { updates } = await report({ numpy: [offer('2.2.0', null)] });
    expect(updates).toMatchObject([{ name: 'numpy', newestDays: null, mayCome: '2.2.0' }]);
  });

  it('says when all that is newer is too young', async () => {
    const { updates, said } = await report({ numpy: [offer('2.2.0', 3)] });
    expect(updates).toMatchObject([{ mayCome: null }]);
    expect(said).toContain('(3 days old, too young)');
  });
});
