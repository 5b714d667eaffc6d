import { expect, it } from 'vitest';

import { printTree } from '../../../../src/domain/definitions/print-tree.ts';
import { parseTree } from '../../../../src/domain/definitions/tree.ts';
import { nextHomePort, requireNewTree, requireUnnamed } from '../../../../src/domain/scale/new-tree.ts';
import { definitions, tree } from '../../../fakes/fake-world.ts';

const asked = [...definitions.trees.values()].flatMap(({ questions }) => questions);
const known = { actions: new Map(), questions: new Set([...asked, 'ports-untouched']) };
const given = { ...tree({ id: 'styles', homePort: 8291, scope: ['styles/**'] }), reviewers: ['ops-maint'] };

const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const add = (change: Partial<typeof given>): unknown =>
  codeOf(() => requireNewTree(definitions, printTree({ ...given, ...change }), known));

it('prints a tree so that it is read back the same', () => {
  const full = {
    ...given,
    checks: ['ports-untouched'],
    scale: { least: 1, most: 4, whenWaiting: 2, idleMs: 1_800_000 },
  };
  const text = printTree(full);
  expect(parseTree({ file: full.file, text, origin: 'installation' })).toEqual(full);
  expect(text).toContain('idle: 30m');
});

it('takes a tree that is beside the others', () => {
  expect(add({})).toMatchObject({ id: 'styles', file: 'trees/styles.yaml' });
});

it.each([
  ['an id that is there', { id: 'env-setup' }, 'TREE_EXISTS'],
  ['a home port of another tree', { homePort: 8190 }, 'DEFINITION_INVALID'],
  [
    'the scope of another tree',
    { scope: [...(definitions.trees.get('env-setup')?.scope ?? [])].reverse() },
    'DEFINITION_INVALID',
  ],
  ['a reviewer that nobody knows', { reviewers: ['opsmaint'] }, 'PLAYBOOK_UNKNOWN_REFERENCE'],
  ['a check that nobody knows', { checks: ['ports-touched'] }, 'PLAYBOOK_UNKNOWN_REFERENCE'],
])('refuses %s', (_what, change, code) => {
  expect(add(change)).toBe(code);
});

it('suggests a port that is no other tree’s and that nothing else wants', () => {
  expect(nextHomePort(definitions, new Set([8191]))).toBe(8192);
});

it('keeps a tree that others name', () => {
  expect(codeOf(() => requireUnnamed(definitions, 'env-setup'))).toBe('TREE_IN_USE');
  expect(codeOf(() => requireUnnamed(definitions, 'styles'))).toBeUndefined();
});
