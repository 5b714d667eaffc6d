import { stringify } from 'yaml';

import type { Tree } from './types.ts';
import { durationText } from './units.ts';

/** Returns the text of `trees/<id>.yaml`; `parseTree` reads it back to the same value. What is empty is left out. */
export function printTree(tree: Omit<Tree, 'file'>): string {
  const { id, title, homePort, slots, scope, reviewers, questions, channels, listens, checks, scale } = tree;
  const lists = { questions, channels, listens, checks };
  return stringify(
    {
      id,
      title,
      'home-port': homePort,
      slots,
      scope,
      reviewers,
      ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
      ...(scale && {
        scale: {
          least: scale.least,
          most: scale.most,
          'when-waiting': scale.whenWaiting,
          idle: durationText(scale.idleMs),
        },
      }),
    },
    { lineWidth: 0 },
  );
}
