import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkInvariants } from './fault-invariants.ts';
import { FaultWorld, type WorldOptions } from './fault-world.ts';

/** One fault: something dies, is torn, is taken or is full. */
export interface FaultCase {
  readonly id: string;
  /** What happens, and what must come of it: a sentence. */
  readonly title: string;
  /** The same fault without the defence. Returns the harm that was seen; undefined makes the case void. */
  readonly control: (world: FaultWorld) => Promise<string | undefined> | string | undefined;
  /** The fault against the program. Throws when the promise is not held. */
  readonly fault: (world: FaultWorld) => Promise<void>;
  /** Makes a world of its own; cases without it share one. */
  readonly world?: WorldOptions;
  /** Production is not up at the end. */
  readonly noProduction?: boolean;
}

/** Runs the cases one after the other, each from the same start, and prints what came of them. */
export function faultSuite(name: string, cases: readonly FaultCase[]): void {
  describe(name, () => {
    const tried: string[] = [];
    const passed: string[] = [];
    const voided: string[] = [];
    let shared: FaultWorld | undefined;
    beforeAll(async () => {
      if (cases.every((one) => one.world)) return;
      shared = await FaultWorld.create();
      shared.keep('start');
    });
    afterAll(async () => {
      await shared?.remove();
      process.stdout.write(
        `faults: tried ${tried.length} / passed ${passed.length} / void ${voided.length}: ${passed.join(' ')}\n`,
      );
      const failed = tried.filter((id) => !passed.includes(id) && !voided.includes(id));
      if (failed.length > 0) process.stdout.write(`faults: failed ${failed.join(' ')}\n`);
    });
    it.each(cases.map((one) => [one.id, one.title, one] as const))('%s: %s', async (id, _title, one) => {
      tried.push(id);
      const own = one.world ? await FaultWorld.create(one.world) : undefined;
      const world = own ?? shared;
      if (!world) throw new Error('no world was made');
      try {
        if (own) own.keep('start');
        await world.bringBack('start');
        const harm = await one.control(world);
        if (harm === undefined) {
          voided.push(id);
          throw new Error(`${id} is void: without the defence nothing happened`);
        }
        await world.bringBack('start');
        await one.fault(world);
        expect(await checkInvariants(world, { production: one.noProduction !== true })).toEqual([]);
        passed.push(id);
      } finally {
        await own?.remove();
      }
    });
  });
}
