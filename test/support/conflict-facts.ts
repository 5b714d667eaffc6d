import type { ConflictPair } from '../../src/domain/conflicts/pairs.ts';
import { waitingScene } from './journal-scene.ts';
import { base, exactTree } from './scene-facts.ts';
import type { SceneLedger } from './scene-ledger.ts';
import { addRun, moveRun } from './scene-rows.ts';

export const met: readonly ConflictPair[] = [
  {
    ...{ first: 'c1', second: 'r2', advice: 'person', textual: ['docs/notes.md'] },
    semantic: [{ fact: 'package:torch', first: '2.11.0', second: '' }],
  },
  {
    ...{ first: 'c1', second: 'r3', advice: 'regenerate', textual: [] },
    semantic: [{ fact: 'package:numpy', first: '2.1.0', second: '2.2.0' }],
  },
];

/** A change that waits for a person, and two runs at work that meet it. */
export function conflictScene(
  pairs: readonly ConflictPair[] = met,
  more: { readonly nLeftOut?: number } = {},
): SceneLedger {
  const scene = waitingScene();
  for (const [run, goal] of [
    ['r2', 'remove torch'],
    ['r3', 'upgrade numpy'],
  ] as const) {
    addRun(scene, run, goal, 'work');
    moveRun(scene, run, 'previewing', 'executing');
  }
  const work = { base, tree: exactTree };
  scene.add(
    'conflicts.found',
    {
      members: [
        { id: 'c1', kind: 'change', run: 'r1', title: 'Upgrade PyTorch to 2.11.0', ...work },
        { id: 'r2', kind: 'run', run: 'r2', title: 'remove torch', ...work },
        { id: 'r3', kind: 'run', run: 'r3', title: 'upgrade numpy', ...work },
      ],
      pairs,
      because: 'r3 was planned',
      durationMs: 12,
      ...more,
    },
    { keys: ['conflicts'] },
  );
  return scene;
}
