import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Operation } from '../../src/app/operation.ts';
import { operations } from '../../src/app/operations/index.gen.ts';
import { optionsOf } from '../../src/app/options.ts';
import { everyday, upgrade } from '../support/everyday.ts';
import { processesOf, until } from '../support/fault-processes.ts';
import type { CommandResult } from '../support/fault-program.ts';
import { expectDone, expectFault, untilRow } from '../support/fault-steps.ts';
import { listAt, textAt } from '../support/program.ts';
import { productionOf, sketchOf } from '../support/scene-home.ts';

const home = everyday();
const all = async (): Promise<Operation[]> =>
  (await Promise.all(Object.values(operations).map((load) => load()))) as unknown as Operation[];

function expectPaused(result: CommandResult): string {
  expect(
    { exit: result.exitStatus, state: result.json?.['state'] },
    `${result.err}\n${result.out.slice(0, 800)}`,
  ).toEqual({ exit: 7, state: 'paused' });
  return String(result.json?.['run']);
}

describe('help and answers', () => {
  it('of every operation explain it with an example and end with 0', async () => {
    const names = (await all()).map(({ name }) => name);
    for (let first = 0; first < names.length; first += 3) {
      await Promise.all(
        names.slice(first, first + 3).map(async (name) => {
          const { exitStatus, out, err } = await home.world.run([...name.split(' '), '--help']);
          expect({ exitStatus, err }).toEqual({ exitStatus: 0, err: '' });
          expect(out).toMatch(new RegExp(`^orchestrate ${name}`));
          expect(out).toMatch(/Examples?:\n {2}.*orchestrate/);
        }),
      );
    }
  });

  it('of every operation that reads are what its schema says, to the last field', async () => {
    const { run, change } = await home.waiting();
    const noted = join(home.world.home, 'note.txt');
    fs.writeFileSync(noted, 'mine\n');
    const moved = listAt((await home.world.ok(['outside', 'list', '--json'])).json, 'differences')[0];
    const row = home.world.rows('machine.moved').at(-1)?.seq ?? 1;
    const key = textAt(listAt((await home.world.ok(['memory', 'list', '--json'])).json, 'entries')[0], 'key');
    const bundle = join(home.world.base, 'live', 'adopted.bundle.tar');
    const models = join(home.world.base, 'live', 'models.yaml');
    const own = fs.readFileSync(join(home.world.home, 'orchestrate.yaml'), 'utf8');
    fs.writeFileSync(models, `${own}\ncompute: { providers: { anthropic: {} } }\n`);
    await home.world.ok(['restore', 'export', '0', '--bundle', bundle, '--json']);
    const given: Readonly<Record<string, readonly string[]>> = {
      'agents show': ['package-manager'],
      'diagnose show': ['S08'],
      'schedule show': ['nightly'],
      'playbooks show': ['upgrade-pytorch'],
      'trees show': ['env-setup'],
      'templates show': ['workflow-upscale'],
      monitor: ['--for', '0s'],
      'hooks pre-command': ['--command', 'git status'],
      mcp: ['--list'],
      'memory get': [key],
      'memory history': [key],
      'memory search': ['upgrade'],
      'memory load': ['upgrade pytorch', '--tree', 'env-setup'],
      'journal show': [String(row)],
      'route simulate': ['--config', models],
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
    await home.world.ok(['schedule', 'add', 'nightly', '--cron', '0 3 * * *', '--goal', 'update report', '--json']);
    // What lies in the trash is shown by `trash.test.ts`, nothing is wrong here that an alert could be about, and no model planned.
    const reading = (await all()).filter(
      ({ effect, name }) => effect === 'read' && !['trash show', 'alerts show', 'runs plan'].includes(name),
    );
    expect(reading.length).toBeGreaterThan(10);
    for (const operation of reading) {
      const needed = optionsOf(operation).some(({ isRequired }) => isRequired);
      expect(needed ? operation.name in given : true, `${operation.name} needs arguments`).toBe(true);
      const { json, exitStatus, out, err } = await home.world.run([
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

describe('hooks of an agent that is not ours', () => {
  it('save a session under its id and give it back, by the program that is packed', async () => {
    const { world } = home;
    await world.ok(['hooks', 'session-start', '--session-id', 'swarm-7', '--json']);
    await world.ok(['hooks', 'pre-task', '-d', 'look at torch', '-i', 't-7', '--autoSpawnAgents', 'false', '--json']);
    const ended = await world.ok([
      'hooks',
      'session-end',
      '--session-id',
      'swarm-7',
      '--export-metrics',
      'true',
      '--json',
    ]);
    const back = await world.ok(['hooks', 'session-restore', '--session-id', 'swarm-7', '--json']);
    expect(back.json?.['restored']).toEqual(ended.json?.['saved']);
    expect(back.json?.['restored']).toMatchObject({ tasks: [{ task: 't-7', state: 'begun' }], metrics: { nTasks: 1 } });
    expect((await world.run(['hooks', 'session-restore', '--session-id', 'swarm-8'])).exitStatus).toBe(4);
  });

  it('read the event of Claude Code, stop what they judge and nobody else', () => {
    const { world } = home;
    const call = (hook: string, input: string) =>
      spawnSync(process.execPath, [world.entry, 'hooks', hook, '--event', '-'], {
        cwd: world.home,
        env: world.env,
        input,
      });
    const event = (command: string) =>
      JSON.stringify({ hook_event_name: 'PreToolUse', session_id: 's', tool_name: 'Bash', tool_input: { command } });
    const stopped = call('pre-command', event('git push --force'));
    expect({ status: stopped.status, out: stopped.stdout.toString() }).toEqual({ status: 2, out: '' });
    expect(stopped.stderr.toString()).toContain('a forced push takes away what others have');
    expect(call('pre-command', event('git status')).status).toBe(0);
    expect(call('pre-command', 'no event at all').status).toBe(1);
  });
});

describe('a dry run', () => {
  it('says gigabytes and minutes first, executes nothing and changes nothing', async () => {
    const envs = fs.readdirSync(join(home.world.home, '.orchestrate/envs'));
    const slots = fs.readdirSync(join(home.world.home, 'trees'), { withFileTypes: false }).map(String);
    const before = sketchOf(home.world);
    const { out, err, exitStatus } = await home.world.run([...upgrade, '--dry-run']);
    expect(exitStatus, err).toBe(0);
    const lines = out.split('\n').filter((line) => line.trim() !== '');
    expect(lines[0]).toMatch(/^Plan [0-9a-f]{6} · upgrade-pytorch/);
    expect(lines[1]).toMatch(/download .*B · disk .*free · about .* min · production down about/);
    expect(lines[2]).toMatch(/torch 2\.10\.0 → 2\.11\.0/);
    expect(out).toContain('Nothing was executed.');
    expect(out).toContain('next: orchestrate run "upgrade pytorch"');
    expect(sketchOf(home.world)).toEqual(before);
    expect(fs.readdirSync(join(home.world.home, '.orchestrate/envs'))).toEqual(envs);
    expect(fs.readdirSync(join(home.world.home, 'trees')).map(String)).toEqual(slots);
  });
});

describe('a change that waits', () => {
  it('is shown with its proof and its files, and merges what was shown when it is approved', async () => {
    const before = home.head();
    const { change, run } = await home.waiting();
    const shown = (await home.world.ok(['review', 'show', change, '--json'])).json as {
      gate: { exact: string; base: string };
      paths: unknown[];
    };
    const diff = (await home.world.ok(['review', 'diff', change, '--json'])).json as {
      from: string;
      to: string;
      isExact: boolean;
      patch: string;
    };
    expect(shown.gate.base).toBe(before);
    expect(diff).toMatchObject({ from: home.treeOf(before), to: shown.gate.exact, isExact: true });
    expect(diff.patch).toMatch(/^-torch===2\.10\.0/m);
    expect(diff.patch).toMatch(/^\+torch===2\.11\.0/m);
    expectFault(await home.world.run(['review', 'approve', change, '--tree', '0123456', '--json']), 'CHANGE_MOVED', 5);
    const production = productionOf(home.world);
    expectDone(await home.world.run(['review', 'approve', change, '--tree', shown.gate.exact.slice(0, 12), '--json']));
    expect(home.treeOf(home.head())).toBe(shown.gate.exact);
    expect(home.world.git(['rev-parse', 'main^'])).toBe(before);
    expect(home.torch()).toBe('2.11.0');
    expect(productionOf(home.world)).not.toBe(production);
    expect((await home.world.ok(['service', 'status', '--json'])).json).toMatchObject({
      state: 'healthy',
      isAlive: true,
      answers: true,
      versions: { pytorch: '2.11.0' },
    });
    for (const verb of ['approve', 'reject'])
      expectFault(await home.world.run(['review', verb, change, '--json']), 'CHANGE_NOT_REVIEWABLE', 5);
    for (const verb of ['cancel', 'resume'])
      expectFault(await home.world.run(['runs', verb, run, '--json']), 'RUN_FINISHED', 5);
  });

  it('ends the command with 7 off a terminal and names the commands that decide; rejected, it touches nothing and its files are kept', async () => {
    const before = sketchOf(home.world);
    const told = await home.world.run(upgrade);
    expect(told.exitStatus, told.err).toBe(7);
    const change = /Review (c\d+)/.exec(told.err)?.[1] ?? '';
    for (const verb of ['show', 'approve', 'reject'])
      expect(told.err + told.out).toContain(`orchestrate review ${verb} ${change}`);
    expect(sketchOf(home.world)).toEqual(before);
    const { gate } = (await home.world.ok(['review', 'show', change, '--json'])).json as { gate: { exact: string } };
    const { exitStatus, json } = await home.world.run(['review', 'reject', change, '--comment', 'not today', '--json']);
    expect({ exitStatus, isFinal: json?.['isFinal'], restorePoint: json?.['restorePoint'] }).toEqual({
      exitStatus: 0,
      isFinal: true,
      restorePoint: null,
    });
    expect(sketchOf(home.world)).toEqual(before);
    const kept = home.world.git([
      '--git-dir',
      home.world.store,
      'for-each-ref',
      '--format=%(refname) %(tree)',
      'refs/orchestrate/changes',
    ]);
    expect(kept).toContain(`refs/orchestrate/changes/${change} ${gate.exact}`);
  });
});

describe('a run', () => {
  it('pauses where --until says, goes on when it is resumed, and stops at the review', async () => {
    const paused = await home.world.run([...upgrade, '--until', 'boot', '--json']);
    const run = expectPaused(paused);
    const steps = listAt(paused.json, 'steps').map((one) => `${textAt(one, 'id')} ${textAt(one, 'state')}`);
    expect(steps.slice(-2)).toEqual(['boot done', expect.stringMatching(/^smoke (?!done)/)]);
    const { exitStatus, json } = await home.world.run(['runs', 'resume', run, '--json']);
    expect({ exitStatus, state: json?.['state'] }).toEqual({ exitStatus: 7, state: 'reviewing' });
    await home.world.ok(['runs', 'cancel', run, '--json']);
  });

  it('that is cancelled in the middle leaves no process, frees its lease and changes nothing', async () => {
    const before = sketchOf(home.world);
    const running = home.world.start([...upgrade, '--json']);
    const run = await until('the run', async () => (await home.activeRuns())[0]);
    await untilRow(home.world, 'machine.moved', { subject: `${run}.record`, to: 'executing' }, 20_000);
    const cancelled = await home.world.ok(['runs', 'cancel', run, '--json']);
    expect(cancelled.json).toMatchObject({ state: 'cancelled', isFinal: true });
    expect((await running.done).exitStatus).not.toBe(0);
    expect(sketchOf(home.world)).toEqual(before);
    const { trees } = (await home.world.ok(['trees', 'list', '--json'])).json as {
      trees: { slots: { lease: unknown }[] }[];
    };
    expect(trees.flatMap(({ slots }) => slots.map(({ lease }) => lease)).filter((lease) => lease !== null)).toEqual([]);
    const instances = (): readonly string[] =>
      processesOf(home.world.base)
        .filter(({ argv }) => argv.some((word) => word.endsWith('main.py')))
        .map(({ argv }) => argv.join(' '));
    await until('the instances of the run to be gone', () => instances().length === 1);
  });

  it('that is detached returns at once, and runs show follows the truth', async () => {
    const { json, exitStatus, durationMs } = await home.world.run([...upgrade, '--yes', '--detach', '--json']);
    expect({ exitStatus, isFinal: json?.['isFinal'] }).toEqual({ exitStatus: 0, isFinal: false });
    expect(durationMs).toBeLessThan(5_000);
    const run = String(json?.['run']);
    const seen = new Set<string>();
    const last = await until(
      'the end of the run',
      async () => {
        const view = (await home.world.ok(['runs', 'show', run, '--json'])).json ?? {};
        seen.add(String(view['state']));
        return view['isFinal'] === true ? view : undefined;
      },
      60_000,
    );
    expect(last).toMatchObject({ state: 'done', restorePoint: { commit: home.head() } });
    expect(seen.size).toBeGreaterThan(1);
    expect(home.torch()).toBe('2.11.0');
  });

  it('waits for another one of the same goal, and then says that there is nothing left to do', async () => {
    const first = home.world.start([...upgrade, '--yes', '--json']);
    await until('the first run', async () => (await home.activeRuns()).length === 1);
    const second = await home.world.run([...upgrade, '--yes', '--json']);
    // Whichever is approved first merges.
    const [done, late] = [await first.done, second].toSorted((a, b) => (a.exitStatus ?? 1) - (b.exitStatus ?? 1));
    if (done === undefined || late === undefined) throw new Error('two runs have two results');
    expectDone(done);
    expect(home.torch()).toBe('2.11.0');
    expectFault(late, 'NOTHING_TO_DO', 1);
    expect(late.json?.['restorePoint']).toBe(null);
    // One upgrade, one merge, one restore point: else an undo would take back what did nothing.
    const both = [done.json?.['run'], late.json?.['run']];
    for (const kind of ['branch.moved', 'restore.created'])
      expect(home.world.rows(kind).filter(({ run }) => both.includes(run ?? ''))).toHaveLength(1);
    expectDone(await home.world.run(['undo', '--yes', '--json']));
    expect(home.torch()).toBe('2.10.0');
  });
});
