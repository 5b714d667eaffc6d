import { describe, expect, it } from 'vitest';

import { liveSentence } from '../../../src/app/views/live-view.ts';
import { fakeApp } from '../../support/fake-app.ts';
import { doneScene } from '../../support/journal-scene.ts';

const progress = {
  node: '3',
  nodeClass: 'KSampler',
  steps: { value: 12, max: 20 },
  nDone: 2,
  nNodes: 4,
  percent: 65,
  text: null,
  nPreviews: 4,
};

function tell(text: string | undefined): Promise<string | null> {
  const scene = doneScene();
  const files = { readText: async (path: string) => (path.endsWith('/live/r1.json') ? text : undefined) };
  return liveSentence(fakeApp(scene, { outside: { files } }), 'r1');
}
const nowMs = doneScene().nowMs();
const file = (more: object = {}) =>
  JSON.stringify({ atMs: nowMs - 500, workflow: 'portrait', nth: 1, nAll: 3, progress, ...more });

describe('a workflow that runs', () => {
  it('is told with its node, its steps and how far it is', async () => {
    expect(await tell(file())).toBe('portrait (1 of 3) 65 %: KSampler 3, 12 of 20');
  });

  it('is told no longer when nobody tells it any more, and never from a file that is no such thing', async () => {
    expect(await tell(file({ atMs: nowMs - 60_000 }))).toBeNull();
    for (const text of [undefined, '', '{"atMs":', '[]', file({ progress: 7 })]) expect(await tell(text)).toBeNull();
  });
});
