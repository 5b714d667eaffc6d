import { describe, expect, it } from 'vitest';

import { envChoose } from '../../../src/actions/env-choose.ts';
import { Fault } from '../../../src/base/fault.ts';
import type { FakePython } from '../../fakes/fake-python.ts';
import { createWorld, type World } from '../../fakes/fake-world.ts';
import { planningContext } from './planning-context.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** A world whose index tells when each version was published: so many milliseconds ago, or nothing where it is null. */
async function aged(ages: Record<string, Record<string, { ago: number | null; needs?: string[] }>>): Promise<World> {
  const nowMs = (await createWorld()).context.outside.clock.nowMs();
  const index: FakePython['index'] = Object.fromEntries(
    Object.entries(ages).map(([name, versions]) => [
      name,
      Object.fromEntries(
        Object.entries(versions).map(([version, { ago, needs = [] }]) => [
          version,
          { needs, ...(ago === null ? {} : { uploadedAtMs: nowMs - ago }) },
        ]),
      ),
    ]),
  );
  return createWorld({ index, packages: { numpy: '2.0.0', pillow: '11.0.0' }, requirements: 'numpy\npillow\n' });
}

async function upgradeNumpy(world: World, kind: 'url' | 'folder' = 'url') {
  const context = await planningContext(world);
  const asked: string[] = [];
  const python = {
    ...world.python,
    offers: async (options: Parameters<FakePython['offers']>[0]) => {
      asked.push(options.name);
      if (options.name === 'silent') throw new Fault('INDEX_UNREACHABLE', 'The index does not answer.');
      return world.python.offers(options);
    },
  };
  const index = kind === 'url' ? ({ kind, url: 'https://index.invalid/simple' } as const) : context.index;
  const draft = await envChoose.plan({ ...context, python, index }, envChoose.input.parse({ package: 'numpy' }));
  return { draft, asked };
}

const old = { ago: 400 * day };
const numpy = (needs: string[]) => ({ '2.0.0': old, '2.1.0': { ago: 100 * day, needs } });

describe('the age of what moves along', () => {
  it('takes the newest dependency that is old enough, and tells which was not', async () => {
    const world = await aged({
      numpy: numpy(['helper']),
      pillow: { '11.0.0': old },
      helper: { '1.0': old, '1.1': { ago: 30 * day }, '1.2': { ago: hour } },
    });
    const { draft, asked } = await upgradeNumpy(world);
    expect(draft.moves).toContainEqual({ name: 'helper', from: null, to: '1.1' });
    expect(draft.rejected).toEqual([{ name: 'helper', version: '1.2', why: 'less than a day old (you ask for 14)' }]);
    expect(draft.mustAsk).toBeNull();
    expect(draft.lockText).not.toContain('helper==1.2');
    expect(asked).toEqual(['numpy', 'helper']);
  });

  it('looks at what an older version brings along, too', async () => {
    const world = await aged({
      numpy: numpy(['helper']),
      pillow: { '11.0.0': old },
      helper: { '1.1': { ago: 30 * day, needs: ['other'] }, '1.2': { ago: hour } },
      other: { '1': old, '2': { ago: hour } },
    });
    const { draft } = await upgradeNumpy(world);
    expect(draft.moves.slice(1)).toEqual([
      { name: 'helper', from: null, to: '1.1' },
      { name: 'other', from: null, to: '1' },
    ]);
  });

  it('asks a person where nothing older fits, and says by name what is young', async () => {
    const world = await aged({
      numpy: numpy(['helper>=1.2', 'second']),
      pillow: { '11.0.0': old },
      helper: { '1.1': old, '1.2': { ago: hour } },
      second: { '1': old, '2': { ago: 2 * day } },
    });
    const { draft } = await upgradeNumpy(world);
    expect(draft.moves).toContainEqual({ name: 'helper', from: null, to: '1.2' });
    expect(draft.moves).toContainEqual({ name: 'second', from: null, to: '1' });
    expect(draft.mustAsk).toBe('helper 1.2 is less than a day old (you ask for 14), and comes all the same');
    expect(draft.warnings).toContain('helper 1.2 is less than a day old (you ask for 14), and nothing older fits');
  });

  it('tells an age that nobody tells as unknown', async () => {
    const world = await aged({
      numpy: numpy(['helper', 'silent']),
      pillow: { '11.0.0': old },
      helper: { '1.0': { ago: null } },
      silent: { '1.0': old },
    });
    const { draft } = await upgradeNumpy(world);
    expect(draft.warnings).toEqual(['how old helper 1.0, silent 1.0 is, nobody tells: policy.min-age was not judged']);
    expect(draft.mustAsk).toBeNull();
  });

  it('judges nothing in a folder of wheels, which tells no times', async () => {
    const world = await aged({ numpy: numpy(['helper']), pillow: { '11.0.0': old }, helper: { '1.0': { ago: null } } });
    const { draft, asked } = await upgradeNumpy(world, 'folder');
    expect({ warnings: draft.warnings, asked }).toEqual({ warnings: [], asked: ['numpy'] });
  });
});
