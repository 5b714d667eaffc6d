import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Operation } from '../../src/app/operation.ts';
import { operations } from '../../src/app/operations/index.gen.ts';
import { optionsOf } from '../../src/app/options.ts';
import { processesOf, until } from '../support/fault-processes.ts';
import type { CommandResult } from '../support/fault-program.ts';
import { endStranger, expectDone, expectFault, startStranger, untilRow } from '../support/fault-steps.ts';
import type { FaultWorld } from '../support/fault-world.ts';
import { at, listAt, textAt } from '../support/program.ts';
import { filesOf, productionOf, sceneWorld, sketchOf } from '../support/scene-home.ts';

let world: FaultWorld;

beforeAll(async () => {
  world = await sceneWorld();
});
afterAll(() => world.remove());

const upgrade = ['run', 'upgrade pytorch'] as const;
const torch = (): string =>
  /^torch===(\S+)/m.exec(fs.readFileSync(join(world.home, 'requirements.lock'), 'utf8'))?.[1] ?? '';
const head = (): string => world.git(['rev-parse', 'refs/heads/main']);
const treeOf = (commit: string): string => world.git(['rev-parse', `${commit}^{tree}`]);
const all = async (): Promise<Operation[]> =>
  (await Promise.all(Object.values(operations).map((load) => load()))) as unknown as Operation[];

function expectPaused(result: CommandResult): string {
  expect(
    { exit: result.exitStatus, state: result.json?.['state'] },
    `${result.err}\n${result.out.slice(0, 800)}`,
  ).toEqual({ exit: 7, state: 'paused' });
  return String(result.json?.['run']);
}

/** A run whose change waits for the person. Returns run and change. */
async function waiting(): Promise<{ run: string; change: string; result: CommandResult }> {
  const result = await world.run([...upgrade, '--json']);
  expect(result.exitStatus, result.err).toBe(7);
  const { run, change } = result.json as { run: string; change: { change: string } };
  return { run, change: change.change, result };
}

async function activeRuns(): Promise<readonly string[]> {
  const { json } = await world.ok(['runs', 'list', '--active', '--json']);
  return listAt(json, 'runs').map((one) => textAt(one, 'run'));
}

/** Every test begins with the torch that init found, no run under way, production up. */
beforeEach(async () => {
  for (const run of await activeRuns()) await world.ok(['runs', 'cancel', run, '--json']);
  if (torch() !== '2.10.0') expectDone(await world.run(['restore', 'to', '0', '--yes', '--json']));
});

describe('help and answers', () => {
  it('of every operation explain it with an example and end with 0', async () => {
    const names = (await all()).map(({ name }) => name);
    for (let first = 0; first < names.length; first += 3) {
      await Promise.all(
        names.slice(first, first + 3).map(async (name) => {
          const { exitStatus, out, err } = await world.run([...name.split(' '), '--help']);
          expect({ exitStatus, err }).toEqual({ exitStatus: 0, err: '' });
          expect(out).toMatch(new RegExp(`^orchestrate ${name}`));
          expect(out).toMatch(/Examples?:\n {2}.*orchestrate/);
        }),
      );
    }
  });

  it('of every operation that reads are what its schema says, to the last field', async () => {
    const { run, change } = await waiting();
    const noted = join(world.home, 'note.txt');
    fs.writeFileSync(noted, 'mine\n');
    const moved = listAt((await world.ok(['outside', 'list', '--json'])).json, 'differences')[0];
    const row = world.rows('machine.moved').at(-1)?.seq ?? 1;
    const key = textAt(listAt((await world.ok(['memory', 'list', '--json'])).json, 'entries')[0], 'key');
    const bundle = join(world.base, 'live', 'adopted.bundle.tar');
    await world.ok(['restore', 'export', '0', '--bundle', bundle, '--json']);
    const given: Readonly<Record<string, readonly string[]>> = {
      'agents show': ['package-manager'],
      'playbooks show': ['upgrade-pytorch'],
      'trees show': ['env-setup'],
      'templates show': ['workflow-upscale'],
      'memory get': [key],
      'memory history': [key],
      'memory search': ['upgrade'],
      'memory load': ['upgrade pytorch', '--tree', 'env-setup'],
      'journal show': [String(row)],
      report: [run],
      schema: ['agent'],
      'bundle show': [bundle],
      completion: ['bash'],
      'journal tail': ['--row', String(row)],
      'outside show': [textAt(moved, 'id')],
      'policy explain': [change],
      'restore show': ['0'],
      'review diff': [change],
      'review show': [change],
      'runs show': [run],
    };
    // What lies in the trash is shown by `trash.test.ts`.
    const reading = (await all()).filter(({ effect, name }) => effect === 'read' && name !== 'trash show');
    expect(reading.length).toBeGreaterThan(10);
    for (const operation of reading) {
      const needed = optionsOf(operation).some(({ isRequired }) => isRequired);
      expect(needed ? operation.name in given : true, `${operation.name} needs arguments`).toBe(true);
      const { json, exitStatus, out, err } = await world.run([
        ...operation.name.split(' '),
        ...(given[operation.name] ?? []),
        '--json',
      ]);
      expect({ exitStatus, err }, out).toEqual({ exitStatus: 0, err: '' });
      // A schema drops what it does not know: what is left has to be everything.
      expect(operation.output.parse(json), operation.name).toEqual(json);
    }
    fs.rmSync(noted);
  });
});

