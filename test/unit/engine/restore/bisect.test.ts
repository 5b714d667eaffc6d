import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { bisectView } from '../../../../src/app/views/bisect-view.ts';
import { runView } from '../../../../src/app/views/run-view.ts';
import { parsePlaybook } from '../../../../src/domain/definitions/playbook.ts';
import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import type { RestoreManifest } from '../../../../src/domain/restore/manifest.ts';
import type { RunOptions } from '../../../../src/domain/runs/options.ts';
import { ask, closedAs, passUntil, startSupervisor } from '../../../fakes/fake-life.ts';
import { fakeLocked } from '../../../fakes/fake-python.ts';
import type { FakeBoot } from '../../../fakes/fake-service.ts';
import { anna, createWorld, homeDir, type World } from '../../../fakes/fake-world.ts';
import { type Scene, supervised } from '../supervisor/supervised-scene.ts';

const playbook = parsePlaybook({
  file: 'built-in:playbooks/bisect-restore-points.yaml',
  text: readFileSync(new URL('../../../../playbooks/bisect-restore-points.yaml', import.meta.url), 'utf8'),
  origin: 'built-in',
});
const versions = ['2.1.0', '2.2.0', '2.3.0', '2.4.0', '2.5.0'];

async function knowing(): Promise<World> {
  const offered = Object.fromEntries(['2.0.0', ...versions].map((version) => [version, {}]));
  const world = await createWorld({
    index: { numpy: offered, pillow: { '11.0.0': {} }, torch: { '2.8.0': { needs: ['numpy>=2'] } } },
  });
  const definitions = {
    ...world.context.definitions,
    playbooks: new Map([...world.context.definitions.playbooks, [playbook.id, playbook]]),
  };
  return { ...world, context: { ...world.context, definitions } };
}

const optionsOf = (given: Partial<RunOptions>): RunOptions => ({
  ...{ previewOnly: false, yes: true, until: null, playbook: null, inputs: {} },
  ...given,
});

/** An installation with that many merges of numpy: restore points 0 to n. */
async function merged(n: number): Promise<Scene> {
  const world = await knowing();
  const scene = await supervised({}, () => world);
  for (const [nth, version] of versions.slice(0, n).entries()) {
    const options = optionsOf({ inputs: { version } });
    await scene.ask('run.start', { goal: 'upgrade numpy', options, by: anna });
    await passUntil(world, () => closedAs(world, `r${nth + 1}`) === 'done');
  }
  return scene;
}

/** Restore points by the environment that a start is made from. */
function numberOf(world: World): (program: string) => number {
  const points = new Map<string, number>();
  for (const entry of world.ledgers.open().read({ kinds: ['restore.created'], limit: 100 })) {
    const manifest = dataOf('restore.created', entry)?.manifest as RestoreManifest;
    points.set(`${homeDir}/.orchestrate/envs/${manifest.environment}/bin/python`, manifest.number);
  }
  return (program) => points.get(program) ?? -1;
}

/** From a restore point on, services turn out so. */
function breakFrom(world: World, first: number, boot: FakeBoot): void {
  const at = numberOf(world);
  world.service.boot = ({ spec }) => (at(spec.program) >= first ? boot : {});
}

const noPicture: FakeBoot = { runs: () => ({ kind: 'failed', reason: 'no kernel for this card' }) };
const inputs = { good: '', bad: '', workflow: '' };
const bisectAsked = (given: Partial<typeof inputs> = {}) => ({
  goal: 'bisect',
  options: optionsOf({ playbook: playbook.id, inputs: { ...inputs, ...given } }),
  by: anna,
});

async function bisect(scene: Scene, run: string, given: Partial<typeof inputs> = {}): Promise<string | undefined> {
  await scene.ask('run.start', bisectAsked(given));
  await passUntil(scene.world, () => closedAs(scene.world, run) !== undefined);
  return closedAs(scene.world, run);
}

const foundBy = ({ world }: { world: World }, run: string) => bisectView(world.ledgers.open(), run);
const codeOf = ({ world }: Scene, run: string) => runView(world.ledgers.open(), run)?.fault?.code;

