import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { doctorAreas, type Finding, planRepairs } from '../../../../src/domain/doctor/finding.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';
import { fixFindings } from '../../../../src/engine/doctor/fix.ts';
import { lookAt } from '../../../../src/engine/doctor/look.ts';
import type { Engine } from '../../../../src/engine/engine.ts';
import { readTrash } from '../../../../src/engine/removal/read-trash.ts';
import { type Life, nothingHappens, startEngine } from '../../../fakes/fake-life.ts';
import { anna, createWorld, digest, type World } from '../../../fakes/fake-world.ts';
import { by, supervised } from '../supervisor/supervised-scene.ts';

let world: World;
let life: Life;
const tag = 'refs/tags/restore/0000-adopted';
const wheel = 'ab'.repeat(32);

beforeEach(async () => {
  world = await createWorld();
  life = await startEngine(world, { effects: nothingHappens });
});
afterEach(() => life.kill());

async function look(engine: Engine = life.engine): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const area of doctorAreas) findings.push(...(await lookAt(engine, area, { isDeep: true })).findings);
  return findings;
}

const plan = (findings: readonly Finding[]) => planRepairs(findings, (text) => digest.sha256(text));
const fix = (shown: ReturnType<typeof plan>, key = 'doctor:1') => fixFindings(life.engine, { ...shown, by: anna, key });

/** A life before this one left all of it behind. */
async function breakAll(): Promise<void> {
  const { paths } = world.context;
  world.home.refs.delete(tag);
  world.store.refs.set(tag, world.first);
  world.home.slots.set('env-setup', { state: 'half', head: null });
  world.files.put(`${paths.trees}/env-setup/left.txt`, 'x');
  world.files.put(`${paths.instances}/i7x/ComfyUI/main.py`, 'x');
  world.files.put(`${paths.envs}/0123456789ab/orchestrate-building`, '');
  world.files.put(`${paths.wheels}/${wheel}/x-1-py3-none-any.whl`, 'not the wheel');
  world.files.put(`${paths.trash}/somebody/work.txt`, 'work');
  await world.processes.start({
    program: '/usr/bin/sleep',
    args: ['9'],
    cwd: '/',
    env: {},
    logPath: '/x',
    mark: 'demo/r9.build#1',
  });
  const lease = { run: 'r9', slot: 'ops-maint', tree: 'ops-maint', port: 8190, homePort: 8190, skipped: [] };
  const keys = ['lease:slot:ops-maint', 'lease:port:8190', 'lease-of:r9'];
  const closed = { run: 'r9', state: 'done', freed: [], report: null };
  await life.ledger.append([
    row('lease.taken', lease, { run: 'r9', keys }),
    row('run.closed', closed, { run: 'r9', keys: ['close:r9'] }),
  ]);
}