describe('a dry run', () => {
  it('says gigabytes and minutes first, executes nothing and changes nothing', async () => {
    const envs = fs.readdirSync(join(world.home, '.orchestrate/envs'));
    const slots = fs.readdirSync(join(world.home, 'trees'), { withFileTypes: false }).map(String);
    const before = sketchOf(world);
    const { out, err, exitStatus } = await world.run([...upgrade, '--dry-run']);
    expect(exitStatus, err).toBe(0);
    const lines = out.split('\n').filter((line) => line.trim() !== '');
    expect(lines[0]).toMatch(/^Plan [0-9a-f]{6} · upgrade-pytorch/);
    expect(lines[1]).toMatch(/download .*B · disk .*free · about .* min · production down about/);
    expect(lines[2]).toMatch(/torch 2\.10\.0 → 2\.11\.0/);
    expect(out).toContain('Nothing was executed.');
    expect(out).toContain('next: orchestrate run "upgrade pytorch"');
    expect(sketchOf(world)).toEqual(before);
    expect(fs.readdirSync(join(world.home, '.orchestrate/envs'))).toEqual(envs);
    expect(fs.readdirSync(join(world.home, 'trees')).map(String)).toEqual(slots);
  });
});

describe('a change that waits', () => {
  it('is shown with its proof and its files, and merges what was shown when it is approved', async () => {
    const before = head();
    const { change, run } = await waiting();
    const shown = (await world.ok(['review', 'show', change, '--json'])).json as {
      gate: { exact: string; base: string };
      paths: unknown[];
    };
    const diff = (await world.ok(['review', 'diff', change, '--json'])).json as {
      from: string;
      to: string;
      isExact: boolean;
      patch: string;
    };
    expect(shown.gate.base).toBe(before);
    expect(diff).toMatchObject({ from: treeOf(before), to: shown.gate.exact, isExact: true });
    expect(diff.patch).toMatch(/^-torch===2\.10\.0/m);
    expect(diff.patch).toMatch(/^\+torch===2\.11\.0/m);
    expectFault(await world.run(['review', 'approve', change, '--tree', '0123456', '--json']), 'CHANGE_MOVED', 5);
    const production = productionOf(world);
    expectDone(await world.run(['review', 'approve', change, '--tree', shown.gate.exact.slice(0, 12), '--json']));
    expect(treeOf(head())).toBe(shown.gate.exact);
    expect(world.git(['rev-parse', 'main^'])).toBe(before);
    expect(torch()).toBe('2.11.0');
    expect(productionOf(world)).not.toBe(production);
    expect((await world.ok(['service', 'status', '--json'])).json).toMatchObject({
      state: 'healthy',
      isAlive: true,
      answers: true,
      versions: { pytorch: '2.11.0' },
    });
    for (const verb of ['approve', 'reject'])
      expectFault(await world.run(['review', verb, change, '--json']), 'CHANGE_NOT_REVIEWABLE', 5);
    for (const verb of ['cancel', 'resume'])
      expectFault(await world.run(['runs', verb, run, '--json']), 'RUN_FINISHED', 5);
  });

  it('ends the command with 7 off a terminal and names the commands that decide; rejected, it touches nothing and its files are kept', async () => {
    const before = sketchOf(world);
    const told = await world.run(upgrade);
    expect(told.exitStatus, told.err).toBe(7);
    const change = /Review (c\d+)/.exec(told.err)?.[1] ?? '';
    for (const verb of ['show', 'approve', 'reject'])
      expect(told.err + told.out).toContain(`orchestrate review ${verb} ${change}`);
    expect(sketchOf(world)).toEqual(before);
    const { gate } = (await world.ok(['review', 'show', change, '--json'])).json as { gate: { exact: string } };
    const { exitStatus, json } = await world.run(['review', 'reject', change, '--comment', 'not today', '--json']);
    expect({ exitStatus, isFinal: json?.['isFinal'], restorePoint: json?.['restorePoint'] }).toEqual({
      exitStatus: 0,
      isFinal: true,
      restorePoint: null,
    });
    expect(sketchOf(world)).toEqual(before);
    const kept = world.git([
      '--git-dir',
      world.store,
      'for-each-ref',
      '--format=%(refname) %(tree)',
      'refs/orchestrate/changes',
    ]);
    expect(kept).toContain(`refs/orchestrate/changes/${change} ${gate.exact}`);
  });
});

