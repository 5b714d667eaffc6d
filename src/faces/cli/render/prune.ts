import { countText, listText, roomText } from '../../../app/views/text.ts';
import type { PrunePlan, KeptEnvironment } from '../../../domain/restore/prune-plan.ts';
import { nextLine } from '../failure.ts';
import { dim, good, strong, warn, type Line } from '../line.ts';
import { rowsText } from './words.ts';

interface Pruned extends PrunePlan {
  readonly state: 'planned' | 'pruned' | 'nothing';
  readonly hash: string;
  readonly withWheels: boolean;
  readonly kept: readonly KeptEnvironment[];
  readonly totals: { readonly freeBytes: number };
  readonly row: number | null;
}

/** Digits of the plan's hash that people are shown. */
const SHOWN_DIGITS = 12;

/** Renders `restore prune`: what goes with what that makes of the restore points, then what stays and why. */
export function renderPrune(pruned: Pruned): readonly Line[] {
  const { state, withWheels, evictions, wheels, removals, kept, freedBytes, totals, row } = pruned;
  if (state === 'nothing') return [[good('Nothing to take away: the rule keeps everything.')], ...kept.map(keptLine)];
  const head: Line =
    state === 'pruned'
      ? [good('Freed '), strong(roomText(freedBytes)), dim(rowsText(row === null ? [] : [row]))]
      : [
          strong(`Plan ${pruned.hash.slice(0, SHOWN_DIGITS)}`),
          ` frees ${roomText(freedBytes)}, ${roomText(totals.freeBytes)} are free now`,
        ];
  return [
    head,
    ...evictions.map(({ environment, sizeBytes, points, to }): Line => [
      `  environment ${environment.slice(0, 12)}, ${roomText(sizeBytes)}: `,
      to === null ? 'no restore point needs it' : `${listText(points)} ready → `,
      to === null ? '' : to === 'offline' ? to : warn(to),
    ]),
    ...wheels.map(({ sha256, sizeBytes, points }): Line => [
      `  wheel ${sha256.slice(0, 12)}, ${roomText(sizeBytes)}: `,
      points.length === 0 ? 'no restore point needs it' : warn(`${listText(points)} need the network then`),
    ]),
    ...removals.map(({ what, path, sizeBytes, why }) => `  ${what} ${path}, ${roomText(sizeBytes)}: ${why}`),
    ...(kept.length === 0
      ? []
      : [[dim(`${countText(kept.length, 'environment')} stay${kept.length === 1 ? 's' : ''}:`)]]),
    ...kept.map(keptLine),
    ...(state === 'planned'
      ? [
          nextLine(
            `orchestrate restore prune${withWheels ? ' --wheels' : ''} --yes --plan ${pruned.hash.slice(0, SHOWN_DIGITS)}`,
          ),
        ]
      : []),
  ];
}

const keptLine = ({ environment, sizeBytes, why }: KeptEnvironment): Line => [
  dim(`  ${environment.slice(0, 12)}, ${roomText(sizeBytes)}: ${why}`),
];
