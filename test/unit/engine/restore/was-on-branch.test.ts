import { expect, it } from 'vitest';

import { asGitTreeId } from '../../../../src/base/ids.ts';
import { parseComponents } from '../../../../src/domain/instances/components.ts';
import { wasOnBranch } from '../../../../src/engine/restore/was-on-branch.ts';
import { adoptComponent, createWorld } from '../../../fakes/fake-world.ts';

const empty = asGitTreeId('4b825dc642cb6eb9a060e54bf8d69288fbee4904');

it('knows the files that init took, and none that a plan alone has named', async () => {
  const { store, first, ledgers } = await createWorld();
  const context = { store, ledger: ledgers.open() };
  const bytes = await store.readFile(await store.treeOf(first), 'components.lock');
  const [core] = parseComponents(new TextDecoder().decode(bytes));
  expect(await wasOnBranch(context, asGitTreeId(core?.tree ?? ''))).toBe(true);

  const hostile = await store.editTree(empty, new Map([['main.py', 'import os\n']]));
  await adoptComponent(store, hostile);
  expect(await wasOnBranch(context, hostile)).toBe(false);
});
