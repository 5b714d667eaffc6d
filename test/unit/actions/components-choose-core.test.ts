import { beforeEach, describe, expect, it } from 'vitest';

import type { PlanningContext } from '../../../src/actions/_context.ts';
import { componentsChooseCore } from '../../../src/actions/components-choose-core.ts';
import { asGitTreeId } from '../../../src/base/ids.ts';
import { parseComponents, printComponents } from '../../../src/domain/instances/components.ts';
import type { PlanDraft } from '../../../src/domain/plans/plan.ts';
import { fakePythonFacts } from '../../fakes/fake-python.ts';
import { adoptComponent, createWorld, type World } from '../../fakes/fake-world.ts';

const source = 'https://example.invalid/ComfyUI';
const v1 = {
  'main.py': 'one\n',
  'nodes.py': 'a\n',
  'comfyui_version.py': '__version__ = "0.3.64"\n',
  'requirements.txt': 'numpy\npillow\ntorch\n',
  'models/checkpoints/put_here': '',
};
const v2 = {
  ...v1,
  'main.py': 'two\n',
  'comfyui_version.py': '__version__ = "0.8.0"\n',
  'requirements.txt': 'numpy>=2.1\npillow\ntorch\nfilelock\n',
};
const index = {
  numpy: { '2.0.0': {}, '2.1.0': {} },
  pillow: { '11.0.0': {} },
  torch: { '2.8.0': {}, '2.9.0': {} },
  filelock: { '3.0': {} },
};

let world: World;
const onBranch = new Set<string>();

beforeEach(async () => {
  world = await createWorld({ index });
  onBranch.clear();
  await world.sources.put({ source, name: 'v0.3.64', files: v1 });
  await world.sources.put({ source, name: 'v0.8.0', files: v2 });
});

/** Plans on a branch whose ComfyUI is v0.3.64 with these files edited. */
async function plan(
  asked: Record<string, string> = {},
  options: { edits?: Record<string, string>; commit?: string | null; requirements?: string } = {},
): Promise<PlanDraft> {
  const { store, sources } = world;
  const versions = await sources.versions(source);
  const old = versions.find((one) => one.name === 'v0.3.64')?.commit ?? null;
  const { 'models/checkpoints/put_here': _model, ...program } = v1;
  const tree = await store.editTree(
    asGitTreeId('4b825dc642cb6eb9a060e54bf8d69288fbee4904'),
    new Map(Object.entries({ ...program, ...options.edits })),
  );
  await adoptComponent(store, tree);
  const commit = options.commit === undefined ? old : options.commit;
  const lock = printComponents([{ id: 'comfyui', path: '.', source, commit, tree }]);
  const requirements = options.requirements ?? 'numpy\npillow\ntorch\n';
  const baseTree = await store.editTree(
    await store.treeOf(world.first),
    new Map([
      ['components.lock', lock],
      ['requirements.in', requirements],
    ]),
  );
  const { config, paths, outside } = world.context;
  const context: PlanningContext = {
    ...outside,
    memory: world.context.memory,
    failedBefore: async () => [],
    config,
    paths,
    store,
    sources,
    interpreter: async () => fakePythonFacts,
    index: config.python.index,
    baseTree,
    environmentNow: async () => ({ kind: 'missing' }),
    wasOnBranch: async (component) => onBranch.has(component),
    signal: new AbortController().signal,
    mark: 'demo/r1',
    outsideChanges: async () => [],
    definitions: { agents: new Map(), trees: new Map(), playbooks: new Map() },
    questions: new Set<string>(),
    treeInUse: async () => undefined,
    pointName: async (asked) => asked,
    bisectLine: async () => ({ good: 'a', bad: 'b', nCommits: 1 }),
  };
  return componentsChooseCore.plan(context, componentsChooseCore.input.parse(asked));
}

const fileOf = async (draft: PlanDraft, path: string): Promise<string | undefined> => {
  const [core] = parseComponents(draft.files?.[0]?.text ?? '');
  const bytes = core && (await world.store.readFile(asGitTreeId(core.tree), path));
  return bytes && new TextDecoder().decode(bytes);
};

