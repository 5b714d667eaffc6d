import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { parsePlaybook } from '../../../../src/domain/definitions/playbook.ts';
import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import type { RunOptions } from '../../../../src/domain/runs/options.ts';
import { ask, closedAs, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { fakeLocked } from '../../../fakes/fake-python.ts';
import { anna, createWorld, homeDir, type World, type WorldOptions } from '../../../fakes/fake-world.ts';
import { type Scene, supervised } from '../supervisor/supervised-scene.ts';

const work = `${homeDir}/.orchestrate`;
const playbook = parsePlaybook({
  file: 'built-in:playbooks/drill-restore-point.yaml',
  text: readFileSync(new URL('../../../../playbooks/drill-restore-point.yaml', import.meta.url), 'utf8'),
  origin: 'built-in',
});

async function knowing(given: WorldOptions = {}): Promise<World> {
  const world = await createWorld(given);
  const definitions = {
    ...world.context.definitions,
    playbooks: new Map([...world.context.definitions.playbooks, [playbook.id, playbook]]),
  };
  return { ...world, context: { ...world.context, definitions } };
}

async function installation(given: WorldOptions = {}): Promise<Scene> {
  const world = await knowing(given);
  return supervised({}, () => world);
}

const optionsOf = (point: string): RunOptions => ({
  previewOnly: false,
  yes: true,
  until: null,
  playbook: playbook.id,
  inputs: { point },
});

async function drill(scene: Scene, point = '0', run = 'r1'): Promise<string | undefined> {
  await scene.ask('run.start', { goal: `drill ${point}`, options: optionsOf(point), by: anna });
  await passUntil(scene.world, () => closedAs(scene.world, run) !== undefined);
  return closedAs(scene.world, run);
}

describe('a drill', () => {
  it('builds without an index in a folder of its own, compares, boots, runs, and leaves nothing but its row', async () => {
    const scene = await installation();
    const { world } = scene;
    const head = world.home.head();
    const [environment = ''] = await world.files.list(`${work}/envs`);
    expect(await drill(scene)).toBe('done');
    const [built] = world.python.built;
    expect([built?.id, built?.index]).toEqual([environment, undefined]);
    expect(built?.dir).toBe(`${work}/anew/r1-${environment}`.slice(0, `${work}/envs/${environment}`.length));
    expect(scene.latest('restore.drilled')).toMatchObject({ number: 0, name: '0000-adopted', run: 'r1', fault: null });
    expect(scene.latest('restore.drilled')?.parts.map(({ part }) => part)).toEqual([
      'build',
      'compare',
      'boot',
      'workflows',
    ]);
    expect(scene.latest('instance.composed')?.python).toBe(`${built?.dir}/bin/python`);
    expect(await world.files.list(`${work}/anew`)).toEqual([]);
    expect(await world.files.list(`${work}/envs`)).toEqual([environment]);
    expect(await world.files.list(`${work}/instances`)).toEqual([]);
    expect([world.home.head(), scene.latest('change.drafted')]).toEqual([head, undefined]);
  });

  it('does not touch production, nor the environment that it runs from', async () => {
    const scene = await installation();
    const { world } = scene;
    await scene.ask('service.start', { by: anna });
    await passUntil(world, () => stateOfSubject(world, 'i1') === 'healthy');
    expect(await drill(scene)).toBe('done');
    expect(stateOfSubject(world, 'i1')).toBe('healthy');
    expect(scene.latest('production.set')).toMatchObject({ instance: 'i1' });
  });

  it('says that other bytes came out, and which', async () => {
    const scene = await installation();
    scene.world.python.otherwise.push('lib/torch/other.py');
    expect(await drill(scene)).toBe('failed');
    const { parts, fault } = scene.latest('restore.drilled') ?? {};
    expect(parts?.map(({ part }) => part)).toEqual(['build']);
    expect(fault).toMatchObject({ code: 'ENVIRONMENT_DRIFTED', data: { unlike: ['lib/torch/other.py'] } });
    expect(fault?.state).toContain('production');
    expect(await scene.world.files.list(`${work}/anew`)).toEqual([]);
  });

  it('names the wheels that are not kept, and builds nothing', async () => {
    const scene = await installation();
    const { sha256 } = fakeLocked('torch', '2.8.0');
    await scene.world.files.remove(`${work}/wheels/${sha256[0]}`);
    expect(await drill(scene)).toBe('failed');
    expect(scene.latest('restore.drilled')?.fault).toMatchObject({
      code: 'RESTORE_UNAVAILABLE',
      message: '0000-adopted needs the network: 1 of its wheels is not kept: torch 2.8.0.',
      data: { missing: ['torch 2.8.0'] },
    });
    expect(scene.world.python.built).toEqual([]);
  });

  it('says of a borrowed environment that nothing can build it', async () => {
    const scene = await installation({ borrowed: '/opt/ComfyUI/venv/bin/python' });
    expect(await drill(scene)).toBe('failed');
    const { fault } = scene.latest('restore.drilled') ?? {};
    expect(fault?.code).toBe('RESTORE_UNAVAILABLE');
    expect(fault?.message).toContain('is borrowed: its environment was found at /opt/ComfyUI/venv');
    expect(scene.world.python.built).toEqual([]);
  });

  it('fails when a workflow of then does not run, and says so', async () => {
    const scene = await installation();
    scene.world.service.boot = () => ({ runs: () => ({ kind: 'failed', reason: 'no such node' }) });
    expect(await drill(scene)).toBe('failed');
    expect(scene.latest('restore.drilled')).toMatchObject({
      fault: { code: 'SMOKE_FAILED', message: 'Workflow portrait failed: no such node' },
    });
    expect(scene.latest('restore.drilled')?.parts.map(({ part }) => part)).toEqual(['build', 'compare', 'boot']);
  });

  it('holds a boot against what the same tree had when it was proven', async () => {
    const scene = await installation();
    await scene.ask('run.start', {
      goal: 'upgrade numpy',
      options: { previewOnly: false, yes: true, until: null, playbook: null, inputs: {} },
      by: anna,
    });
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') === 'done');
    expect(await drill(scene, '1', 'r2')).toBe('done');
    expect(scene.latest('restore.drilled')?.parts[2]?.sentence).toMatch(/none gone of the \d+ on record/);
    scene.world.service.boot = () => ({ nodeClasses: ['SaveImage'] });
    expect(await drill(scene, '1', 'r3')).toBe('failed');
    expect(scene.latest('restore.drilled')?.fault).toMatchObject({ code: 'INSTANCE_UNHEALTHY' });
    expect(scene.latest('restore.drilled')?.fault?.message).toContain('node class KSampler');
  });

  it('does not claim a picture where there is no workflow', async () => {
    const scene = await installation({ workflows: {} });
    expect(await drill(scene)).toBe('done');
    expect(scene.latest('restore.drilled')?.notProven).toContain(
      'that a picture is drawn: the restore point has no workflow',
    );
  });

  it('ends the same, and leaves nothing, however its process is killed on the way', async () => {
    const straight = await knowing();
    const head = straight.home.head();
    const asked = { goal: 'drill 0', options: optionsOf('0'), by: anna };
    await ask(straight, 'run.start', asked);
    const first = startSupervisor(straight);
    await passUntil(straight, () => closedAs(straight, 'r1') !== undefined);
    const { nSteps } = first;
    await first.stop();
    let nDeaths = 0;
    for (let step = 0; step < nSteps; step += 3) {
      const world = await knowing();
      await ask(world, 'run.start', asked);
      const dying = startSupervisor(world, { step, when: step % 2 === 0 ? 'before' : 'after' });
      await passUntil(world, () => dying.isDead || closedAs(world, 'r1') !== undefined);
      nDeaths += dying.isDead ? 1 : 0;
      if (!dying.isDead) await dying.kill();
      const next = startSupervisor(world);
      await passUntil(world, () => closedAs(world, 'r1') !== undefined);
      await next.stop();
      const drilled = dataOf('restore.drilled', world.ledgers.open().latest('drill:0'));
      expect(
        {
          run: closedAs(world, 'r1'),
          parts: drilled?.parts.length,
          fault: drilled?.fault,
          anew: await world.files.list(`${work}/anew`),
          instances: await world.files.list(`${work}/instances`),
          nEnvironments: (await world.files.list(`${work}/envs`)).length,
          head: world.home.head(),
        },
        `killed at step ${step}`,
      ).toEqual({ run: 'done', parts: 4, fault: null, anew: [], instances: [], nEnvironments: 1, head });
    }
    expect(nDeaths).toBeGreaterThan(20);
  });

  it('makes no row for a restore point that is not there', async () => {
    const scene = await installation();
    expect(await drill(scene, '99')).toBe('failed');
    expect(scene.latest('restore.drilled')).toBeUndefined();
  });
});
