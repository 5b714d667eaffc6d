import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { isAlive, processesOf, signal, until } from '../support/fault-processes.ts';
import { endingOf, post, productionPid, queueOf, slowGraph, untilRunning } from '../support/fault-service.ts';
import { expectDone, expectFault, untilRow, upgrade } from '../support/fault-steps.ts';
import { FaultWorld } from '../support/fault-world.ts';

let world: FaultWorld;
beforeAll(async () => {
  world = await FaultWorld.create();
  world.keep('start');
});
afterEach(() => world.bringBack('start'));
afterAll(() => world.remove());

const json = async (args: readonly string[]): Promise<Record<string, unknown>> =>
  (await world.ok([...args, '--json'])).json ?? {};

/** Another program: two scripts that start and stop a server of their own, and note what they were given. */
function swarm(start = startScript): void {
  const folder = join(world.live, 'swarm');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(join(folder, 'start.mjs'), start.replaceAll('FOLDER', folder));
  fs.writeFileSync(join(folder, 'stop.mjs'), stopScript.replaceAll('FOLDER', folder));
  const command = (name: string): string =>
    `${name}-command:\n    - ${process.execPath}\n    - ${join(folder, `${name}.mjs`)}`;
  world.edit('orchestrate.yaml', [
    ['  mode: managed', '  mode: command'],
    ['start-command: []', command('start')],
    ['stop-command: []', command('stop')],
  ]);
}

const startScript = `
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
const { env } = process;
writeFileSync('FOLDER/env.json', JSON.stringify(env));
const child = spawn(env.ORCHESTRATE_PYTHON, JSON.parse(env.ORCHESTRATE_ARGS), {
  cwd: env.ORCHESTRATE_INSTANCE_DIR, env: { PATH: env.PATH }, detached: true, stdio: 'ignore' });
writeFileSync('FOLDER/pid', String(child.pid));
child.unref();
`;
const stopScript = `
import { readFileSync } from 'node:fs';
const pid = Number(readFileSync('FOLDER/pid', 'utf8'));
process.kill(pid, 'SIGTERM');
`;
/** Listens on the port, and says what ComfyUI never says. */
const garbageScript = `
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
const server = "require('node:http').createServer((_, answer) => answer.end('<html>')).listen(" + process.env.COMFY_PORT + ", '127.0.0.1')";
const child = spawn(process.execPath, ['-e', server, 'FOLDER/'], { detached: true, stdio: 'ignore' });
writeFileSync('FOLDER/pid', String(child.pid));
child.unref();
`;
const swarmPid = (): number => Number(fs.readFileSync(join(world.live, 'swarm/pid'), 'utf8'));

describe('production that another program starts', () => {
  it('is started, switched, taken back, found again after a kill, and stopped, by its two commands', async () => {
    swarm();
    const started = await json(['service', 'start']);
    expect(started).toMatchObject({ mode: 'command', startedBy: 'command', state: 'healthy', pid: swarmPid() });
    const env = JSON.parse(fs.readFileSync(join(world.live, 'swarm/env.json'), 'utf8')) as Record<string, string>;
    expect(
      Object.keys(env)
        .filter((name) => !['USER', 'LOGNAME'].includes(name))
        .sort(),
    ).toEqual([
      'COMFY_PORT',
      'HOME',
      'LANG',
      'ORCHESTRATE_ARGS',
      'ORCHESTRATE_INSTANCE_DIR',
      'ORCHESTRATE_PYTHON',
      'PATH',
      'XDG_RUNTIME_DIR',
    ]);
    const first = swarmPid();
    expectDone(await world.run(upgrade));
    expect(swarmPid()).not.toBe(first);
    expect(isAlive(first)).toBe(false);
    expect(world.rows('service.switched').at(-1)?.data).toMatchObject({ outcome: 'switched' });
    signal(world.supervisorPid(), 'SIGKILL');
    expectDone(await world.run(['undo', '--yes', '--json']));
    expect(world.rows('supervisor.reconciled').at(-1)?.data['findings']).toEqual([]);
    expect(await json(['service', 'status'])).toMatchObject({
      state: 'healthy',
      answers: true,
      pid: swarmPid(),
      lastSwitch: { outcome: 'switched' },
    });
    const last = swarmPid();
    await world.ok(['service', 'stop']);
    expect(isAlive(last)).toBe(false);
  });

  it('is not killed when its stop command fails: that is told, and it is production still', async () => {
    swarm();
    await json(['service', 'start']);
    fs.writeFileSync(join(world.live, 'swarm/stop.mjs'), "console.error('no such backend'); process.exitCode = 3;");
    const stopped = await world.run(['service', 'stop', '--json']);
    expectFault(stopped, 'SERVICE_NOT_OURS', 5);
    expect(stopped.out).toContain('no such backend');
    expect(isAlive(swarmPid())).toBe(true);
    const status = await world.ok(['service', 'status']);
    expect(status.out).toMatch(/healthy[^]*started by another program[^]*! The stop command ended with 3/);
  });

  it('is not up when what it starts answers nonsense', async () => {
    swarm(garbageScript);
    world.edit('orchestrate.yaml', [['start-time: 3m', 'start-time: 2s']]);
    const started = await world.run(['service', 'start', '--json']);
    expectFault(started, 'INSTANCE_UNHEALTHY');
    expect(started.out).toContain('holds the port and says nothing');
    expect(isAlive(swarmPid()), 'its stop command was run').toBe(false);
  });
});