describe('components.choose-core', () => {
  it('moves ComfyUI to its newest release, its requirements and the lock with it', async () => {
    const draft = await plan();
    expect(draft.notes?.[0]).toMatch(/^ComfyUI v0\.3\.64 → v0\.8\.0 \([0-9a-f]{7}\), 3 files changed$/);
    expect(draft.requirementsText).toBe('numpy>=2.1\npillow\ntorch\nfilelock\n');
    expect(draft.moves).toEqual([
      { name: 'numpy', from: '2.0.0', to: '2.1.0' },
      { name: 'filelock', from: null, to: '3.0' },
    ]);
    expect(await fileOf(draft, 'main.py')).toBe('two\n');
    expect(await fileOf(draft, 'models/checkpoints/put_here')).toBeUndefined();
  });

  it('asks a person before code runs that never ran here', async () => {
    const draft = await plan();
    expect(draft.mustAsk).toContain('was never part of this branch');
    const [core] = parseComponents(draft.files?.[0]?.text ?? '');
    // A plan that was approved is no word about the code for ever: the change may have been rejected.
    await adoptComponent(world.store, asGitTreeId(core?.tree ?? ''));
    expect((await plan()).mustAsk).toContain('was never part of this branch');
    onBranch.add(core?.tree ?? '');
    expect((await plan()).mustAsk).toBeNull();
  });

  it('carries the edits of the person over, and says which', async () => {
    const draft = await plan({}, { edits: { 'nodes.py': 'mine\n' } });
    expect(await fileOf(draft, 'nodes.py')).toBe('mine\n');
    expect(await fileOf(draft, 'main.py')).toBe('two\n');
    expect(draft.notes?.[2]).toBe('carries over your edits of 1 files: nodes.py');
    expect(parseComponents(draft.files?.[0]?.text ?? '')[0]?.edits).toMatchObject({ files: 1 });
  });

  it('refuses edits that do not fit, with their paths, unless they are to be dropped', async () => {
    const edits = { 'main.py': 'mine\n' };
    await expect(plan({}, { edits })).rejects.toMatchObject({ code: 'CHANGE_CONFLICT', data: { paths: ['main.py'] } });
    const draft = await plan({ edits: 'drop' }, { edits });
    expect(await fileOf(draft, 'main.py')).toBe('two\n');
    expect(draft.warnings).toContain('your edits of main.py are left behind');
  });

  it('finds out by its own version file what an archive came from', async () => {
    expect((await plan({}, { commit: null, edits: { 'nodes.py': 'mine\n' } })).notes?.[2]).toContain('nodes.py');
    await expect(plan({}, { commit: null, edits: { 'comfyui_version.py': '' } })).rejects.toMatchObject({
      code: 'COMPONENT_VERSION_NOT_FOUND',
      hints: [expect.stringContaining('--set base=')],
    });
    const dropped = await plan(
      { base: 'v0.3.64', edits: 'drop' },
      { commit: null, edits: { 'comfyui_version.py': '' } },
    );
    expect(dropped.warnings).toContain('your edits of comfyui_version.py are left behind');
  });

  it('keeps a line of requirements.in that the person changed, and says what was asked for', async () => {
    const draft = await plan({}, { requirements: 'numpy==2.0.0\npillow\ntorch\n' });
    expect(draft.requirementsText).toContain('numpy==2.0.0');
    expect(draft.warnings).toContain('requirements.in keeps your numpy==2.0.0; ComfyUI v0.8.0 asks for numpy>=2.1');
  });

  it('keeps torch where it is, though a newer one is offered', async () => {
    expect((await plan()).moves.some((one) => one.name === 'torch')).toBe(false);
  });

  it('has nothing to do at the newest, and says what was meant when there is no such tag', async () => {
    await expect(plan({ edits: 'keep' })).rejects.toMatchObject({ code: 'USAGE_BAD_ARGUMENT' });
    await expect(plan({ version: 'v0.3.64' })).rejects.toMatchObject({ code: 'NOTHING_TO_DO' });
    await expect(plan({ version: 'v0.8.O' })).rejects.toMatchObject({
      code: 'COMPONENT_VERSION_NOT_FOUND',
      message: expect.stringContaining('Did you mean v0.8.0?'),
    });
    world.sources.silent.add(source);
    await expect(plan()).rejects.toMatchObject({ code: 'COMPONENT_SOURCE_UNREACHABLE' });
  });

  it('tells before, not while production is down, that the user folder is larger than is kept', async () => {
    const userDir = '/home/anna/ComfyUI/user';
    const config = { ...world.context.config, service: { ...world.context.config.service, userDir } };
    world = { ...world, context: { ...world.context, config } };
    world.files.put(`${userDir}/comfyui.db`, 'small');
    expect((await plan()).warnings.join()).not.toContain('user folder');
    const files = { ...world.files, sizeBytes: async () => 2 * 2 ** 30 };
    world = { ...world, context: { ...world.context, outside: { ...world.context.outside, files } } };
    expect((await plan()).warnings).toContainEqual(
      expect.stringContaining('your user folder /home/anna/ComfyUI/user has'),
    );
  });

  /** Plans with production's own user folder, in this mode of the service. */
  async function planFor(mode: 'managed' | 'command' | 'none', nFiles: number): Promise<PlanDraft> {
    const { context } = world;
    const userDir = `${context.paths.work}/production/user`;
    world.files.put(`${userDir}/comfyui.db`, 'small');
    const tally = { nFiles, sizeBytes: 5, newestMs: 0, digest: '', statDigest: '', isCut: false };
    const files = { ...world.files, tally: async () => tally };
    const config = { ...context.config, service: { ...context.config.service, mode } };
    world = { ...world, context: { ...context, config, outside: { ...context.outside, files } } };
    return plan();
  }

  it.each(['managed', 'command'] as const)(
    'counts the files of production’s own user folder in mode %s',
    async (mode) => {
      expect((await planFor(mode, 20_000)).warnings.join()).not.toContain('user folder');
      expect((await planFor(mode, 20_001)).warnings).toContainEqual(
        expect.stringMatching(
          /your user folder .*\/production\/user has 20001 files .*only its database, settings and workflows/,
        ),
      );
    },
  );

  it('says that nothing is kept where nobody here starts production', async () => {
    const { warnings, notes } = await planFor('none', 3);
    expect(warnings).toContainEqual(
      expect.stringMatching(/production\/user is not kept: nobody here starts production/),
    );
    expect((notes ?? []).join()).not.toContain('is kept');
  });
});
