import { describe, expect, it } from 'vitest';

import { row } from '../../../../src/domain/journal/kinds.ts';
import type { Engine } from '../../../../src/engine/engine.ts';
import {
  acceptFingerprint,
  findTampering,
  preparationKey,
  requireUntampered,
} from '../../../../src/engine/tasks/tamper.ts';
import { executing } from '../runs/run-scene.ts';

const program = { kind: 'program', name: 'slot' } as const;
/** Git files that a slot brings. */
const slotFiles = { 'trees/env-setup@2/.git': 'a', 'worktrees/env-setup@2/HEAD': 'b' };

/** A run `r1` at work whose git files were accepted, and `r2` that has just begun to prepare the second slot. */
async function twoRuns() {
  const { world, life } = await executing();
  const { engine } = life;
  await acceptFingerprint(engine, program, 'r1');
  await engine.host.create('run', 'r2', { subject: 'r2', previewOnly: false });
  const tree = engine.definitions.trees.get('env-setup');
  if (tree === undefined) throw new Error('no tree');
  expect((await engine.leases.take({ run: 'r2', tree, signal: new AbortController().signal })).slot).toBe(
    'env-setup@2',
  );
  const key = preparationKey('r2', 'env-setup@2');
  await engine.ledger.append([
    row('effect.intended', { key, name: 'prepare the slot', input: {} }, { run: 'r2', keys: [`effect:${key}`] }),
  ]);
  Object.assign(world.home.items, slotFiles);
  const finish = async (): Promise<void> => {
    await acceptFingerprint(engine, program, 'r2');
    const done = { key, name: 'prepare the slot', output: {}, how: 'did', durationMs: 1 } as const;
    await engine.ledger.append([row('effect.done', done, { run: 'r2', keys: [`effect:${key}`] })]);
  };
  return { world, engine, finish };
}

describe('git files of home', () => {
  it('of a slot that another run is preparing are nobody’s tampering', async () => {
    const { engine, finish } = await twoRuns();
    expect(await findTampering(engine)).toEqual([]);
    await finish();
    expect(await findTampering(engine)).toEqual([]);
  });

  it('of a slot that another run finishes in the very moment of the look are none either', async () => {
    const { engine, finish } = await twoRuns();
    let isFirst = true;
    const home: Engine['home'] = {
      ...engine.home,
      async fingerprint(slots) {
        const found = await engine.home.fingerprint(slots);
        if (isFirst) await finish();
        isFirst = false;
        return found;
      },
    };
    expect(await findTampering({ ...engine, home })).toEqual([]);
  });

  it('are watched all the same while a slot is prepared, and its own as soon as it is', async () => {
    const { world, engine, finish } = await twoRuns();
    world.home.items['hooks/post-commit'] = 'evil';
    await expect(requireUntampered(engine, { run: 'r1', task: 'r1.a' })).rejects.toMatchObject({
      code: 'TREE_TAMPERED',
      data: { differences: [{ item: 'hooks/post-commit', kind: 'added' }] },
    });
    delete world.home.items['hooks/post-commit'];
    await finish();
    world.home.items['worktrees/env-setup@2/HEAD'] = 'moved';
    expect(await findTampering(engine)).toEqual([{ item: 'worktrees/env-setup@2/HEAD', kind: 'changed' }]);
  });
});
