import type { thaw } from '../../../app/operations/thaw.ts';
import { countText, listText, spanText } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { dim, type Line, strong, warn } from '../line.ts';

type Found = Awaited<ReturnType<(typeof thaw)['run']>>;

/** Renders `freeze` and `thaw`. */
export function renderFreeze(found: Found): readonly Line[] {
  const { isFrozen, by, reason, production, runs, stopped, leases, ending, durationMs } = found;
  const nHeld = countText(runs.length, 'run');
  if (!isFrozen)
    return [
      [strong('work goes on'), durationMs === null ? '' : dim(` · ${nHeld} had been held`)],
      nextLine('orchestrate status'),
    ];
  return [
    [
      strong('frozen'),
      `${by === null ? '' : ` by ${by}`}${reason === null ? '' : `: ${reason}`}`,
      dim(durationMs === null ? '' : ` · at rest after ${spanText(durationMs)}`),
    ],
    `${nHeld} held${leases.length === 0 ? '' : `, ${countText(leases.length, 'lease')} kept`}${stopped.length === 0 ? '' : `, stopped ${listText(stopped)}`}`,
    production ?? 'Production was left as it is.',
    ...ending.map((one): Line => [warn('! '), `${one} cannot be broken off: it goes on to its end`]),
    nextLine('orchestrate thaw'),
  ];
}
