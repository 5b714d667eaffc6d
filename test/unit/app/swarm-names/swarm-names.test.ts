import { describe, expect, it } from 'vitest';

import { swarmNames } from '../../../../src/app/swarm-names/swarm-names.ts';
import { requireTool } from '../../../../src/app/tools/all-tools.ts';
import type { ToolAnswer } from '../../../../src/app/tools/tool.ts';
import type { Fault } from '../../../../src/base/fault.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { createFakeMemory, FakeMemoryFolder } from '../../../fakes/fake-memory.ts';
import { builtInDefinitions } from '../../../support/built-in-definitions.ts';
import { fakeApp, type FakeApp } from '../../../support/fake-app.ts';
import { doneScene, waitingScene } from '../../../support/journal-scene.ts';

const definitions = builtInDefinitions();

/** An installation whose supervisor writes that a tree was scaled; asked by a program. */
function place() {
  const scene = doneScene();
  const clock = createFakeClock();
  const memory = createFakeMemory({ clock, folder: new FakeMemoryFolder(clock) });
  const app: FakeApp = fakeApp(scene, {
    outside: { clock, host: { userName: 'anna', startedBy: 'mcp', version: '0.1.0' } },
    installation: { memory, definitions },
    onAsk: (kind, data) => {
      if (kind === 'tree.scale') {
        const { tree, slots } = data as { tree: string; slots: number };
        const by = { kind: 'program', name: 'mcp' } as const;
        scene.add('tree.scaled', { tree, before: 2, after: slots, by, reason: null } as never, {
          keys: [`tree-scale:${tree}`],
        });
      }
      return 'r1';
    },
  });
  const call = async (name: string, input: object): Promise<ToolAnswer & { output: Record<string, unknown> }> =>
    (await (await requireTool(name)).call(app, input)) as ToolAnswer & { output: Record<string, unknown> };
  const refusal = async (name: string, input: object): Promise<Fault> =>
    call(name, input).then(
      () => Promise.reject(new Error('it was done')),
      (error: unknown) => error as Fault,
    );
  return { app, call, refusal, scene, memory };
}

describe('swarm_init', () => {
  it('says what a topology changes here, and gives the trees as many slots as agents may work', async () => {
    const { app, call } = place();
    const { output } = await call('swarm_init', { topology: 'star', maxAgents: 7 });
    expect(output).toMatchObject({ topology: 'star', means: expect.stringContaining('One supervisor') as string });
    const scaled = app.asked.filter(({ kind }) => kind === 'tree.scale').map(({ data }) => data as { slots: number });
    const trees = output['trees'] as { slots: number; row: number | null }[];
    expect(trees.reduce((sum, { slots }) => sum + slots, 0)).toBe(7);
    expect(scaled).toHaveLength(trees.filter(({ row }) => row !== null).length);
    expect((output['record'] as { rows: number[] }).rows.length).toBeGreaterThan(0);
  });

  it.each([
    [{ topology: 'mesh' }, 'No other topology changes anything here'],
    [{ topology: 'ring' }, 'No other topology'],
    [{ strategy: 'balanced' }, 'No other strategy'],
    [{ maxAgents: 1 }, 'has 1 to 5 slots'],
    [{ maxAgents: 99 }, 'has 1 to 5 slots'],
    [{ maxagents: 4 }, 'did you mean maxAgents'],
    [{ config: {} }, 'orchestrate.yaml'],
  ])('refuses %o, and nothing is done', async (input, why) => {
    const { app, refusal } = place();
    expect(await refusal('swarm_init', input)).toMatchObject({
      code: 'USAGE_BAD_ARGUMENT',
      message: expect.stringContaining(why) as string,
    });
    expect(app.asked).toEqual([]);
  });
});

