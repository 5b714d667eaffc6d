import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { stock } from '../../demo/wheel/stock.ts';
import { makeIndex, type WheelSpec } from '../../demo/wheels.ts';
import type { CommandResult } from '../support/fault-program.ts';
import { FaultWorld } from '../support/fault-world.ts';
import { at, listAt, textAt } from '../support/program.ts';

/** Another version of a stand-in, with the same content. */
function newer(name: string, version: string, requires?: readonly string[]): WheelSpec {
  const spec = stock().find((one) => one.name === name);
  if (spec === undefined) throw new Error(`no ${name} in stock`);
  const files = Object.entries(spec.files).map(([path, content]) => [
    path,
    typeof content === 'string' ? content.replaceAll(spec.version, version) : content,
  ]);
  return { ...spec, version, files: Object.fromEntries(files), ...(requires === undefined ? {} : { requires }) };
}

/** What the index has got since the installation was made. */
const released = [
  newer('numpy', '2.2.0'),
  newer('typing-extensions', '4.16.0'),
  newer('typing-extensions', '4.17.0'),
  newer('filelock', '3.21.0', ['typing-extensions<4.17']),
];

const versionsIn = (lock: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...lock.matchAll(/^([a-z0-9-]+)===(\S+) /gm)].map(([, name, version]) => [name, version]));

const inStore = (world: FaultWorld, tree: unknown): Readonly<Record<string, string>> =>
  versionsIn(world.git(['--git-dir', world.store, 'show', `${String(tree)}:requirements.lock`]));

async function startedWorld(): Promise<FaultWorld> {
  const world = await FaultWorld.create();
  const config = fs.readFileSync(join(world.home, 'orchestrate.yaml'), 'utf8');
  // One of digits alone is in quotes.
  Object.defineProperty(world, 'id', { value: /^id: "?([0-9a-f]+)"?$/m.exec(config)?.[1] });
  makeIndex({ into: /^ *index: "?([^"\n]+)"?$/m.exec(config)?.[1] ?? '', extra: released });
  await world.ok(['service', 'start', '--json']);
  return world;
}

const changeOf = ({ json }: CommandResult): string => textAt(json, 'change', 'change');

/** Two people ask at once; both changes wait for an answer. Returns them in the order of their turn, whoever asked first. */
async function twoAtOnce(world: FaultWorld, goals: readonly (readonly string[])[]): Promise<readonly string[]> {
  const results = await Promise.all(goals.map((goal) => world.run(['run', ...goal, '--json'])));
  for (const one of results)
    expect(
      { exitStatus: one.exitStatus, at: at(one.json, 'waiting', 'what') },
      `${one.err}${JSON.stringify(at(one.json, 'fault'))}`,
    ).toEqual({
      ...{ exitStatus: 7, at: 'review' },
    });
  return results.map(changeOf).toSorted();
}

const approve = (world: FaultWorld, change: string): Promise<CommandResult> =>
  world.run(['review', 'approve', change, '--json']);

describe('two upgrades at once', () => {
  let world: FaultWorld;
  beforeAll(async () => {
    world = await startedWorld();
  });
  afterAll(() => world.remove());

  it('both merge: the lock of the second is made anew, proven and approved as the new tree that it is', async () => {
    const [first = '', second = ''] = await twoAtOnce(world, [
      ['upgrade numpy'],
      ['upgrade typing-extensions', '--set', 'version=4.16.0'],
    ]);
    const before = await world.ok(['conflicts', '--json']);
    expect(
      listAt(before.json, 'works')
        .map((one) => textAt(one, 'id'))
        .sort(),
    ).toEqual(['c1', 'c2']);
    expect(at(before.json, 'pairs')).toEqual([]);

    expect((await approve(world, first)).exitStatus).toBe(0);
    const moved = await approve(world, second);
    // What was approved is not what would merge any more: it is asked again.
    expect({ exitStatus: moved.exitStatus, at: at(moved.json, 'waiting', 'what') }, moved.err).toEqual({
      ...{ exitStatus: 7, at: 'review' },
    });
    const [made] = world.rows('change.regenerated');
    expect(made?.data).toMatchObject({
      change: second,
      files: [{ path: 'requirements.lock', how: 'anew', from: ['requirements.in', 'components.lock'] }],
    });
    expect(inStore(world, made?.data['exact'])).toMatchObject({ numpy: '2.2.0', 'typing-extensions': '4.16.0' });
    const shown = await world.ok(['review', 'show', second, '--json']);
    expect(at(shown.json, 'regenerated', 0, 'sentence')).toBe(
      'requirements.lock made anew from requirements.in and components.lock',
    );
    expect((await approve(world, second)).exitStatus).toBe(0);
    expect(versionsIn(world.git(['show', 'main:requirements.lock']))).toMatchObject({
      ...{ numpy: '2.2.0', 'typing-extensions': '4.16.0', torch: '2.10.0' },
    });
    // Each with its restore point.
    expect(world.git(['tag', '--list', 'restore/*']).split('\n')).toHaveLength(3);
  });

  it('that do not go together are a conflict in words, though the lines do not touch', async () => {
    const [first = '', second = ''] = await twoAtOnce(world, [['upgrade filelock'], ['upgrade typing-extensions']]);
    expect((await approve(world, first)).exitStatus).toBe(0);
    const branch = world.git(['rev-parse', 'main']);
    const answer = await approve(world, second);
    expect({ exitStatus: answer.exitStatus, at: at(answer.json, 'waiting', 'what') }, answer.err).toEqual({
      ...{ exitStatus: 7, at: 'conflict' },
    });
    expect(at(answer.json, 'change', 'fault', 'code')).toBe('CHANGE_CONFLICT');
    expect(JSON.stringify(answer.json)).toMatch(/do not go together: .*typing-extensions/);
    expect(world.git(['rev-parse', 'main'])).toBe(branch);
    // The control: git alone finds nothing wrong, and makes a lock that nobody can install.
    const store = ['--git-dir', world.store];
    const kept = world.git([...store, 'rev-parse', `refs/orchestrate/changes/${second}`]);
    const naive = world.git([...store, 'merge-tree', '--write-tree', kept, 'refs/orchestrate/branch']).split('\n')[0];
    expect(inStore(world, naive)).toMatchObject({ filelock: '3.21.0', 'typing-extensions': '4.17.0' });
  });
});
