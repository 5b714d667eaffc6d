import { beforeEach, describe, expect, it } from 'vitest';

import type { ActionContext } from '../../../src/actions/_context.ts';
import { componentsTake } from '../../../src/actions/components-take.ts';
import { Fault } from '../../../src/base/fault.ts';
import { asGitTreeId, type GitTreeId } from '../../../src/base/ids.ts';
import { takenRef } from '../../../src/domain/instances/component-files.ts';
import { printComponents } from '../../../src/domain/instances/components.ts';
import type { Plan } from '../../../src/domain/plans/plan.ts';
import type { EngineContext } from '../../../src/engine/context.ts';
import { composeInstance, readDeclaration } from '../../../src/engine/instances/compose.ts';
import { createWorld, type World } from '../../fakes/fake-world.ts';

let world: World;
let tree: GitTreeId;
let context: ActionContext;

beforeEach(async () => {
  world = await createWorld();
  const empty = asGitTreeId('4b825dc642cb6eb9a060e54bf8d69288fbee4904');
  tree = await world.store.editTree(empty, new Map([['main.py', 'new code\n']]));
  const text = printComponents([{ id: 'comfyui', path: '.', source: '/x', commit: null, tree }]);
  const plan = {
    files: [{ path: 'components.lock', text }],
    requirementsText: null,
    lockText: null,
  } as unknown as Plan;
  const slot = { name: 'env-setup', dir: '/slot', port: 1, homePort: 1 };
  context = { ...world.context.outside, store: world.store, plan, slot } as unknown as ActionContext;
});

/** Makes a service of the tree that names the new files; returns the code of the fault, or `composed`. */
async function compose(): Promise<string> {
  const lock = context.plan.files[0]?.text ?? '';
  const home = await world.store.editTree(await world.store.treeOf(world.first), new Map([['components.lock', lock]]));
  const engine: EngineContext = { ...world.context, ledger: world.ledgers.open() };
  const declaration = await readDeclaration(engine, home);
  const composed = composeInstance(engine, { declaration, dir: '/i/1', purpose: 'proof', port: 8191 });
  return composed.then(
    () => 'composed',
    (error: unknown) => (error instanceof Fault ? error.code : String(error)),
  );
}

describe('components.take', () => {
  it('is what lets fetched files be started, and nothing before it does', async () => {
    expect(await compose()).toBe('COMPONENT_NOT_FOUND');
    const output = await componentsTake.run(context, {});
    expect(output.taken).toEqual([{ id: 'comfyui', tree, nFiles: 1 }]);
    expect(componentsTake.describe(output, { slot: context.slot, productionPort: 8188 })).toBe(
      `comfyui: 1 files (${tree.slice(0, 7)})`,
    );
    expect(await compose()).toBe('composed');
  });

  it('takes what the plan names and nothing else, and a second time nothing', async () => {
    const before = new Set(world.store.refs.keys());
    await componentsTake.run(context, {});
    expect([...world.store.refs.keys()].filter((ref) => !before.has(ref))).toEqual([takenRef(tree)]);
    expect(await componentsTake.run(context, {})).toEqual({ written: [], taken: [] });
  });
});
