import { expect, it } from 'vitest';

import { runbookWrite } from '../../../src/actions/runbook-write.ts';
import { createWorld } from '../../fakes/fake-world.ts';
import { planningContext } from './planning-context.ts';

it('plans a page below ops/runbooks, as it was given, and nothing else', async () => {
  const context = await planningContext(await createWorld());
  const draft = await runbookWrite.plan(context, {
    name: 'disk-full',
    text: '# Disk full\n\nrestore prune',
    folder: 'ops/runbooks',
  });
  expect(draft).toMatchObject({
    files: [{ path: 'ops/runbooks/disk-full.md', text: '# Disk full\n\nrestore prune\n' }],
    notes: ['adds ops/runbooks/disk-full.md: 3 lines'],
    lockText: null,
  });
  const { store, baseTree } = context;
  const written = {
    ...context,
    baseTree: await store.editTree(baseTree, new Map([['ops/runbooks/disk-full.md', 'a\n']])),
  };
  await expect(
    runbookWrite.plan(written, { name: 'disk-full', text: 'a', folder: 'ops/runbooks' }),
  ).rejects.toMatchObject({
    code: 'NOTHING_TO_DO',
  });
});

it('plans a page of what ops-maint learned where that is asked for, and nowhere else', async () => {
  const context = await planningContext(await createWorld());
  const input = runbookWrite.input.parse({ name: 'finding-s56', text: 'x', folder: 'docs/ops-maint' });
  expect(await runbookWrite.plan(context, input)).toMatchObject({
    files: [{ path: 'docs/ops-maint/finding-s56.md', text: 'x\n' }],
  });
  expect(runbookWrite.input.parse({ name: 'a', text: 'x' })).toMatchObject({ folder: 'ops/runbooks' });
  expect(() => runbookWrite.input.parse({ name: 'a', text: 'x', folder: '../..' })).toThrow(/folder/);
});

it.each([
  ['../escape', 'text', 'NAME_INVALID'],
  ['Disk full', 'text', 'NAME_INVALID'],
  ['disk-full', '  \n', 'USAGE_BAD_ARGUMENT'],
  ['disk-full', 'x'.repeat(70_000), 'USAGE_BAD_ARGUMENT'],
])('refuses a page %s that cannot be', async (name, text, code) => {
  const context = await planningContext(await createWorld());
  await expect(runbookWrite.plan(context, { name, text, folder: 'ops/runbooks' })).rejects.toMatchObject({
    code,
    state: 'Nothing was changed.',
  });
});