describe('a run', () => {
  it('pauses where --until says, goes on when it is resumed, and stops at the review', async () => {
    const paused = await world.run([...upgrade, '--until', 'boot', '--json']);
    const run = expectPaused(paused);
    const steps = listAt(paused.json, 'steps').map((one) => `${textAt(one, 'id')} ${textAt(one, 'state')}`);
    expect(steps.slice(-2)).toEqual(['boot done', expect.stringMatching(/^smoke (?!done)/)]);
    const { exitStatus, json } = await world.run(['runs', 'resume', run, '--json']);
    expect({ exitStatus, state: json?.['state'] }).toEqual({ exitStatus: 7, state: 'reviewing' });
    await world.ok(['runs', 'cancel', run, '--json']);
  });

  it('that is cancelled in the middle leaves no process, frees its lease and changes nothing', async () => {
    const before = sketchOf(world);
    const running = world.start([...upgrade, '--yes', '--json']);
    const run = await until('the run', async () => (await activeRuns())[0]);
    await untilRow(world, 'machine.moved', { subject: `${run}.record`, to: 'executing' }, 20_000);
    const cancelled = await world.ok(['runs', 'cancel', run, '--json']);
    expect(cancelled.json).toMatchObject({ state: 'cancelled', isFinal: true });
    expect((await running.done).exitStatus).not.toBe(0);
    expect(sketchOf(world)).toEqual(before);
    const { trees } = (await world.ok(['trees', 'list', '--json'])).json as {
      trees: { slots: { lease: unknown }[] }[];
    };
    expect(trees.flatMap(({ slots }) => slots.map(({ lease }) => lease)).filter((lease) => lease !== null)).toEqual([]);
    const instances = (): readonly string[] =>
      processesOf(world.base)
        .filter(({ argv }) => argv.some((word) => word.endsWith('main.py')))
        .map(({ argv }) => argv.join(' '));
    await until('the instances of the run to be gone', () => instances().length === 1);
  });

  it('that is detached returns at once, and runs show follows the truth', async () => {
    const { json, exitStatus, durationMs } = await world.run([...upgrade, '--yes', '--detach', '--json']);
    expect({ exitStatus, isFinal: json?.['isFinal'] }).toEqual({ exitStatus: 0, isFinal: false });
    expect(durationMs).toBeLessThan(5_000);
    const run = String(json?.['run']);
    const seen = new Set<string>();
    const last = await until(
      'the end of the run',
      async () => {
        const view = (await world.ok(['runs', 'show', run, '--json'])).json ?? {};
        seen.add(String(view['state']));
        return view['isFinal'] === true ? view : undefined;
      },
      60_000,
    );
    expect(last).toMatchObject({ state: 'done', restorePoint: { commit: head() } });
    expect(seen.size).toBeGreaterThan(1);
    expect(torch()).toBe('2.11.0');
  });

  it('waits for the one before, and then says that there is nothing left to do', async () => {
    const first = world.start([...upgrade, '--yes', '--json']);
    await until('the first run', async () => (await activeRuns()).length === 1);
    const second = await world.run([...upgrade, '--yes', '--json']);
    const done = await first.done;
    expectDone(done);
    expect(torch()).toBe('2.11.0');
    expectFault(second, 'NOTHING_TO_DO', 1);
    expect(second.json?.['restorePoint']).toBe(null);
    // One upgrade, one merge, one restore point: else an undo would take back what did nothing.
    const both = [done.json?.['run'], second.json?.['run']];
    for (const kind of ['branch.moved', 'restore.created'])
      expect(world.rows(kind).filter(({ run }) => both.includes(run ?? ''))).toHaveLength(1);
    expectDone(await world.run(['undo', '--yes', '--json']));
    expect(torch()).toBe('2.10.0');
  });
});