describe('tasks and agents', () => {
  it('task_orchestrate starts a run, as soon as the priority says', async () => {
    const { app, call } = place();
    const { output } = await call('task_orchestrate', {
      task: 'upgrade pytorch',
      priority: 'medium',
      strategy: 'adaptive',
    });
    expect(app.asked).toMatchObject([
      {
        kind: 'run.start',
        data: {
          goal: 'upgrade pytorch',
          by: { kind: 'program', name: 'mcp' },
          options: { yes: false, priority: 'normal' },
        },
      },
    ]);
    expect(output).toMatchObject({ taskId: 'r1', record: { run: 'r1' } });
    expect((await call('task_status', { taskId: 'r1.lock' })).output).toMatchObject({ taskId: 'r1', isFinal: true });
    expect((await call('task_results', { taskId: 'r1' })).output).toMatchObject({ results: { run: 'r1' } });
  });

  it.each([
    ['task_orchestrate', { task: 'x', strategy: 'parallel' }, 'steps go in the order'],
    ['task_orchestrate', { task: 'x', dependencies: ['r1'] }, 'does not wait for another'],
    ['task_orchestrate', { task: 'x', maxAgents: 3 }, 'swarm_scale'],
    ['agent_spawn', { type: 'nobody' }, 'has to name an agent or a tree'],
    ['agent_spawn', { type: 'env-setup', capabilities: ['a'] }, 'agents_show'],
    ['agent_spawn', { type: 'env-setup', swarmId: 'other' }, 'There is one swarm'],
    ['swarm_destroy', { yes: true, force: true }, 'killed'],
    ['backup_create', { destination: '/b', components: ['x'] }, 'whole'],
    ['memory_store', { key: 'a', value: 'b', tags: ['x'] }, 'by their words'],
    ['memory_search', { words: 'a', threshold: 0.3 }, 'takes no "threshold"'],
    ['memory_search', { words: 'a', query: 'b' }, 'takes no "query"'],
  ])('%s refuses %o', async (name, input, why) => {
    const { app, refusal } = place();
    expect(await refusal(name, input)).toMatchObject({
      code: 'USAGE_BAD_ARGUMENT',
      message: expect.stringContaining(why) as string,
    });
    expect(app.asked).toEqual([]);
  });

  it('agent_spawn opens a slot in the tree of the agent', async () => {
    const { app, refusal } = place();
    // The fake supervisor gives no slot: what is asked for is what counts here.
    await refusal('agent_spawn', { type: 'env-setup' });
    expect(app.asked).toMatchObject([{ kind: 'open.start', data: { tree: 'env-setup' } }]);
  });

  it('backup_create, restore_system and context_restore start runs that wait for a person', async () => {
    const { app, call } = place();
    await call('backup_create', { destination: '/media/backup' });
    await call('restore_system', { backupId: '0' });
    await call('context_restore', { snapshotId: '0' });
    expect(app.asked.map(({ kind }) => kind)).toEqual(['run.start', 'restore.start', 'restore.start']);
    expect(app.asked.map(({ data }) => (data as { options: { yes: boolean } }).options.yes)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('swarm_destroy', () => {
  it('calls off only what programs began, and only with yes', async () => {
    const app = fakeApp(waitingScene(), {
      outside: { host: { userName: 'anna', startedBy: 'anna', version: '0' } },
      onAsk: () => 'r1',
    });
    const tool = await requireTool('swarm_destroy');
    expect(await tool.call(app, {})).toMatchObject({
      isPlan: true,
      output: { state: 'planned', runs: [{ run: 'r1' }] },
    });
    expect(app.asked).toEqual([]);
    const other = fakeApp(waitingScene(), { outside: { host: { userName: 'anna', startedBy: 'mcp', version: '0' } } });
    expect(await tool.call(other, { yes: true })).toMatchObject({ output: { runs: [] } });
    expect(other.asked).toEqual([]);
    await tool.call(app, { yes: true });
    expect(app.asked).toMatchObject([{ kind: 'run.cancel', data: { run: 'r1' } }]);
  });
});

describe('memory', () => {
  it('stores, finds, retrieves, lists and deletes real entries, by both kinds of names', async () => {
    const { call, memory, refusal } = place();
    const key = 'swarm/coder/step-1';
    const at = `programs/default/${key}`;
    expect((await call('memory_usage', { action: 'store', key, value: 'xformers has no wheel' })).output).toMatchObject(
      { record: { entry: `${at}@1` } },
    );
    expect((await memory.get(at))?.text).toBe('xformers has no wheel\n');
    expect((await call('memory_retrieve', { key })).output).toMatchObject({
      value: 'xformers has no wheel\n',
      record: { entry: `${at}@1` },
    });
    for (const input of [{ pattern: 'xformers' }, { query: 'xformers', namespace: 'default' }, { words: 'xformers' }])
      expect((await call('memory_search', input)).output).toMatchObject({ hits: [{ key: at }] });
    expect((await call('memory_list', { namespace: 'default' })).output).toMatchObject({ entries: [{ key: at }] });
    expect((await call('memory_usage', { action: 'list', detail: false })).output).toMatchObject({ entries: [at] });
    expect(await refusal('memory_store', { key, value: 'b', upsert: false })).toMatchObject({
      code: 'MEMORY_MOVED',
    });
    await call('memory_delete', { key });
    expect(await memory.get(at)).toBeUndefined();
    expect(memory.history(at)).not.toEqual([]);
    expect(await refusal('memory_retrieve', { key })).toMatchObject({ code: 'MEMORY_NOT_FOUND' });
  });

  it('of a program from outside stays below programs/', async () => {
    const { refusal, call } = place();
    expect(await refusal('memory_put', { key: 'swarm/env-setup/notes.md', text: 'x' })).toMatchObject({
      code: 'MEMORY_NOT_YOURS',
    });
    for (const key of ['../../swarm/env-setup/notes.md', '/etc/passwd', 'a//b', 'API'])
      expect(await refusal('memory_store', { key, value: 'x' })).toMatchObject({ code: 'MEMORY_KEY_INVALID' });
    expect(await refusal('memory_store', { key: 'a', value: 'x', namespace: '..' })).toMatchObject({
      code: 'MEMORY_KEY_INVALID',
    });
    await call('memory_put', { key: 'programs/x/notes.md', text: 'x' });
  });
});

describe('swarm_monitor', () => {
  it('takes 3000 for milliseconds and 2 for seconds, and says so', async () => {
    const { app, scene } = place();
    let nowMs = 0;
    const clock = {
      nowMs: () => nowMs,
      monotonicMs: () => nowMs,
      sleep: async (ms: number) => {
        nowMs += ms;
        scene.add(
          'freeze.set',
          { isFrozen: true, reason: null, production: null, by: { kind: 'person', name: 'anna' } },
          { keys: ['freeze'] },
        );
        return true;
      },
    };
    const slow = { ...app, outside: { ...app.outside, clock } } as unknown as FakeApp;
    const tool = await requireTool('swarm_monitor');
    const first = (await tool.call(slow, { interval: 3_000 })).output as { looks: { rows: unknown[] }[] };
    expect(first).toMatchObject({ interval: '3000 ms', intervalMs: 3_000 });
    expect(first.looks.map(({ rows }) => rows.length)).toEqual([1, 1, 1, 1]);
    expect((await tool.call(slow, { interval: 2, duration: 4 })).output).toMatchObject({
      interval: '2 s',
      intervalMs: 2_000,
      looks: [{}, {}],
    });
  });
});

it('each name takes no field that it does not list, and says what it does', () => {
  for (const { inputSchema, description } of swarmNames) {
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(description.length).toBeGreaterThan(30);
  }
});