describe('production that nobody here starts', () => {
  it('is not started, and a merge touches no process', async () => {
    world.edit('orchestrate.yaml', [['  mode: managed', '  mode: none']]);
    const started = await world.run(['service', 'start']);
    expect(started.exitStatus).toBe(5);
    expect(started.err).toMatch(/SERVICE_NOT_OURS[^]*service\.mode/);
    expectDone(await world.run(upgrade));
    expect((await world.ok(['service', 'status'])).out).toContain('is started by nobody here (service.mode is none)');
    expect(world.rows('instance.composed').map((one) => one.data['purpose'])).not.toContain('production');
  });
});

describe('the queue of production', () => {
  it('goes over a restart in its order; what is refused waits for the next start; no key is told', async () => {
    const { port } = world;
    await json(['service', 'start']);
    const picture = join(world.live, 'w/ComfyUI/input/mine.png');
    fs.writeFileSync(picture, 'a picture');
    const mine = {
      '1': { class_type: 'LoadImage', inputs: { image: 'mine.png' } },
      '2': { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['1', 0] } },
    };
    await post(port, 'long', slowGraph(40, 'long'));
    await untilRunning(port, 'long');
    for (const [id, graph] of [
      ['second', slowGraph(40, 'second')],
      ['mine', mine],
      ['third', slowGraph(1, 'third')],
    ] as const)
      expect(await post(port, id, graph)).toBe(200);
    fs.rmSync(picture);
    expect(await json(['service', 'restart', '--now'])).toMatchObject({
      instance: 'i2',
      saved: [{ instance: 'i1', nPrompts: 1, refused: [expect.stringContaining('LoadImage (node 1)')] }],
    });
    const { running, pending } = await queueOf(port);
    expect([...running, ...pending]).toEqual(['long', 'second', 'third']);
    fs.writeFileSync(picture, 'a picture');
    // Without --now the prompt that runs may end.
    expect(await json(['service', 'restart'])).toMatchObject({ instance: 'i3', saved: [] });
    expect(world.rows('prompt.ended').at(-1)?.data).toMatchObject({ promptId: 'long', how: 'finished' });
    await until('the queue to be done', async () => (await endingOf(port, 'third')) !== undefined || undefined, 60_000);
    expect(await endingOf(port, 'third')).toBe('success');
    const told = [JSON.stringify(world.journal()), ...logsOf(world)].join('\n');
    expect(told).not.toContain('sk-of-a-paid-service');
  });
});

const logsOf = ({ live }: FaultWorld): string[] =>
  fs
    .globSync('{state,home/logs,home/sessions}/**/*.{log,md}', { cwd: live })
    .map((file) => fs.readFileSync(join(live, file), 'utf8'));