describe('the way back', () => {
  it('and forth: undo, and undo of the undo, give the same trees', async () => {
    const old = treeOf(head());
    expectDone(await world.run([...upgrade, '--yes', '--json']));
    const merged = head();
    expectDone(await world.run(['undo', '--yes', '--json']));
    expect(treeOf(head())).toBe(old);
    expect(world.git(['rev-parse', 'main^'])).toBe(merged);
    expectDone(await world.run(['undo', '--yes', '--json']));
    expect(treeOf(head())).toBe(treeOf(merged));
    expect((await world.ok(['service', 'status', '--json'])).json).toMatchObject({ versions: { pytorch: '2.11.0' } });
  });

  it('to point 0 names every merge that it drops, and its tree is that of point 0', async () => {
    expectDone(await world.run([...upgrade, '--yes', '--json']));
    const { restorePoints } = (await world.ok(['restore', 'list', '--json'])).json as {
      restorePoints: { name: string; commit: string; number: number }[];
    };
    const before = sketchOf(world);
    const preview = await world.run(['restore', 'to', '0', '--dry-run']);
    expect(preview.exitStatus).toBe(0);
    expect(preview.out).toMatch(/brings back 0000-adopted/);
    expect(preview.out).toContain(restorePoints[0]?.name);
    expect(sketchOf(world)).toEqual(before);
    expectDone(await world.run(['restore', 'to', '0', '--yes', '--json']));
    const adopted = restorePoints.find(({ number }) => number === 0);
    expect(treeOf(head())).toBe(treeOf(adopted?.commit ?? ''));
  });

  it('keeps a commit by hand on top: its file stays, and it got a restore point of its own before the next merge', async () => {
    expectDone(await world.run([...upgrade, '--yes', '--json']));
    fs.mkdirSync(join(world.home, 'docs'), { recursive: true });
    fs.writeFileSync(join(world.home, 'docs/by-hand.md'), 'by hand\n');
    world.git(['add', 'docs/by-hand.md']);
    world.git(['commit', '--quiet', '--message', 'by hand']);
    const byHand = head();
    try {
      expectDone(await world.run(['undo', '--yes', '--json']));
      expect(fs.readFileSync(join(world.home, 'docs/by-hand.md'), 'utf8')).toBe('by hand\n');
      expect(world.git(['show', 'main:docs/by-hand.md'])).toBe('by hand');
      expect(torch()).toBe('2.10.0');
      expect(world.git(['rev-parse', 'main^'])).toBe(byHand);
      expect(world.git(['for-each-ref', '--format=%(*objectname)', 'refs/tags/restore/']).split('\n')).toContain(
        byHand,
      );
    } finally {
      world.git(['rm', '--quiet', 'docs/by-hand.md']);
      world.git(['commit', '--quiet', '--message', 'no longer']);
    }
  });
});

