import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, expect } from 'vitest';

import type { CommandResult } from './fault-program.ts';
import { expectDone } from './fault-steps.ts';
import type { FaultWorld } from './fault-world.ts';
import { listAt, textAt } from './program.ts';
import { sceneWorld } from './scene-home.ts';

export const upgrade = ['run', 'upgrade pytorch'] as const;

export interface Everyday {
  readonly world: FaultWorld;
  /** The version in the lock of home. */
  readonly torch: () => string;
  readonly head: () => string;
  readonly treeOf: (commit: string) => string;
  /** A run whose change waits for the person. */
  readonly waiting: () => Promise<{ run: string; change: string; result: CommandResult }>;
  readonly activeRuns: () => Promise<readonly string[]>;
}

/**
 * Makes an installation for the tests of a file. Every test begins with the torch that `init` found, no run under way and production up.
 * Its parts may be asked for inside tests only.
 */
export function everyday(): Everyday {
  let world: FaultWorld;
  beforeAll(async () => {
    world = await sceneWorld();
  });
  afterAll(() => world.remove());
  const torch = (): string =>
    /^torch===(\S+)/m.exec(fs.readFileSync(join(world.home, 'requirements.lock'), 'utf8'))?.[1] ?? '';
  const activeRuns = async (): Promise<readonly string[]> => {
    const { json } = await world.ok(['runs', 'list', '--active', '--json']);
    return listAt(json, 'runs').map((one) => textAt(one, 'run'));
  };
  beforeEach(async () => {
    for (const run of await activeRuns()) await world.ok(['runs', 'cancel', run, '--json']);
    if (torch() !== '2.10.0') expectDone(await world.run(['restore', 'to', '0', '--yes', '--json']));
  });
  return {
    get world() {
      return world;
    },
    torch,
    activeRuns,
    head: () => world.git(['rev-parse', 'refs/heads/main']),
    treeOf: (commit) => world.git(['rev-parse', `${commit}^{tree}`]),
    async waiting() {
      const result = await world.run([...upgrade, '--json']);
      expect(result.exitStatus, result.err).toBe(7);
      const { run, change } = result.json as { run: string; change: { change: string } };
      return { run, change: change.change, result };
    },
  };
}