describe('doctor', () => {
  beforeEach(() => world.processes.program('sleep', () => ({})));

  it('finds nothing in a good installation', async () => {
    expect(await look()).toEqual([]);
  });

  it('finds each thing that is broken, with what says so, and repairs it so that it is whole again', async () => {
    await breakAll();
    const before = await look();
    expect(before.map(({ id }) => id)).toEqual([
      'tag-store:restore/0000-adopted',
      'tag-home:restore/0000-adopted',
      'process-stray:r9.build#1',
      'instance-folder:i7x',
      'slot-half:env-setup',
      'lease-orphan:r9',
      'environment-unfinished:0123456789ab',
      `wheel-broken:${wheel.slice(0, 12)}`,
      'trash-unrecorded:somebody',
    ]);
    expect(before.filter(({ evidence }) => evidence.length === 0)).toEqual([]);
    const fixed = await fix(plan(before));
    expect(fixed.filter(({ outcome }) => outcome !== 'repaired')).toEqual([]);
    expect(await look()).toEqual([]);
    // What went is in the trash, with its bytes.
    const { trash } = world.context.paths;
    const [instance = ''] = await world.files.list(`${trash}/instances`);
    expect(await world.files.readText(`${trash}/instances/${instance}/ComfyUI/main.py`)).toBe('x');
    expect(await world.files.readText(`${trash}/somebody/work.txt`)).toBe('work');
    const kept = (await world.files.list(trash)).filter((name) => name.startsWith('doctor-'));
    expect(kept).toHaveLength(2);
  });

  it('does nothing twice: the same request again answers as before, and a new one finds nothing', async () => {
    await breakAll();
    const shown = plan(await look());
    const first = await fix(shown);
    const nRows = life.ledger.head().seq;
    expect(await fix(shown)).toEqual(first);
    expect(life.ledger.head().seq).toBe(nRows);
    const again = await fix(shown, 'doctor:2');
    expect(again.map(({ outcome }) => outcome)).toEqual(first.map(() => 'gone'));
    expect(await look()).toEqual([]);
  });

  it('leaves what is something else by now, and does the rest', async () => {
    world.home.refs.delete(tag);
    world.files.put(`${world.context.paths.trash}/somebody/work.txt`, 'work');
    const shown = plan(await look());
    world.home.refs.set(tag, 'c'.repeat(40));
    const fixed = await fix(shown);
    expect(fixed.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      'tag-home:restore/0000-adopted moved',
      'trash-unrecorded:somebody repaired',
    ]);
    expect(world.home.refs.get(tag)).toBe('c'.repeat(40));
  });

  it('refuses a plan of which nothing is as it was, or that the hash does not name', async () => {
    world.home.refs.delete(tag);
    const shown = plan(await look());
    await expect(fix({ ...shown, repairs: [] })).rejects.toMatchObject({ code: 'PLAN_MOVED' });
    world.home.refs.set(tag, 'c'.repeat(40));
    await expect(fix(shown)).rejects.toMatchObject({ code: 'PLAN_MOVED', state: 'Nothing was repaired.' });
  });

  it('tells a repair that fails, and goes on', async () => {
    world.home.refs.delete(tag);
    world.home.slots.set('env-setup', { state: 'half', head: null });
    const shown = plan(await look());
    await life.engine.leases.hold('env-setup');
    const fixed = await fix(shown);
    expect(fixed.map(({ outcome }) => outcome)).toEqual(['repaired', 'failed']);
    expect(fixed[1]?.sentence).toMatch(/^REMOVAL_REFUSED: It is left for now: a run has the slot/);
  });

  it('moves a folder of the same name as one in the trash beside it, and says repaired of nothing that is left', async () => {
    const { paths } = world.context;
    const main = `${paths.instances}/i7x/main.py`;
    for (const [nth, text] of ['first', 'second'].entries()) {
      world.files.put(main, text);
      expect((await fix(plan(await look()), `doctor:${nth}`)).map(({ outcome }) => outcome)).toEqual(['repaired']);
      expect(await look()).toEqual([]);
    }
    const kept = readTrash(life.engine).map(({ place }) => world.files.readText(`${place}/main.py`));
    expect((await Promise.all(kept)).sort((a, b) => String(a).localeCompare(String(b)))).toEqual(['first', 'second']);
    world.files.put(main, 'third');
    const shown = plan(await look());
    world.files.moveNew = () => Promise.resolve('taken');
    expect(await fix(shown, 'doctor:3')).toMatchObject([{ outcome: 'failed' }]);
    expect(await world.files.readText(main)).toBe('third');
  });

  it('tells an environment that somebody changed, and never moves it by itself', async () => {
    const [id = ''] = await world.files.list(world.context.paths.envs);
    world.python.drift(`${world.context.paths.envs}/${id}`, 'lib/numpy/__init__.py');
    const [finding, ...others] = await look();
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      id: `environment-drifted:${id.slice(0, 12)}`,
      severity: 'error',
      repair: { kind: 'by-hand', command: 'orchestrate run "rebuild environment"' },
    });
    expect(plan(await look()).repairs).toEqual([]);
  });
});

it('is asked of the supervisor, which answers with what it did on record', async () => {
  const scene = await supervised(undefined, (made) => {
    made.files.put(`${made.context.paths.envs}/0123456789ab/orchestrate-building`, '');
  });
  const context = { ...scene.world.context, ledger: scene.world.ledgers.open() };
  const { findings } = await lookAt(context, 'environments', { isDeep: false });
  const { repairs, hash } = plan(findings);
  expect(repairs.map(({ act }) => act)).toEqual(['trash-environment']);
  expect(await scene.ask('doctor.fix', { repairs, hash, by })).toMatchObject({
    kind: 'accepted',
    sentence: '1 of 1 repaired.',
  });
  expect(scene.latest('doctor.fixed')).toMatchObject({ hash, by, repairs: [{ outcome: 'repaired' }] });
  await scene.supervisor.stop();
});
