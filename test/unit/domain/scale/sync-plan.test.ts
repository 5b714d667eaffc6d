import { expect, it } from 'vitest';

import { type FoundFolder, planSync, syncHash } from '../../../../src/domain/scale/sync-plan.ts';

const trees = new Map([['env-setup', ['env-setup', 'env-setup@2']]]);
const folder = (name: string, given: Partial<FoundFolder> = {}): FoundFolder => ({
  name,
  state: 'linked',
  isOurs: true,
  holder: null,
  kept: null,
  ...given,
});
const acts = (found: readonly FoundFolder[]): Readonly<Record<string, string>> =>
  Object.fromEntries(planSync({ trees, found }).map(({ slot, act }) => [slot, act]));

it('keeps what is right and makes the rest on demand', () => {
  expect(acts([folder('env-setup')])).toEqual({ 'env-setup': 'keep', 'env-setup@2': 'on-demand' });
});

it('moves a half-made slot to trash, unless a run is at it', () => {
  expect(acts([folder('env-setup', { state: 'half' })])['env-setup']).toBe('trash');
  expect(acts([folder('env-setup', { state: 'half', holder: 'r3' })])['env-setup']).toBe('leave');
});

it('moves what is beyond the number, and what a tree that is gone left behind, when nothing of it is needed', () => {
  expect(acts([folder('env-setup@3'), folder('old-tree')])).toMatchObject({
    'env-setup@3': 'trash',
    'old-tree': 'trash',
  });
  expect(acts([folder('env-setup@3', { kept: 'it has edits: a' })])['env-setup@3']).toBe('leave');
});

it('names and leaves a folder that we did not make', () => {
  const [step] = planSync({ trees: new Map(), found: [folder('my-notes', { isOurs: false })] });
  expect(step).toEqual({
    act: 'leave',
    slot: 'my-notes',
    reason: 'no tree is called my-notes, and no run ever worked there: not ours',
  });
});

it('is another plan when anything of it is', () => {
  const hash = (found: readonly FoundFolder[]): string =>
    syncHash(planSync({ trees, found }), 'removal', (text) => text);
  expect(hash([folder('env-setup@3')])).not.toBe(hash([folder('env-setup@3', { kept: 'r1 works in it' })]));
});
