import { describe, expect, it } from 'vitest';

import type { App } from '../../../src/app/app.ts';
import { readConfig } from '../../../src/app/find-home.ts';
import { eject } from '../../../src/app/operations/eject.ts';
import { Fault } from '../../../src/base/fault.ts';
import type { GitTreeId } from '../../../src/base/ids.ts';
import { installationPaths } from '../../../src/domain/installation/paths.ts';
import { row } from '../../../src/domain/journal/kinds.ts';
import type { Memory, NewEntry, ServiceFacts } from '../../../src/ports/index.ts';
import { createFakeClock } from '../../fakes/fake-clock.ts';
import { createFakeMemory } from '../../fakes/fake-memory.ts';
import { createFakeRemotes } from '../../fakes/fake-remotes.ts';
import { createFakeSources } from '../../fakes/fake-sources.ts';
import { createFakeWork } from '../../fakes/fake-work.ts';
import { definitions } from '../../fakes/fake-world.ts';
import { comfyui, init, machine, type Machine, options, textsBelow } from './init/init-scene.ts';

const home = options.dir;
const files = (more: object = {}) => ({ keepFiles: false, dryRun: false, yes: true, ...more });

/** The machine after `init`, with an app that opens what is there as the program does. */
async function adopted(): Promise<{ one: Machine; app: App; memory: Memory }> {
  const one = machine();
  await init(one);
  const sources = createFakeSources(one.store);
  const memory = createFakeMemory({ clock: createFakeClock() });
  const beside = {
    work: createFakeWork(one.home, one.store, home),
    remotes: createFakeRemotes(),
    bus: {} as never,
    memory,
    transcripts: {} as never,
    metrics: {} as never,
    usage: {} as never,
  };
  const app: App = {
    ...one.app,
    cwd: home,
    async installation() {
      const config = await readConfig(one.files, home);
      const paths = installationPaths(home, '/state', config.id);
      if ((await one.files.info(paths.state)) === undefined) throw new Fault('LEDGER_UNAVAILABLE', 'gone');
      return { paths, config, definitions, ledger: one.ledger(), store: one.store, home: one.home, sources, ...beside };
    },
  };
  return { one, app, memory };
}

const below = async (one: Machine, dir: string): Promise<readonly string[]> =>
  Object.keys(await textsBelow(one.files, dir));

/** A slot as a run leaves it: a linked work tree at the branch, with its files. */
async function withSlot(one: Machine): Promise<void> {
  one.files.put(`${home}/.git/HEAD`, 'ref: refs/heads/main\n');
  const slot = { name: 'env', dir: `${home}/trees/env` };
  await one.home.prepareSlot({ slot, commit: one.home.head(), trashDir: '/none' });
  one.files.put(`${slot.dir}/.git`, `gitdir: ${home}/.git/worktrees/env\n`);
}

async function append(one: Machine, rows: readonly NewEntry[]): Promise<void> {
  const ledger = one.ledger();
  const held = await ledger.acquire();
  await ledger.append(rows);
  await held?.release();
}

const commitOf = (one: Machine, texts: Readonly<Record<string, string>>) => {
  const leaf = (text: string) =>
    ({ mode: '100644', blob: one.store.objects.write('blob', Buffer.from(text)) }) as const;
  const tree = one.store.objects.tree(new Map(Object.entries(texts).map(([path, text]) => [path, leaf(text)])));
  return one.store.commit({ tree, parents: [], message: 'm\n', author: { name: 'a', email: 'a@b' }, atSeconds: 0 });
};

const drafted = (proposed: GitTreeId) =>
  ({
    change: 'c1',
    run: 'r1',
    tree: 'env',
    base: 'b',
    baseTree: 't',
    proposed,
    title: 'more',
    risk: 'low',
    authors: [],
    paths: [],
  }) as const;

