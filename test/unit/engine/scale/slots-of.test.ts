import { expect, it } from 'vitest';

import { row } from '../../../../src/domain/journal/kinds.ts';
import { slotNamesOf, slotsOf } from '../../../../src/engine/scale/slots-of.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { anna, tree } from '../../../fakes/fake-world.ts';
import { createMemoryLedgers } from '../../../fakes/memory-ledger.ts';

const open = async () => {
  const ledger = createMemoryLedgers({ clock: createFakeClock() }).open();
  await ledger.acquire();
  return ledger;
};
const scaled = (slots: number, file: number) =>
  row(
    'tree.scaled',
    { tree: 'env-setup', slots, before: file, file, cause: 'asked', reason: 'two upgrades', by: anna },
    { keys: ['tree-scale:env-setup'] },
  );

it('counts the slots of the file until somebody scales the tree', async () => {
  const ledger = await open();
  expect(slotsOf({ ledger }, tree({ id: 'env-setup', slots: 2 }))).toBe(2);
});

it('counts what was said last, for that tree alone', async () => {
  const ledger = await open();
  await ledger.append([scaled(3, 2), scaled(4, 2)]);
  expect(slotsOf({ ledger }, tree({ id: 'env-setup', slots: 2 }))).toBe(4);
  expect(slotsOf({ ledger }, tree({ id: 'ops-maint', slots: 2 }))).toBe(2);
  expect(slotNamesOf({ ledger }, tree({ id: 'env-setup', slots: 2 }))).toEqual([
    'env-setup',
    'env-setup@2',
    'env-setup@3',
    'env-setup@4',
  ]);
});

it('counts the file again once a person edits its number', async () => {
  const ledger = await open();
  await ledger.append([scaled(4, 2)]);
  expect(slotsOf({ ledger }, tree({ id: 'env-setup', slots: 1 }))).toBe(1);
});
