import { expect, it } from 'vitest';

import { lookAtProduction } from '../../../../src/engine/doctor/looks/production.ts';
import { by, type Scene, supervised } from '../supervisor/supervised-scene.ts';

async function found(scene: Scene, edits: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { context, home, ledgers, store } = scene.world;
  const commit = home.commitByHand(edits);
  await store.importCommit({ gitDir: context.paths.gitDir, commit, name: 'branch' });
  const { findings } = await lookAtProduction({ ...context, ledger: ledgers.open() }, { isDeep: false });
  return findings.map(({ id }) => id);
}

it('a merge of documents does not make production old; one of its settings does', async () => {
  const scene = await supervised();
  await scene.ask('service.start', { by });
  expect(await found(scene, { 'docs/notes.md': 'a note\n' })).toEqual([]);
  const text = (await scene.world.files.readText(`${scene.world.context.paths.home}/orchestrate.yaml`)) ?? '';
  const settings = text.replace('port: 8188', 'port: 8188\n  args: [--lowvram]');
  expect(await found(scene, { 'orchestrate.yaml': settings })).toEqual(['production-behind:i1']);
});
