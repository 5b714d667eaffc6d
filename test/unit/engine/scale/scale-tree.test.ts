import { beforeEach, describe, expect, it } from 'vitest';

import type { Tree } from '../../../../src/domain/definitions/types.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';
import type { Plan } from '../../../../src/domain/plans/plan.ts';
import { placeRun } from '../../../../src/engine/scale/place-run.ts';
import { scaleByRule, scaleTree } from '../../../../src/engine/scale/scale-tree.ts';
import { slotsOf } from '../../../../src/engine/scale/slots-of.ts';
import { type Life, nothingHappens, settled, startEngine } from '../../../fakes/fake-life.ts';
import { anna, createWorld, definitions, host, tree, upgrade, type World } from '../../../fakes/fake-world.ts';

const never = new AbortController().signal;
const minute = 60_000;
const env: Tree = tree({
  id: 'env-setup',
  slots: 1,
  scope: ['requirements.*'],
  scale: { least: 1, most: 2, whenWaiting: 2, idleMs: 30 * minute },
});
const extra: Tree = tree({ id: 'env-extra', homePort: 8390, slots: 2, scope: ['requirements.*'] });
const other: Tree = tree({ id: 'docs', homePort: 8391, slots: 5, scope: ['docs/**'] });
let world: World;
let life: Life;

async function start(memoryBytes = 16_000_000_000): Promise<void> {
  world = await createWorld();
  const trees = new Map([env, extra, other].map((one) => [one.id, one] as const));
  const outside = { ...world.context.outside, host: { ...host, availableMemoryBytes: () => memoryBytes } };
  life = await startEngine(world, {
    effects: nothingHappens,
    context: { definitions: { ...definitions, trees }, outside },
  });
}

const began = async (run: string, priority: 'low' | 'normal' = 'normal'): Promise<void> => {
  const options = { previewOnly: false, yes: false, until: null, playbook: null, inputs: {}, priority };
  const data = { run, goal: 'x', kind: 'work', options, by: anna, request: 1, restore: null } as const;
  await life.engine.host.create(
    'run',
    run,
    { subject: run, previewOnly: false },
    { rows: [row('run.created', data, { run, keys: [`run:${run}`] })] },
  );
};
const take = (run: string): Promise<unknown> => life.engine.leases.take({ run, tree: env, signal: never });

beforeEach(() => start());

describe('a tree with a rule', () => {
  it('gets one slot more when enough wait, and the first in line has it at once', async () => {
    for (const run of ['r1', 'r2', 'r3']) await began(run, run === 'r2' ? 'low' : 'normal');
    await take('r1');
    const [second, third] = [take('r2'), take('r3')];
    await settled();
    await scaleByRule(life.engine);
    await third;
    expect(slotsOf(life.engine, env)).toBe(2);
    expect(life.engine.leases.find('r3')).toMatchObject({ slot: 'env-setup@2' });
    // It has the most now: the next look changes nothing.
    await scaleByRule(life.engine);
    expect(slotsOf(life.engine, env)).toBe(2);
    await life.engine.leases.free('r3');
    await second;
    expect(life.engine.leases.find('r2')).toMatchObject({ slot: 'env-setup@2' });
  });

  it('gets none while the machine has no memory for one', async () => {
    await start(500_000_000);
    for (const run of ['r1', 'r2', 'r3']) await began(run);
    await take('r1');
    const waiting = [take('r2'), take('r3')];
    await settled();
    await scaleByRule(life.engine);
    expect(slotsOf(life.engine, env)).toBe(1);
    expect(life.engine.leases.waitingFor('env-setup').map(({ id }) => id)).toEqual(['r2', 'r3']);
    expect(waiting).toHaveLength(2);
    const asked = { tree: 'env-setup', slots: 3, cause: 'asked', reason: 'now', by: anna } as const;
    await expect(scaleTree(life.engine, asked)).rejects.toMatchObject({ code: 'SCALE_NO_ROOM' });
  });

  it('loses one after the idle time, and not before', async () => {
    await scaleTree(life.engine, { tree: 'env-setup', slots: 2, cause: 'asked', reason: 'now', by: anna });
    await world.clock.advance(29 * minute);
    await scaleByRule(life.engine);
    expect(slotsOf(life.engine, env)).toBe(2);
    await world.clock.advance(minute);
    await scaleByRule(life.engine);
    expect(slotsOf(life.engine, env)).toBe(1);
    const rows = life.ledger.read({ kinds: ['tree.scaled'] });
    expect(rows.at(-1)?.data).toMatchObject({ cause: 'idle', by: { kind: 'rule', name: 'scale of env-setup' } });
  });
});

it('refuses what is no number of slots, what is so already and a tree that nobody knows', async () => {
  const asked = { tree: 'env-setup', slots: 1, cause: 'asked', reason: 'now', by: anna } as const;
  await expect(scaleTree(life.engine, asked)).rejects.toMatchObject({ code: 'NOTHING_TO_DO' });
  await expect(scaleTree(life.engine, { ...asked, slots: 6 })).rejects.toMatchObject({ code: 'USAGE_BAD_ARGUMENT' });
  await expect(scaleTree(life.engine, { ...asked, tree: 'env-setp' })).rejects.toMatchObject({
    code: 'TREE_NOT_FOUND',
    message: 'There is no tree env-setp. Did you mean env-setup?',
  });
});

describe('a playbook that may run in several trees', () => {
  const draft = {
    moves: [],
    rejected: [],
    lockText: 'x',
    requirementsText: null,
    downloadBytes: 0,
    diskBytes: 0,
    warnings: [],
  };
  const playbook = { ...upgrade, tree: 'env-setup', trees: ['env-extra', 'docs'] };
  const planned = async (run: string, id: string): Promise<void> => {
    await began(run);
    const plan = { tree: id, goal: { kind: 'work' } } as unknown as Plan;
    await life.ledger.append([row('plan.made', { run, plan }, { run, keys: [`plan:${run}`] })]);
  };

  it('runs where the line per slot is shortest, of those whose scope covers what it writes', async () => {
    await planned('r1', 'env-setup');
    await planned('r2', 'env-extra');
    const placed = placeRun(life.engine, { run: 'r3', playbook, draft });
    expect(placed).toMatchObject({
      tree: 'env-extra',
      among: [
        { tree: 'env-setup', nRuns: 1, nSlots: 1 },
        { tree: 'env-extra', nRuns: 1, nSlots: 2 },
      ],
    });
  });

  it('runs in its own tree when that is free, and always when it names no other', () => {
    expect(placeRun(life.engine, { run: 'r3', playbook, draft })?.tree).toBe('env-setup');
    expect(placeRun(life.engine, { run: 'r3', playbook: upgrade, draft })).toBeNull();
  });
});
