import { onTestFinished } from 'vitest';

import type { RemovalTarget } from '../../../src/domain/removal/plan.ts';
import { carryOutRemoval } from '../../../src/engine/removal/carry-out.ts';
import { planRemoval } from '../../../src/engine/removal/plan-removal.ts';
import { prepareSlotSafely } from '../../../src/engine/removal/prepare-slot.ts';
import { readBranch } from '../../../src/engine/runs/preview.ts';
import { anna } from '../../fakes/fake-world.ts';
import { openRealWorld, type RealWorld } from './world.ts';

/** A home with one slot that is prepared and leased to nobody. */
export interface Scene extends RealWorld {
  readonly slot: string;
  readonly target: RemovalTarget;
  prepare(use?: string): Promise<unknown>;
  /** Obstacles that keep the slot, in order. */
  obstacles(toTrash?: boolean): Promise<readonly string[]>;
  remove(toTrash?: boolean): Promise<string>;
}

export async function scene(): Promise<Scene> {
  const world = await openRealWorld();
  onTestFinished(() => world.end());
  const { engine } = world;
  const slot = `${engine.paths.trees}/env-setup`;
  const target = { kind: 'slot', name: 'env-setup', dir: slot } as const;
  const made: Scene = {
    ...world,
    slot,
    target,
    async prepare(use = 'r1') {
      const { base } = await readBranch(engine);
      return prepareSlotSafely(engine, { slot: 'env-setup', commit: base, use, run: use, by: anna });
    },
    async obstacles(toTrash = false) {
      const [item] = (await planRemoval(engine, [target], { toTrash })).items;
      return item?.decision.kind === 'refused'
        ? item.decision.reasons.map(({ obstacle }) => obstacle).sort()
        : [String(item?.decision.kind)];
    },
    async remove(toTrash = true) {
      const [id = ''] = await carryOutRemoval(engine, await planRemoval(engine, [target], { toTrash }), anna);
      return id;
    },
  };
  await made.prepare();
  return made;
}

/** The code of the Fault that it ends with. */
export const code = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => (error as { code?: string }).code,
  );
