import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { dataOf, row } from '../../../../src/domain/journal/kinds.ts';
import type { MemoryVersion } from '../../../../src/domain/memory/entry.ts';
import { createMemoryKeeper } from '../../../../src/engine/memory/keeper.ts';
import { restoreMemory } from '../../../../src/engine/memory/restore.ts';
import { agentMemory } from '../../../../src/engine/tasks/agent-memory.ts';
import type { TaskParts } from '../../../../src/engine/tasks/task-view.ts';
import type { Ledger, Memory, NewEntry } from '../../../../src/ports/index.ts';
import { type Life, startEngine } from '../../../fakes/fake-life.ts';
import { createFakeMemory, FakeMemoryFolder } from '../../../fakes/fake-memory.ts';
import { anna, createWorld, type World } from '../../../fakes/fake-world.ts';
import { workPlan } from '../changes/change-scene.ts';

interface Scene {
  readonly world: World;
  readonly folder: FakeMemoryFolder;
  life: Life;
  restart(): Promise<void>;
}

/** A memory folder that outlives the supervisors over it. */
async function scene(): Promise<Scene> {
  const made = await createWorld();
  const folder = new FakeMemoryFolder(made.clock);
  const world = { ...made, context: { ...made.context, memory: createFakeMemory({ clock: made.clock, folder }) } };
  const one: Scene = {
    world,
    folder,
    life: await startEngine(world),
    async restart() {
      await one.life.kill();
      one.life = await startEngine(world);
    },
  };
  return one;
}

const log = 'sessions/decision_logs/r1.md';
const planned = (world: World) =>
  row('plan.made', { run: 'r1', plan: workPlan(world.first) }, { run: 'r1', keys: ['plan:r1'] });
const answered = row(
  'plan.answered',
  { run: 'r1', hash: 'abc', verdict: 'approved', by: anna, reason: 'looks good' },
  { run: 'r1', keys: ['plan-answer:r1'] },
);
const noted = ({ life }: Scene) =>
  life.ledger.read({ kinds: ['memory.noted'], limit: 1_000 }).flatMap((entry) => dataOf('memory.noted', entry) ?? []);

const portWith = <Port extends object>(port: Port, other: Partial<Port>): Port =>
  new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(name in other ? other : target, name);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });

/** The journal as a keeper sees it that has noted nowhere how far it came. */
const afresh = (ledger: Ledger): Ledger =>
  portWith(ledger, { latest: (key) => (key === 'memory:learned' ? undefined : ledger.latest(key)) });

/** A run that failed the proof of what it was asked for: other entries than its log learn from it. */
function failedRun(world: World): readonly NewEntry[] {
  const plan = { ...workPlan(world.first), inputs: { package: 'numpy' }, tree: 'env-setup' };
  const fault = { code: 'SMOKE_FAILED', kind: 'user', message: 'no picture', hints: [] } as const;
  const moved = {
    ...({ machine: 'run', version: 1, subject: 'r1', from: 'executing', to: 'failed', isFinal: true } as const),
    event: { type: 'TASK_FAILED', fault },
  };
  return [
    row('plan.made', { run: 'r1', plan }, { run: 'r1', keys: ['plan:r1'] }),
    row('machine.moved', moved, { run: 'r1', keys: ['machine:r1'] }),
  ];
}

const parts = (world: World, agent = 'environment-specialist'): TaskParts => ({
  run: 'r1' as TaskParts['run'],
  attempt: 'r1.lock#1',
  plan: { ...workPlan(world.first), goalText: 'upgrade numpy', tree: 'env-setup' },
  step: { id: 'lock', title: 'Lock', action: 'env.lock', agent, needs: [], with: {}, timeoutMs: 1, retries: 0 },
});

