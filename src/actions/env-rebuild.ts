import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { isBorrowed, printLock } from '../domain/environments/lock.ts';
import { unpackedBytes } from '../domain/environments/unpacked.ts';
import type { EnvironmentCondition } from '../ports/index.ts';
import { definePlanningAction } from './_context.ts';
import { readEnvironment } from './_environment-before.ts';
import { findKeptWheel } from './_kept-wheel.ts';

/**
 * Builds the environment of the same lock once more, beside the one that is there: for one whose files somebody changed, or that was
 * taken away. The lock gets a new build number, which names the new environment; no package moves. Writes nothing.
 */
export const envRebuild = definePlanningAction({
  id: 'env.rebuild',
  summary: 'Build the environment of the same lock anew',
  effect: 'plan',
  input: z.object({}),
  async plan(context) {
    const { lock } = await readEnvironment(context);
    if (isBorrowed(lock)) {
      throw new Fault('NOTHING_TO_DO', 'The environment is the one that was found: there is no lock to build from.', {
        hints: [
          'orchestrate run "relock environment"   (makes one of our own, with the versions of today where it can)',
        ],
        state: 'Nothing was changed.',
      });
    }
    const build = (lock.build ?? 1) + 1;
    const condition = await context.environmentNow();
    const sizes = lock.packages.map((one) => one.sizeBytes ?? 0);
    const { files, paths } = context;
    const kept = await Promise.all(lock.packages.map((one) => findKeptWheel(files, paths.wheels, one)));
    const missing = lock.packages.filter((_, index) => kept[index] === undefined);
    const isSizeKnown = missing.every((one) => one.sizeBytes !== null);
    return {
      moves: [],
      rejected: [],
      lockText: printLock({ ...lock, build }),
      requirementsText: null,
      downloadBytes: isSizeKnown ? missing.reduce((sum, one) => sum + (one.sizeBytes ?? 0), 0) : null,
      diskBytes:
        'sizeBytes' in condition ? condition.sizeBytes : unpackedBytes(sizes.reduce((sum, size) => sum + size, 0)),
      notes: [`the environment of the same lock, built anew (build ${build}); ${nowSentence(condition)}`],
      warnings: [],
    };
  },
});

function nowSentence(condition: EnvironmentCondition): string {
  switch (condition.kind) {
    case 'missing':
      return 'the one of today is not on disk';
    case 'intact':
      return 'the one of today is as it was built, and stays';
    case 'drifted':
      return `of the one of today other files than were built: ${condition.changed.slice(0, 3).join(', ')}${condition.changed.length > 3 ? ` and ${condition.changed.length - 3} more` : ''}; it stays as it is`;
  }
}
