import { describe, expect, it } from 'vitest';

import type { App } from '../../../src/app/app.ts';
import { readConfig } from '../../../src/app/find-home.ts';
import { eject } from '../../../src/app/operations/eject.ts';
import { Fault } from '../../../src/base/fault.ts';
import { installationPaths } from '../../../src/domain/installation/paths.ts';
import { row } from '../../../src/domain/journal/kinds.ts';
import { createFakeSources } from '../../fakes/fake-sources.ts';
import { definitions } from '../../fakes/fake-world.ts';
import { comfyui, init, machine, type Machine, options, textsBelow } from './init/init-scene.ts';

const home = options.dir;
const files = (more: object = {}) => ({ keepFiles: false, dryRun: false, yes: true, ...more });

/** The machine after `init`, with an app that opens what is there as the program does. */
async function adopted(): Promise<{ one: Machine; app: App }> {
  const one = machine();
  await init(one);
  const sources = createFakeSources(one.store);
  const app: App = {
    ...one.app,
    cwd: home,
    async installation() {
      const config = await readConfig(one.files, home);
      const paths = installationPaths(home, '/state', config.id);
      if ((await one.files.info(paths.state)) === undefined) throw new Fault('LEDGER_UNAVAILABLE', 'gone');
      return { paths, config, definitions, ledger: one.ledger(), store: one.store, home: one.home, sources };
    },
  };
  return { one, app };
}

const below = async (one: Machine, dir: string): Promise<readonly string[]> =>
  Object.keys(await textsBelow(one.files, dir));

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
