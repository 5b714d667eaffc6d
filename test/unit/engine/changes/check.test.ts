import { describe, expect, it } from 'vitest';

import { checkChange } from '../../../../src/engine/changes/check.ts';
import { reviewChange } from '../../../../src/engine/changes/review.ts';
import { installed, lockOf } from '../../../fakes/fake-world.ts';
import { changeScene, type ChangeScene, type Edits, gated, never } from './change-scene.ts';

const checked = async (edits: Edits) => {
  const scene = await changeScene({ edits });
  await checkChange(scene.engine, 'c1');
  return scene.latest('change.checked');
};

describe('checkChange', () => {
  it('lets a change inside its scope be reviewed by the reviewers of its tree', async () => {
    expect(await checked({ 'requirements.in': 'numpy\n' })).toMatchObject({
      change: 'c1',
      outsideScope: [],
      reviewers: ['models-integ', 'ops-maint'],
      risk: 'medium',
      why: [],
    });
  });

  it('asks the owners of what lies outside its scope as well, each once', async () => {
    expect(await checked({ 'extra_model_paths.yaml': 'x\n', 'docs/models-integ/a.md': 'a' })).toMatchObject({
      outsideScope: ['docs/models-integ/a.md', 'extra_model_paths.yaml'],
      reviewers: ['models-integ', 'ops-maint'],
      risk: 'medium',
    });
  });

  it('calls a path that no tree owns a high risk', async () => {
    expect(await checked({ 'workflows/new.json': '{}' })).toMatchObject({
      outsideScope: ['workflows/new.json'],
      risk: 'high',
      why: ['workflows/new.json: outside the scope of every tree'],
    });
  });

  it.each(['orchestrate.yaml', 'agents/mine.md', 'CLAUDE.md', '.vscode/settings.json', 'docs/env-setup/.envrc'])(
    'calls a change of %s a high risk, whoever owns it',
    async (path) => {
      const { risk, why } = (await checked({ [path]: 'x: 1\n' })) ?? {};
      expect(risk).toBe('high');
      expect(why?.[0]).toContain(path);
    },
  );

  it('never makes the tree that proposes review itself', async () => {
    expect((await checked({ 'requirements.in': 'numpy\n' }))?.reviewers).not.toContain('env-setup');
  });
});

describe('draftChange', () => {
  it('names what is proposed, on what, by whom and which paths', async () => {
    const { drafted, world } = await changeScene({
      edits: { 'requirements.in': 'numpy\n', 'docs/env-setup/a.md': 'a', 'workflows/portrait.json': null },
    });
    expect(drafted).toMatchObject({
      change: 'c1',
      run: 'r1',
      base: world.first,
      title: 'upgrade numpy 2.0.0 → 2.1.0',
      authors: ['package-manager', 'validation-engineer'],
      paths: [
        { path: 'docs/env-setup/a.md', kind: 'added' },
        { path: 'requirements.in', kind: 'changed' },
        { path: 'workflows/portrait.json', kind: 'removed' },
      ],
    });
  });

  it('keeps the proposed tree under a ref of ours, so that nothing unmerged is lost', async () => {
    const { drafted, world } = await changeScene();
    const kept = await world.store.findRef('refs/orchestrate/changes/c1');
    expect(await world.store.treeOf(kept as never)).toBe(drafted.proposed);
  });
});

describe('what merges is another tree than what was proposed', () => {
  const versions = { ...installed, numpy: '2.0.0', pillow: '11.0.0' };
  const env = (requirements: string, packages: Readonly<Record<string, string>>) => ({
    'requirements.in': requirements,
    'requirements.lock': lockOf({ ...versions, ...packages }),
  });
  /** The lock is made anew on a branch that had moved: a package comes along that neither side has. */
  const madeAnew = async (): Promise<ChangeScene> => {
    const scene = await changeScene({
      config:
        'policy: { risk: [{ when: { package: along }, tier: high }], review: [{ when: { package: along }, ticket: true }] }\n',
      requirements: 'numpy==2.0.0\npillow==11.0.0\n',
      packages: versions,
      index: {
        numpy: { '2.0.0': {}, '2.1.0': {} },
        pillow: { '11.0.0': {}, '11.1.0': { needs: ['along'] } },
        along: { '3.0': {} },
      },
      edits: env('numpy==2.1.0\npillow==11.0.0\n', { numpy: '2.1.0' }),
      run: { yes: true },
    });
    scene.world.home.commitByHand(env('numpy==2.0.0\npillow==11.1.0\n', { pillow: '11.1.0' }));
    await gated(scene);
    return scene;
  };

  it('is ruled by what merges: a yes beforehand does not pass the rule about a package that came along', async () => {
    const scene = await madeAnew();
    expect(scene.latest('change.checked')).toMatchObject({ risk: 'medium' });
    expect(await reviewChange(scene.engine, 'c1', never)).toEqual({ kind: 'ask' });
    const { exact, base } = scene.latest('change.gated') ?? {};
    expect(scene.latest('change.checked')).toMatchObject({
      ...{ risk: 'high', exact, base },
      facts: expect.arrayContaining(['package:along']) as string[],
      asks: expect.arrayContaining([expect.objectContaining({ what: 'ticket' })]) as object[],
    });
    expect(scene.latest('approval.counted')).toMatchObject({ given: [] });
  });

  it('is looked at once, however often it is reviewed', async () => {
    const scene = await madeAnew();
    await reviewChange(scene.engine, 'c1', never);
    const n = scene.rows('change.checked').length;
    await reviewChange(scene.engine, 'c1', never);
    expect(scene.rows('change.checked')).toHaveLength(n);
  });

  it('is not looked at again where it is what was proposed', async () => {
    const scene = await changeScene({ run: { yes: true } });
    await gated(scene);
    expect(await reviewChange(scene.engine, 'c1', never)).toEqual({ kind: 'approved' });
    expect(scene.rows('change.checked')).toHaveLength(1);
  });
});