describe('the keeper of memory', () => {
  it('writes down what rows teach, notes it, and says how far it came; a second look writes nothing', async () => {
    const one = await scene();
    const { ledger, engine } = one.life;
    await ledger.append([planned(one.world), answered]);
    const keeper = createMemoryKeeper(engine);
    await keeper.look();
    expect((await engine.memory.get(log))?.text).toContain('plan approved by person anna: looks good');
    const head = ledger.head().seq;
    expect(dataOf('memory.learned', ledger.latest('memory:learned'))?.nWritten).toBeGreaterThan(0);
    expect(noted(one).map(({ version }) => version.key)).toContain(log);
    await keeper.look();
    expect(ledger.head().seq).toBe(head);
  });

  it('killed between an entry and the row about it, it writes neither twice', async () => {
    const one = await scene();
    await one.life.ledger.append([planned(one.world), answered]);
    const { engine } = one.life;
    const dying = portWith(engine.ledger, { append: () => Promise.reject(new Error('killed')) });
    await expect(createMemoryKeeper({ ...engine, ledger: dying }).look()).rejects.toThrow('killed');
    const before = one.life.engine.memory.history(log).length;
    expect(before).toBeGreaterThan(0);
    await one.restart();
    await createMemoryKeeper(one.life.engine).look();
    expect(one.life.engine.memory.history(log)).toHaveLength(before);
    const keys = noted(one).map(({ version }) => `${version.key}@${version.version}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain(`${log}@${before}`);
  });

  it('goes on where it was after a restart, and reads no row twice that it has written about', async () => {
    const one = await scene();
    await one.life.ledger.append([planned(one.world)]);
    await createMemoryKeeper(one.life.engine).look();
    const learned = dataOf('memory.learned', one.life.ledger.latest('memory:learned'))?.through;
    await one.restart();
    const reads: (number | undefined)[] = [];
    const { engine } = one.life;
    const ledger = portWith(engine.ledger, {
      read(options) {
        if (options?.kinds?.includes('plan.made')) reads.push(options.afterSeq);
        return engine.ledger.read(options);
      },
    });
    await createMemoryKeeper({ ...engine, ledger }).look();
    expect(reads).toEqual([learned]);
  });

  it('tries a note again after a restart whose entry was in the way, though others were written', async () => {
    const one = await scene();
    await one.life.ledger.append([...failedRun(one.world), answered]);
    const { engine } = one.life;
    const blocked = portWith(engine.memory, {
      put: (entry) =>
        entry.key === log ? Promise.reject(new Fault('MEMORY_BLOCKED', 'it is in the way.')) : engine.memory.put(entry),
    });
    await createMemoryKeeper({ ...engine, memory: blocked }).look();
    expect(dataOf('memory.learned', one.life.ledger.latest('memory:learned'))?.nWritten).toBeGreaterThan(0);
    expect(await engine.memory.get(log)).toBeUndefined();
    await one.restart();
    await createMemoryKeeper(one.life.engine).look();
    expect((await one.life.engine.memory.get(log))?.text).toContain('plan approved');
  });

  it('does not look through rows again that teach nothing', async () => {
    const one = await scene();
    const { engine } = one.life;
    await engine.ledger.append([planned(one.world)]);
    const reads: (number | undefined)[] = [];
    const ledger = portWith(engine.ledger, {
      read(options) {
        if (options?.kinds?.includes('plan.made')) reads.push(options.afterSeq);
        return engine.ledger.read(options);
      },
    });
    const keeper = createMemoryKeeper({ ...engine, ledger });
    await keeper.look();
    await engine.ledger.append([row('run.resumed', { run: 'r9', by: anna })]);
    await keeper.look();
    const head = engine.ledger.head().seq;
    await keeper.look();
    expect(reads.at(-1)).toBe(head);
  });

  it('begins a new page where the old one was refuted: none of its lines comes back', async () => {
    const one = await scene();
    const keeper = createMemoryKeeper(one.life.engine);
    const { memory } = one.life.engine;
    await one.life.ledger.append([planned(one.world)]);
    await keeper.look();
    const old = await memory.get(log);
    const refutes = [{ key: log, version: old?.version ?? 0 }];
    await memory.put({ key: 'sessions/no.md', kind: 'decision', text: 'not so\n', by: anna, refutes });
    await createMemoryKeeper({ ...one.life.engine, ledger: afresh(one.life.ledger) }).look();
    expect(memory.history(log)).toHaveLength(old?.version ?? 0);
    await one.life.ledger.append([answered]);
    await keeper.look();
    const now = await memory.get(log);
    expect(now?.refutedBy).toBeNull();
    expect(now?.text).toContain('plan approved');
    expect(now?.text).not.toContain('planned with');
  });

  it('takes up what was edited by hand as the person’s, and tells what is no entry once', async () => {
    const one = await scene();
    const keeper = createMemoryKeeper(one.life.engine);
    one.folder.edit('swarm/env-setup/mine.md', 'by hand\n');
    one.folder.edit('swarm/env-setup/broken.json', '{"a": ');
    await keeper.look();
    expect(noted(one).map(({ version }) => [version.key, version.origin, version.by.name])).toEqual([
      ['swarm/env-setup/mine.md', 'hand', 'anna'],
    ]);
    const problems = () => one.life.ledger.read({ kinds: ['memory.problem'], limit: 100 });
    expect(problems()).toHaveLength(1);
    expect(dataOf('memory.problem', problems()[0])?.problem).toMatchObject({ path: 'swarm/env-setup/broken.json' });
    await one.world.clock.advance(11_000);
    await keeper.look();
    expect(problems()).toHaveLength(1);
  });

  it('leaves an entry alone that people keep in another form, and says so', async () => {
    const one = await scene();
    const matrix = 'swarm/env-setup/compatibility_matrix.json';
    one.folder.edit(matrix, '["mine"]\n');
    await one.life.engine.memory.sync();
    await one.life.ledger.append(failedRun(one.world));
    await createMemoryKeeper(one.life.engine).look();
    expect((await one.life.engine.memory.get(matrix))?.text).toBe('["mine"]\n');
    expect(dataOf('memory.problem', one.life.ledger.latest(`memory-problem:${matrix}`))?.problem.kind).toBe(
      'other-form',
    );
    // The other entries of the same row are written all the same.
    expect(await one.life.engine.memory.get('swarm/env-setup/failed_versions/numpy-2.1.0.json')).toBeDefined();
  });

  it('adds below what a person wrote, and a line that the person took away does not come back', async () => {
    const one = await scene();
    const keeper = createMemoryKeeper(one.life.engine);
    one.folder.edit(log, '# my own words\n');
    await one.life.ledger.append([planned(one.world)]);
    await keeper.look();
    expect((await one.life.engine.memory.get(log))?.text).toMatch(/^# my own words\n- planned with /);
    one.folder.edit(log, '# my own words\n');
    await one.life.ledger.append([answered]);
    // The file is the beginning of what it was: it may be on its way to the disk, and is waited for.
    await keeper.look();
    expect(one.folder.files.get(log)?.bytes).toEqual(Buffer.from('# my own words\n'));
    await one.world.clock.advance(3_000);
    await keeper.look();
    const text = (await one.life.engine.memory.get(log))?.text ?? '';
    expect(text).not.toContain('planned with');
    expect(text).toContain('plan approved');
  });
});

describe('memory of an attempt', () => {
  const by = { kind: 'program', name: 'x' } as const;

  it('is the same when the attempt is taken up again, though memory went on', async () => {
    const { life, world } = await scene();
    const { memory } = life.engine;
    await memory.put({ key: 'swarm/env-setup/numpy.md', kind: 'pattern', text: 'numpy is old\n', by });
    const first = await restoreMemory(life.engine, parts(world));
    await memory.put({ key: 'swarm/env-setup/numpy.md', kind: 'pattern', text: 'numpy is new\n', by });
    await memory.put({ key: 'swarm/env-setup/numpy2.md', kind: 'pattern', text: 'numpy again\n', by });
    expect((await restoreMemory(life.engine, parts(world))).map(({ text }) => text)).toEqual(
      first.map(({ text }) => text),
    );
    expect(life.ledger.read({ kinds: ['memory.restored'] })).toHaveLength(1);
    expect(first.map(({ text }) => text)).toEqual(['numpy is old\n']);
  });

  it('lets the agent write into its own tree’s domain and the sessions, as itself, and nowhere else', async () => {
    const { life, world } = await scene();
    const memory = await agentMemory(life.engine, parts(world));
    const put = (key: string): Promise<MemoryVersion> => memory.put({ key, kind: 'decision', text: 'x\n' });
    expect(await put('swarm/env-setup/x.md')).toMatchObject({
      by: { kind: 'program', name: 'environment-specialist' },
      run: 'r1',
      origin: 'put',
    });
    await put('sessions/notes.md');
    for (const key of ['swarm/models-integ/x.md', 'swarm/env-setup-evil/x.md', 'x.md'])
      await expect(put(key)).rejects.toMatchObject({ code: 'MEMORY_NOT_YOURS' });
    // It reads what others wrote.
    await life.engine.memory.put({ key: 'swarm/models-integ/y.md', kind: 'state', text: 'y\n', by });
    expect((await memory.get('swarm/models-integ/y.md'))?.text).toBe('y\n');
  });

  it('is nothing where memory cannot be read, which the row says, and the work goes on', async () => {
    const { life, world } = await scene();
    const fault = new Fault('MEMORY_UNAVAILABLE', 'memory.db is broken.');
    const memory = { ...life.engine.memory, sync: () => Promise.reject(fault) } as Memory;
    const engine = { ...life.engine, memory };
    expect(await restoreMemory(engine, parts(world))).toEqual([]);
    expect(dataOf('memory.restored', life.ledger.latest('memory-of:r1.lock#1'))).toMatchObject({
      entries: [],
      fault: { code: 'MEMORY_UNAVAILABLE' },
    });
  });

  it('looks through the folder once for all attempts that begin within ten seconds, and for the keeper', async () => {
    const { life, world, folder } = await scene();
    let nLooks = 0;
    const memory = portWith(life.engine.memory, {
      sync() {
        nLooks += 1;
        return life.engine.memory.sync();
      },
    });
    const engine = { ...life.engine, memory };
    const begin = (n: number) => restoreMemory(engine, { ...parts(world), attempt: `r1.lock#${n}` });
    await Promise.all([begin(1), begin(2), begin(3)]);
    await createMemoryKeeper(engine).look();
    expect(nLooks).toBe(1);
    folder.edit('swarm/env-setup/numpy.md', 'numpy by hand\n');
    await world.clock.advance(11_000);
    expect((await begin(4)).map(({ text }) => text)).toEqual(['numpy by hand\n']);
    // What is found is given as its file is at that moment, or not at all.
    folder.edit('swarm/env-setup/numpy.md', 'numpy by hand once more\n');
    expect((await begin(5)).map(({ text }) => text)).toEqual(['numpy by hand once more\n']);
    folder.edit('swarm/env-setup/numpy.md', undefined);
    expect(await begin(6)).toEqual([]);
    expect(nLooks).toBe(2);
  });

  it('is looked for again after a look that failed', async () => {
    const { life, world, folder } = await scene();
    folder.edit('swarm/env-setup/numpy.md', 'numpy by hand\n');
    const fault = new Fault('MEMORY_UNAVAILABLE', 'memory.db is broken.');
    let isBroken = true;
    const sync = () => (isBroken ? Promise.reject(fault) : life.engine.memory.sync());
    const engine = { ...life.engine, memory: portWith(life.engine.memory, { sync }) };
    expect(await restoreMemory(engine, parts(world))).toEqual([]);
    isBroken = false;
    expect(await restoreMemory(engine, { ...parts(world), attempt: 'r1.lock#2' })).toHaveLength(1);
  });

  it('is not what was refuted or has expired', async () => {
    const { life, world } = await scene();
    const { memory } = life.engine;
    const kind = 'pattern';
    await memory.put({ key: 'swarm/env-setup/a.md', kind, text: 'numpy one\n', by });
    await memory.put({
      key: 'swarm/env-setup/b.md',
      kind,
      text: 'numpy two\n',
      by,
      expiresAtMs: world.clock.nowMs() + 1_000,
    });
    await memory.put({
      key: 'swarm/env-setup/c.md',
      kind,
      text: 'it is not so\n',
      by,
      refutes: [{ key: 'swarm/env-setup/a.md', version: 1 }],
    });
    await world.clock.advance(2_000);
    expect(await restoreMemory(life.engine, parts(world))).toEqual([]);
  });
});