describe('eject', () => {
  it('leaves nothing of what init wrote, and all of ComfyUI', async () => {
    const { one, app } = await adopted();
    const before = await textsBelow(one.files, comfyui);
    expect(await eject.run(app, files())).toMatchObject({ state: 'ejected', keeps: [], untouched: [comfyui] });
    expect(await one.files.info(home)).toBeUndefined();
    expect(await below(one, '/state')).toEqual([]);
    expect(await textsBelow(one.files, comfyui)).toEqual(before);
  });

  it('shows it first, and changes nothing until yes is said', async () => {
    const { one, app } = await adopted();
    const nSteps = one.files.disk.log.length;
    expect(await eject.run(app, files({ yes: false }))).toMatchObject({ state: 'planned' });
    expect(one.files.disk.log.length).toBe(nSteps);
  });

  it.each([
    ['a file of the person', 'notes.md', 'orchestrate did not write it'],
    ['a file with edits', 'CLAUDE.md', 'has edits of yours'],
    ['what git ignores', 'memory/learned.md', 'orchestrate did not write it'],
    ['a note among the reports', 'sessions/mine.md', 'orchestrate did not write it'],
    ['a file among ours', '.orchestrate/mine.txt', 'orchestrate did not write it'],
    ['pictures of production', '.orchestrate/production/output/a.png', 'orchestrate did not write it'],
  ])('does not take %s', async (_, path, why) => {
    const { one, app } = await adopted();
    one.files.put(`${home}/${path}`, 'mine');
    await expect(eject.run(app, files())).rejects.toMatchObject({
      code: 'HOME_DIRTY',
      state: 'Nothing was removed.',
      data: { keeps: [{ path, why }] },
    });
    expect(await eject.run(app, files({ keepFiles: true }))).toMatchObject({
      state: 'ejected',
      keeps: [{ path, why }],
    });
    expect(await below(one, home)).toEqual([path]);
  });

  it('waits for a process of ours to end, and names the command', async () => {
    const { one, app } = await adopted();
    const { id } = await readConfig(one.files, home);
    const live = { pid: 7, startTime: '1', mark: `${id}/i1`, argv: ['python'] };
    const findMarked = async (matches: (mark: string) => boolean) => (matches(live.mark) ? [live] : []);
    const { outside } = app;
    const busy = { ...app, outside: { ...outside, processes: { ...outside.processes, findMarked } } };
    await expect(eject.run(busy, files())).rejects.toMatchObject({
      code: 'SUPERVISOR_BUSY',
      hints: ['orchestrate service stop'],
    });
  });

  it.each([
    ['a file in a slot', 'trees/env/mine.txt', 'is not what was written into the slot'],
    ['a file with edits in a slot', 'trees/env/requirements.in', 'is not what was written into the slot'],
    ['what git ignores in a slot', 'trees/env/memory/mine.md', 'is not what was written into the slot'],
    ['a folder of theirs beside the slots', 'trees/mine/notes.md', 'orchestrate did not write it'],
    [
      'what was moved out of a slot',
      '.orchestrate/trash/r2-env/env.mb3k-0f12ab/mine.txt',
      'was moved to trash, not removed',
    ],
  ])('does not take %s', async (_, path, why) => {
    const { one, app } = await adopted();
    await withSlot(one);
    one.files.put(`${home}/${path}`, 'mine');
    const before = await textsBelow(one.files, '/');
    await expect(eject.run(app, files())).rejects.toMatchObject({
      code: 'HOME_DIRTY',
      state: 'Nothing was removed.',
      data: { keeps: [{ path, why }] },
    });
    expect(await textsBelow(one.files, '/')).toEqual(before);
    expect(await eject.run(app, files({ keepFiles: true }))).toMatchObject({
      state: 'ejected',
      keeps: [{ path, why }],
    });
    expect(await textsBelow(one.files, home)).toEqual({ [path]: 'mine' });
  });

  it('takes a slot and trash of a slot that hold what a run wrote', async () => {
    const { one, app } = await adopted();
    await withSlot(one);
    const text = (await one.files.readText(`${home}/trees/env/requirements.in`)) ?? '';
    const proposed = await one.store.editTree(
      await one.store.treeOf(one.home.head()),
      new Map([['requirements.in', `${text}numpy\n`]]),
    );
    await append(one, [row('change.drafted', drafted(proposed), { keys: ['change:c1'] })]);
    one.files.put(`${home}/trees/env/requirements.in`, `${text}numpy\n`);
    one.files.put(`${home}/.orchestrate/trash/r1-env/env.mb3k-0f12ab/requirements.in`, `${text}numpy\n`);
    expect(await eject.run(app, files())).toMatchObject({ state: 'ejected', keeps: [] });
    expect(await one.files.info(home)).toBeUndefined();
  });

  it('leaves an environment that was set aside whole', async () => {
    const { one, app } = await adopted();
    const path = '.orchestrate/trash/environments/e1.0f12ab34';
    one.files.put(`${home}/${path}/lib/mine.py`, 'mine');
    one.files.put(`${home}/.orchestrate/trash/prune-4/e2/lib/ours.py`, 'ours');
    await expect(eject.run(app, files())).rejects.toMatchObject({ data: { keeps: [{ path }] } });
    await eject.run(app, files({ keepFiles: true }));
    expect(await below(one, home)).toEqual([`${path}/lib/mine.py`]);
  });

  it('does not take commits that only the HEAD of a slot names', async () => {
    const { one, app } = await adopted();
    await withSlot(one);
    one.home.slots.set('env', { state: 'linked', head: 'd'.repeat(40) });
    await expect(eject.run(app, files())).rejects.toMatchObject({
      code: 'HOME_DIRTY',
      data: { keeps: expect.arrayContaining([{ path: '.git', why: 'the slot env has commits of yours at ddddddd' }]) },
    });
    await eject.run(app, files({ keepFiles: true }));
    expect(await below(one, home)).toContain('.git/HEAD');
  });

  it('writes prompts that wait and user folders that were kept beside the home, interrupted at any step', async () => {
    const made = async () => {
      const { one, app } = await adopted();
      const { id } = await readConfig(one.files, home);
      one.files.put(`/state/orchestrate/${id}/queues/i3.json`, '[{"prompt_id":"p1"}]');
      one.files.put(`/state/orchestrate/${id}/queues/i2.json`, '[]');
      const tree = one.store.objects.tree(
        new Map([['comfyui.db', { mode: '100644', blob: one.store.objects.write('blob', Buffer.from('old')) }]]),
      );
      const author = { name: 'a', email: 'a@localhost' };
      const to = await one.store.commit({ tree, parents: [], message: 'kept\n', author, atSeconds: 0 });
      await one.store.updateRefs([{ ref: 'refs/orchestrate/user/i1', from: null, to }]);
      return { one, app, dir: `${home}-kept-${id}` };
    };
    const straight = await made();
    await expect(eject.run(straight.app, files())).rejects.toMatchObject({
      code: 'HOME_DIRTY',
      hints: expect.arrayContaining([expect.stringContaining(straight.dir)]),
      data: { keeps: [{ why: 'prompts wait in it' }, { why: 'your user folder as i1 left it' }] },
    });
    const begun = straight.one.files.disk.log.length;
    expect(await eject.run(straight.app, files({ keepFiles: true }))).toMatchObject({ writtenTo: straight.dir });
    const kept = { 'queues/i3.json': '[{"prompt_id":"p1"}]', 'user/i1/comfyui.db': 'old' };
    expect(await textsBelow(straight.one.files, straight.dir)).toEqual(kept);
    expect((await straight.one.files.info(straight.dir))?.mode).toBe(0o700);
    const nSteps = straight.one.files.disk.log.length - begun;
    for (let at = 1; at < nSteps; at += 3) {
      const { one, app, dir } = await made();
      one.files.failAfter(at);
      await eject.run(app, files({ keepFiles: true })).catch(() => undefined);
      one.files.failAfter(undefined);
      if ((await one.files.info(`${home}/orchestrate.yaml`)) !== undefined)
        await eject.run(app, files({ keepFiles: true }));
      expect(await textsBelow(one.files, dir), `after step ${at}`).toEqual(kept);
    }
  });

  it.each([
    ['a backup of the trash that was emptied', 'trash/t0f12ab34', 'trash/t0f12ab34', 'is a backup of the trash'],
    ['what was left in an opened slot', 'opened/r3-commits', 'opened/r3-commits', 'was left in a slot that you opened'],
    ['the files of a dead agent', 'edits/r2.lock#1', 'edits/r2.lock#1', 'was left by an agent that died'],
    ['commits out of a slot', 'incoming/rescued/env/x', 'rescued/env/x', 'are commits out of a slot'],
  ])('writes %s out as a branch, when only the store has it', async (_, ref, branch, why) => {
    const { one, app } = await adopted();
    const { id } = await readConfig(one.files, home);
    const to = await commitOf(one, { 'mine.txt': 'mine' });
    await one.store.updateRefs([{ ref: `refs/orchestrate/${ref}`, from: null, to }]);
    const path = `/state/orchestrate/${id}/store.git refs/orchestrate/${ref}`;
    await expect(eject.run(app, files())).rejects.toMatchObject({
      code: 'HOME_DIRTY',
      data: { keeps: [{ path, why }] },
    });
    const dir = `${home}-kept-${id}`;
    expect(await eject.run(app, files({ keepFiles: true }))).toMatchObject({ state: 'ejected', writtenTo: dir });
    expect(await one.files.readText(`${dir}/work.git/packed-refs`)).toBe(`${to} refs/heads/${branch}\n`);
    expect(await one.files.info(home)).toBeUndefined();
  });

  it('is not kept by what runs made by rule, and takes it along when something else is kept', async () => {
    const { one, app } = await adopted();
    const { id } = await readConfig(one.files, home);
    const made = await commitOf(one, { 'requirements.in': 'numpy\n' });
    await append(one, [
      row('change.drafted', drafted(await one.store.treeOf(made)), { keys: ['change:c1'] }),
      row('change.drafted', { ...drafted(await one.store.treeOf(made)), change: 'c2' }, { keys: ['change:c2'] }),
      row('branch.moved', { ref: 'm', from: 'a', to: 'b', change: 'c2' }, { keys: ['merged:c2'] }),
    ]);
    for (const ref of ['changes/c1', 'changes/c2', 'edits/r1.lock#1', 'edits/0123', 'trash/t1', 'incoming/branch'])
      await one.store.updateRefs([{ ref: `refs/orchestrate/${ref}`, from: null, to: made }]);
    expect(await eject.run(app, files({ dryRun: true }))).toMatchObject({ keeps: [], writtenTo: null });
    one.files.put(`/state/orchestrate/${id}/queues/i3.json`, '[{"prompt_id":"p1"}]');
    const { writtenTo } = await eject.run(app, files({ keepFiles: true }));
    const refs = ((await one.files.readText(`${writtenTo ?? ''}/work.git/packed-refs`)) ?? '').match(/refs\S+/g);
    expect(refs).toEqual(['trash/t1', 'edits/r1.lock#1', 'changes/c1'].map((name) => `refs/heads/${name}`));
  });

  it('takes what programs wrote into memory, and keeps what a person wrote or edited', async () => {
    const { one, app, memory } = await adopted();
    const program = { kind: 'program', name: 'memory' } as const;
    for (const key of ['swarm/a.md', 'swarm/b.md']) {
      await memory.put({ key, kind: 'state', text: 'learned', by: program });
      one.files.put(`${home}/memory/${key}`, 'learned');
    }
    await memory.put({ key: 'swarm/c.md', kind: 'state', text: 'mine', by: { kind: 'person', name: 'anna' } });
    one.files.put(`${home}/memory/swarm/c.md`, 'mine');
    one.files.put(`${home}/memory/swarm/b.md`, 'learned, and edited');
    expect((await eject.run(app, files({ dryRun: true }))).keeps.map(({ path }) => path)).toEqual([
      'memory/swarm/b.md',
      'memory/swarm/c.md',
    ]);
    await eject.run(app, files({ keepFiles: true }));
    expect(await below(one, `${home}/memory`)).toEqual(['swarm/b.md', 'swarm/c.md']);
  });

  it('waits for production of another program, which carries no mark, and for one that the record says is up', async () => {
    const { one, app } = await adopted();
    const composed = {
      instance: 'i1',
      purpose: 'production',
      tree: 't',
      environment: 'e',
      components: 'c',
      dir: `${home}/.orchestrate/instances/i1`,
      port: 8188,
      run: null,
      python: '/python',
      args: [],
      seal: 'read-only bind',
      by: { start: ['start-it'], stop: ['systemctl', 'stop', 'comfyui'] },
    } as const;
    const moved = { machine: 'instance', version: 1, subject: 'i1', input: {}, to: 'healthy' } as const;
    await append(one, [
      row('instance.composed', composed, { keys: ['instance:i1'] }),
      row('machine.created', moved, { keys: ['machine:i1'] }),
      row('production.set', { instance: 'i1', saved: null }, { keys: ['production'] }),
    ]);
    const before = await below(one, '/');
    const busy = { code: 'SUPERVISOR_BUSY', state: 'Nothing was removed.' };
    await expect(eject.run(app, files())).rejects.toMatchObject({ ...busy, hints: ['orchestrate service stop'] });
    await append(one, [row('production.set', { instance: null, saved: 'i1' }, { keys: ['production'] })]);
    const { outside } = app;
    const answering = (argv: readonly string[]): App => ({
      ...app,
      outside: {
        ...outside,
        service: { ...outside.service, facts: async () => ({ argv }) as unknown as ServiceFacts },
      },
    });
    await expect(eject.run(answering(['python', `${composed.dir}/main.py`]), files())).rejects.toMatchObject({
      ...busy,
      hints: ['systemctl stop comfyui   (the stop command of orchestrate.yaml)', 'orchestrate service stop'],
    });
    expect(await below(one, '/')).toEqual(before);
    // A server of somebody else on that port is none of ours.
    expect(await eject.run(answering(['python', '/opt/ComfyUI/main.py']), files())).toMatchObject({ state: 'ejected' });
  });

  it('waits for a run to end, and names the command', async () => {
    const { one, app } = await adopted();
    const ledger = one.ledger();
    const held = await ledger.acquire();
    const by = { kind: 'person', name: 'anna' } as const;
    const asked = { previewOnly: false, yes: false, until: null, playbook: null, inputs: {} };
    const created = {
      run: 'r1',
      goal: 'upgrade pytorch',
      kind: 'work',
      options: asked,
      by,
      request: 1,
      restore: null,
    } as const;
    await ledger.append([
      row('run.created', created, { run: 'r1', keys: ['run:r1'] }),
      row(
        'machine.created',
        { machine: 'run', version: 1, subject: 'r1', input: {}, to: 'previewing' },
        { run: 'r1', keys: ['machine:r1'] },
      ),
    ]);
    await held?.release();
    const before = await below(one, home);
    await expect(eject.run(app, files())).rejects.toMatchObject({
      code: 'SUPERVISOR_BUSY',
      hints: ['orchestrate runs cancel r1'],
      state: 'Nothing was removed.',
    });
    expect(await below(one, home)).toEqual(before);
  });

  it('keeps what installations share while there is another', async () => {
    const { one, app } = await adopted();
    one.files.put('/state/orchestrate/other/ledger.db', 'x');
    one.files.put('/state/orchestrate/logs/supervisor-1.log', 'x');
    await eject.run(app, files());
    expect(await below(one, '/state/orchestrate')).toEqual(['logs/supervisor-1.log', 'other/ledger.db']);
  });

  it('interrupted at any step of the disk, it goes on when it is typed again', async () => {
    const straight = await adopted();
    const begun = straight.one.files.disk.log.length;
    await eject.run(straight.app, files());
    const nSteps = straight.one.files.disk.log.length - begun;
    expect(nSteps).toBeGreaterThan(10);
    for (let at = 1; at < nSteps; at += 2) {
      const { one, app } = await adopted();
      const before = await textsBelow(one.files, comfyui);
      one.files.failAfter(at);
      await eject.run(app, files()).catch(() => undefined);
      one.files.failAfter(undefined);
      if ((await one.files.info(`${home}/orchestrate.yaml`)) !== undefined) await eject.run(app, files());
      expect(await below(one, '/'), `after step ${at}`).toEqual(
        Object.keys(before).map((path) => `opt/ComfyUI/${path}`),
      );
    }
  });
});