describe('a bisect', () => {
  it('names the merge after which a workflow fails, its packages, and the way back, and changes nothing', async () => {
    const scene = await merged(5);
    const { world } = scene;
    const head = world.home.head();
    breakFrom(world, 3, noPicture);
    expect(await bisect(scene, 'r6')).toBe('done');
    const found = foundBy(scene, 'r6');
    expect(found).toMatchObject({ watched: ['workflow portrait'], command: 'orchestrate restore to 2' });
    expect(found?.suspects).toMatchObject([
      { change: 'c3', run: 'r3', packages: [{ name: 'numpy', from: '2.2.0', to: '2.3.0' }], components: [] },
    ]);
    expect(found?.suspects[0]?.paths).toContain('requirements.lock');
    expect(found?.probes.map(({ point, verdict }) => `${point?.slice(0, 4)} ${verdict}`)).toEqual([
      '0000 good',
      '0005 bad',
      '0002 good',
      '0003 bad',
    ]);
    // How many were left was never less than what came.
    expect(found?.probes.map(({ nStepsLeft }) => nStepsLeft)).toEqual([4, 3, 2, 0]);
    expect(world.home.head()).toBe(head);
    expect(await world.files.list(`${homeDir}/.orchestrate/instances`)).toEqual([]);
  });

  it('says undo where it is the newest merge', async () => {
    const scene = await merged(2);
    breakFrom(scene.world, 2, { ends: 'dies', log: ['ImportError: numpy'] });
    expect(await bisect(scene, 'r3', { good: '0' })).toBe('done');
    expect(foundBy(scene, 'r3')).toMatchObject({ watched: ['the service'], command: 'orchestrate undo' });
    expect(foundBy(scene, 'r3')?.probes.at(-2)?.sentence).toContain('ImportError: numpy');
  });

  it('follows a pack back that does not import, and not where one workflow alone is asked for', async () => {
    const scene = await merged(3);
    breakFrom(scene.world, 2, { log: ['   0.1 seconds (IMPORT FAILED): /x/custom_nodes/new-pack'] });
    expect(await bisect(scene, 'r4')).toBe('done');
    expect(foundBy(scene, 'r4')).toMatchObject({ watched: ['node pack new-pack'], suspects: [{ change: 'c2' }] });
    expect(await bisect(scene, 'r5', { workflow: 'portrait' })).toBe('failed');
    expect(codeOf(scene, 'r5')).toBe('BISECT_NOTHING_BROKEN');
  });

  it('skips a state that cannot be tried, says so, and names what is left', async () => {
    const scene = await merged(3);
    const { world } = scene;
    const [, , second] = world.ledgers.open().read({ kinds: ['restore.created'], limit: 10 });
    const environment = dataOf('restore.created', second)?.manifest.environment ?? '';
    world.python.drift(`${homeDir}/.orchestrate/envs/${environment}`, 'lib/numpy/planted.py');
    breakFrom(world, 3, noPicture);
    expect(await bisect(scene, 'r4')).toBe('done');
    const found = foundBy(scene, 'r4');
    expect(found?.probes.find(({ verdict }) => verdict === 'skipped')).toMatchObject({
      point: expect.stringMatching(/^0002/),
    });
    expect(found?.suspects.map(({ change }) => change)).toEqual(['c2', 'c3']);
    expect(found?.command).toBe('orchestrate restore to 1');
  });

  it('does not take a start that fails for a workflow that fails: a later merge had mended it', async () => {
    const scene = await merged(5);
    const at = numberOf(scene.world);
    // The start is broken at 3 and mended at 4; the workflow fails from 4 on.
    scene.world.service.boot = ({ spec }) => {
      const number = at(spec.program);
      if (number === 3) return { ends: 'dies', log: ['ImportError: numpy'] };
      return number >= 4 ? noPicture : {};
    };
    expect(await bisect(scene, 'r6')).toBe('done');
    const found = foundBy(scene, 'r6');
    expect(found?.probes.map(({ point, verdict }) => `${point?.slice(0, 4)} ${verdict}`)).toEqual([
      '0000 good',
      '0005 bad',
      '0002 good',
      '0003 skipped',
      '0004 bad',
    ]);
    expect(found?.suspects.map(({ change }) => change)).toEqual(['c3', 'c4']);
    expect(found?.probes.find(({ verdict }) => verdict === 'skipped')?.sentence).toContain('ImportError: numpy');
  });

  it('starts a service that did not answer in time once more before it counts', async () => {
    const scene = await merged(3);
    const { world } = scene;
    const at = numberOf(world);
    /** Services that were started of each restore point, by process. */
    const started = new Map<number, Set<number>>();
    world.service.boot = ({ spec, pid }) => {
      const number = at(spec.program);
      const pids = started.get(number) ?? new Set();
      started.set(number, pids.add(pid));
      if (number === 3) return { ends: 'silent' };
      return number === 1 && [...pids][0] === pid ? { ends: 'silent' } : {};
    };
    expect(await bisect(scene, 'r4')).toBe('done');
    const found = foundBy(scene, 'r4');
    expect(found).toMatchObject({ watched: ['the service'], suspects: [{ change: 'c3' }] });
    expect(found?.probes.find(({ point }) => point?.startsWith('0001'))?.verdict).toBe('good');
    expect([1, 3].map((number) => started.get(number)?.size)).toEqual([2, 2]);
  });

  it('builds what is not there from kept wheels alone, and skips what has none', async () => {
    const scene = await merged(3);
    const { world } = scene;
    const gone = world.ledgers
      .open()
      .read({ kinds: ['restore.created'], limit: 10 })
      .slice(1, 3)
      .map((entry) => dataOf('restore.created', entry)?.manifest.environment ?? '');
    for (const id of gone) await world.files.remove(`${homeDir}/.orchestrate/envs/${id}`);
    await world.files.remove(`${homeDir}/.orchestrate/wheels/${fakeLocked('numpy', '2.2.0').sha256[0]}`);
    const nBuilt = world.python.built.length;
    breakFrom(world, 3, noPicture);
    expect(await bisect(scene, 'r4')).toBe('done');
    expect(world.python.built.slice(nBuilt).map(({ id, index }) => [id, index])).toEqual([[gone[0], undefined]]);
    const found = foundBy(scene, 'r4');
    expect(found?.probes.find(({ verdict }) => verdict === 'skipped')?.sentence).toContain('numpy 2.2.0');
    expect(found?.suspects.map(({ change }) => change)).toEqual(['c2', 'c3']);
  });

  it('refuses what leaves nothing to halve', async () => {
    const alone = await merged(0);
    expect(await bisect(alone, 'r1')).toBe('failed');
    expect(codeOf(alone, 'r1')).toBe('BISECT_TOO_FEW_POINTS');

    const scene = await merged(2);
    const codes: unknown[] = [];
    const refused = async (run: string, given: Partial<typeof inputs>) => {
      await bisect(scene, run, given);
      codes.push(codeOf(scene, run));
    };
    await refused('r3', { good: '2', bad: '1' });
    await refused('r4', { good: '1', bad: '1' });
    await refused('r5', { workflow: 'nobody' });
    await refused('r6', { good: '99' });
    await refused('r7', {});
    breakFrom(scene.world, 0, noPicture);
    await refused('r8', {});
    expect(codes).toEqual([
      'BISECT_NOT_BEFORE',
      'BISECT_NOT_BEFORE',
      'WORKFLOW_NOT_FOUND',
      'RESTORE_NOT_FOUND',
      'BISECT_NOTHING_BROKEN',
      'BISECT_GOOD_FAILS',
    ]);
    expect(foundBy(scene, 'r8')).toBeNull();
  });

  it('goes on where it was when its process is killed, tries nothing twice, and ends the same', async () => {
    const begun = async () => {
      const scene = await merged(3);
      await scene.supervisor.stop();
      breakFrom(scene.world, 2, noPicture);
      await ask(scene.world, 'run.start', bisectAsked());
      return scene.world;
    };
    const straight = await begun();
    const first = startSupervisor(straight);
    await passUntil(straight, () => closedAs(straight, 'r4') !== undefined);
    const { nSteps } = first;
    await first.stop();
    const shape = (world: World) => {
      const found = foundBy({ world }, 'r4');
      return {
        probes: found?.probes.map(({ point, verdict }) => `${point} ${verdict}`),
        change: found?.suspects[0]?.change,
      };
    };
    expect(shape(straight).change).toBe('c2');
    let nDeaths = 0;
    for (let step = 0; step < nSteps; step += 31) {
      const world = await begun();
      const dying = startSupervisor(world, { step, when: step % 2 === 0 ? 'before' : 'after' });
      await passUntil(world, () => dying.isDead || closedAs(world, 'r4') !== undefined);
      nDeaths += dying.isDead ? 1 : 0;
      if (!dying.isDead) await dying.kill();
      const next = startSupervisor(world);
      await passUntil(world, () => closedAs(world, 'r4') !== undefined);
      await next.stop();
      expect(shape(world), `killed at step ${step}`).toEqual(shape(straight));
      expect(await world.files.list(`${homeDir}/.orchestrate/instances`)).toEqual([]);
    }
    expect(nDeaths).toBeGreaterThan(5);
  }, 60_000);
});