describe('what is nobody else’s business', () => {
  it('survives an upgrade, an undo and a rejected change: untracked, ignored and edited files, to the byte and the time', async () => {
    const mine = ['notes.txt', 'docs/mine/todo.md', 'memory/mine.md', '.orchestrate/mine.txt', 'CLAUDE.md'];
    for (const path of mine) {
      fs.mkdirSync(join(world.home, path, '..'), { recursive: true });
      fs.appendFileSync(join(world.home, path), `mine: ${path}\n`);
      fs.utimesSync(join(world.home, path), 1_600_000_000, 1_600_000_000);
    }
    const marks = (): readonly string[] =>
      mine.map(
        (path) =>
          `${path} ${fs.statSync(join(world.home, path)).mtimeMs} ${fs.readFileSync(join(world.home, path), 'utf8')}`,
      );
    const before = marks();
    const others = (): readonly string[] =>
      Object.entries(filesOf(world.home))
        .filter(([path]) => !path.startsWith('requirements.'))
        .map(([path, mark]) => `${path} ${mark}`);
    const untouched = others();
    try {
      const { change } = await waiting();
      await world.run(['review', 'reject', change, '--json']);
      expectDone(await world.run([...upgrade, '--yes', '--json']));
      expect(marks()).toEqual(before);
      expectDone(await world.run(['undo', '--yes', '--json']));
      expect(marks()).toEqual(before);
      expect(others()).toEqual(untouched);
      expect(world.git(['status', '--porcelain'])).toContain('M CLAUDE.md');
    } finally {
      world.git(['checkout', '--', 'CLAUDE.md']);
      for (const path of mine) if (path !== 'CLAUDE.md') fs.rmSync(join(world.home, path));
    }
  });
});

describe('looking', () => {
  it('at the journal shows the newest rows, of one run where it is asked for', async () => {
    const { out, exitStatus } = await world.run(['journal', 'tail', '--limit', '5']);
    expect(exitStatus).toBe(0);
    expect(
      out
        .trim()
        .split('\n')
        .filter((line) => /#?\d/.test(line)).length,
    ).toBeGreaterThanOrEqual(5);
    const preview = await world.ok([...upgrade, '--dry-run', '--json']);
    const run = preview.json?.['run'];
    const { rows } = (await world.ok(['journal', 'tail', '--run', String(run), '--json'])).json as {
      rows: { run: string }[];
    };
    expect(new Set(rows.map((row) => row.run))).toEqual(new Set([run]));
    expect((await world.ok(['journal', 'verify', '--json'])).json).toMatchObject({ ok: true });
  });

  it('at a good installation, doctor finds it good and ends with 0', async () => {
    const { json, exitStatus, out } = await world.run(['doctor', '--json']);
    expect(exitStatus, out).toBe(0);
    expect(listAt(json, 'checks').filter((one) => at(one, 'ok') !== true)).toEqual([]);
  });
});

describe('production', () => {
  it('is stopped and started again, and its status is the truth', async () => {
    const status = async (): Promise<Record<string, unknown>> =>
      (await world.ok(['service', 'status', '--json'])).json ?? {};
    await world.ok(['service', 'stop', '--json']);
    expect(productionOf(world)).toBe(null);
    expect(await status()).toMatchObject({ answers: expect.not.objectContaining({ x: 1 }) as unknown });
    expectFault(await world.run(['service', 'stop', '--json']), 'SERVICE_NOT_RUNNING', 4);
    await world.ok(['service', 'start', '--json']);
    const { pid, state, isAlive, answers } = await status();
    expect({ state, isAlive, answers }).toEqual({ state: 'healthy', isAlive: true, answers: true });
    expect(productionOf(world)?.split(' ')[0]).toBe(String(pid));
  });

  it('does not start on the port of a stranger, who is named and lives on', async () => {
    await world.ok(['service', 'stop', '--json']);
    const stranger = await startStranger(world.port);
    try {
      const refused = await world.run(['service', 'start', '--json']);
      expectFault(refused, 'PORT_TAKEN', 3);
      expect(refused.out).toContain(String(stranger.pid));
      expect(stranger.exitCode).toBe(null);
      expect(await (await fetch(`http://127.0.0.1:${world.port}`)).text()).toBe('stranger');
      expect((await world.ok(['service', 'status', '--json'])).json).not.toMatchObject({ isAlive: true });
    } finally {
      await endStranger(stranger);
    }
    await world.ok(['service', 'start', '--json']);
  });
});

it('leaves no process behind when production and supervisor are stopped', async () => {
  await world.ok(['service', 'stop', '--json']);
  await world.ok(['supervisor', 'stop', '--json']);
  expect(await until('every process to be gone', () => processesOf(world.base).length === 0, 10_000)).toBe(true);
});