describe('the memory of the graphics card', () => {
  it('is lent by production after a question, and given back', async () => {
    world.edit('orchestrate.yaml', [['- --cpu', '- --simulated-vram\n    - "12"\n    - "9"']]);
    expect(await json(['service', 'start'])).toMatchObject({
      device: { type: 'cuda', memoryBytes: 12e9, freeBytes: 2.6e9 },
    });
    const asked = await world.run(upgrade);
    expect(asked.exitStatus).toBe(7);
    expect(asked.out).toContain('2.6 GB of 12 GB of cuda:0 simulated card are free');
    const before = productionPid(world);
    expectDone(await world.run(['runs', 'resume', 'r1', '--json']));
    expect(world.rows('graphics.lent').map((one) => one.data)).toEqual([
      {
        run: 'r1',
        device: { name: 'cuda:0 simulated card', memoryBytes: 12e9, freeBytes: 2.6e9 },
        freed: { port: world.port, freeBytes: 11.6e9 },
      },
    ]);
    expect(world.rows('graphics.returned')).toHaveLength(1);
    expect(productionPid(world)).not.toBe(before);
    expect(world.rows('change.gated').at(-1)?.data['notProven']).not.toContain('GPU kernels: the proof ran on the CPU');
  });

  it('is left alone where that is the policy', async () => {
    world.edit('orchestrate.yaml', [
      ['- --cpu', '- --simulated-vram\n    - "12"\n    - "9"'],
      ['borrow-vram: ask', 'borrow-vram: no'],
    ]);
    await json(['service', 'start']);
    expectDone(await world.run(upgrade));
    expect(world.rows('graphics.lent')).toEqual([]);
    expect(world.rows('change.gated').at(-1)?.data['notProven']).toContain('GPU kernels: the proof ran on the CPU');
  });
});

describe('the log of production', () => {
  it('is followed over a replaced file and a restart, escaped, until Ctrl-C', async () => {
    await json(['service', 'start']);
    const log = join(world.home, 'logs/instances/i1.log');
    fs.appendFileSync(log, 'a \u001b[31mred\u001b[0m line\n');
    expect((await world.ok(['service', 'logs', '--lines', '1'])).out).toBe('a \\x1b[31mred\\x1b[0m line\n');
    const follower = world.start(['service', 'logs', '--lines', '0', '--follow']);
    const told = (text: RegExp): Promise<true> =>
      until(`${text} in the log`, () => text.test(follower.out()) || undefined);
    await until('the log to be followed', () => {
      fs.appendFileSync(log, 'a beat\n');
      return follower.out().includes('a beat');
    });
    fs.writeFileSync(`${log}.new`, 'after the rotation\n');
    fs.renameSync(`${log}.new`, log);
    await told(/after the rotation/);
    await json(['service', 'restart']);
    await told(/after the rotation[^]*To see the GUI go to/);
    signal(follower.pid, 'SIGINT');
    const { exitStatus, out } = await follower.done;
    expect(exitStatus).toBe(130);
    expect(out).toMatch(/after the rotation[^]*To see the GUI go to/);
    expect(out).not.toContain('red\\x1b[0m line');
    expectFault(await world.run(['service', 'logs', '--instance', 'i9', '--json']), 'USAGE_BAD_ARGUMENT');
  });
});

describe('what is not as it should be', () => {
  it('a user folder that is a link is used as it is; one that leads nowhere keeps production from starting', async () => {
    const target = join(world.live, 'real-user');
    const link = join(world.live, 'linked-user');
    fs.mkdirSync(target);
    fs.symlinkSync(target, link);
    world.edit('orchestrate.yaml', [
      [
        /user-folder: (.*)/.exec(fs.readFileSync(join(world.home, 'orchestrate.yaml'), 'utf8'))?.[0] ?? '',
        `user-folder: ${link}`,
      ],
    ]);
    await json(['service', 'start']);
    expect(fs.lstatSync(link).isSymbolicLink()).toBe(true);
    expect(fs.existsSync(join(target, 'comfyui.db'))).toBe(true);
    await world.ok(['service', 'stop']);
    fs.renameSync(target, `${target}-gone`);
    const started = await world.run(['service', 'start', '--json']);
    expectFault(started, 'FILE_ACCESS');
    expect(started.out).toContain(link);
    expect(fs.lstatSync(link).isSymbolicLink()).toBe(true);
    expect(processesOf(world.base).filter((one) => one.argv.some((part) => part.endsWith('main.py')))).toEqual([]);
  });

  it('a socket that is open and says nothing is a port that is taken', async () => {
    const { createServer } = await import('node:net');
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen({ port: world.port, host: '127.0.0.1' }, resolve));
    try {
      expectFault(await world.run(['service', 'start', '--json']), 'PORT_TAKEN', 3);
    } finally {
      silent.close();
    }
    await json(['service', 'start']);
    await untilRow(world, 'production.set', { instance: 'i1' });
  });
});
