import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { knownNames } from '../../../../src/app/read-definitions.ts';
import { checkDefinitions } from '../../../../src/domain/definitions/definitions.ts';
import type { DefinitionSource } from '../../../../src/domain/definitions/types.ts';
import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import { closedAs, passUntil } from '../../../fakes/fake-life.ts';
import { definitions, upgrade as fakeUpgrade, type World } from '../../../fakes/fake-world.ts';
import { approveChange, by, options, type Scene, supervised, upgrade } from './supervised-scene.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const sources = globSync(['agents/*.md', 'trees/*.yaml', 'playbooks/*.yaml'], { cwd: root })
  .filter((path) => !path.endsWith('README.md') && !path.endsWith('.test.yaml'))
  .map((path): DefinitionSource => ({
    file: `built-in:${path}`,
    text: readFileSync(root + path, 'utf8'),
    origin: 'built-in',
  }));
const shipped = checkDefinitions(sources, { actions: knownNames('comfyui').actions }).definitions;

/** The shipped playbooks and agents in the fake installation. */
const withShipped = (world: World) => ({
  ...world,
  context: {
    ...world.context,
    definitions: {
      ...definitions,
      agents: shipped.agents,
      playbooks: new Map([...shipped.playbooks, [fakeUpgrade.id, fakeUpgrade]]),
    },
  },
});

interface Emergency extends Scene {
  readonly port: number;
  log(text: string): void;
  pid(): number;
  /** Answers the emergency until its run is closed, or waits. */
  answer(playbook: string, inputs?: Readonly<Record<string, string>>): Promise<string>;
  /** Says yes to a step, and waits as `answer` does. */
  say(run: string, step: string): Promise<void>;
  reports(run: string): Readonly<Record<string, { output: Record<string, unknown>; sentence: string; row: number }>>;
}

/** Production that is up and rests. */
async function up(): Promise<Emergency> {
  const scene = await supervised({}, withShipped);
  const { world } = scene;
  await scene.ask('service.start', { by });
  const current = () => world.processes.services.at(-1);
  const pid = () => current()?.pid ?? 0;
  const rests = { residentBytes: 1e9, cpuMs: 5_000, openFiles: 10, state: 'S' };
  for (let next = 0; next < 1_000; next += 1) world.machine.processes.set(pid() + next, rests);
  world.files.put(current()?.spec.logPath ?? '', 'Starting server\n');
  const args = current()?.spec.args ?? [];
  return {
    ...scene,
    pid,
    port: Number(args[args.indexOf('--port') + 1]),
    log: (text) => world.files.append(current()?.spec.logPath ?? '', `${text}\n`),
    async answer(playbook, inputs = {}) {
      const asked = { ...options, playbook, inputs };
      const answered = await scene.ask('run.start', { goal: playbook.replaceAll('-', ' '), options: asked, by });
      const run = answered.kind === 'accepted' ? (answered.run ?? '') : answered.fault.message;
      const state = () => world.ledgers.open().latest(`machine:${run}`)?.data['to'];
      await passUntil(world, () => closedAs(world, run) !== undefined || state() === 'paused', 600);
      return run;
    },
    async say(run, step) {
      const asked = scene.latest('step.asked')?.task;
      await scene.ask('step.answer', { run, step, verdict: 'approved', by });
      const isAsked = () => scene.latest('step.asked')?.task !== asked;
      await passUntil(world, () => closedAs(world, run) !== undefined || isAsked(), 600);
    },
    reports: (run) =>
      Object.fromEntries(
        world.ledgers
          .open()
          .read({ run, kinds: ['step.reported'], limit: 100 })
          .flatMap((entry) => {
            const reported = dataOf('step.reported', entry);
            return reported === undefined
              ? []
              : [[reported.task.slice(run.length + 1), { ...reported, row: entry.seq }]];
          }),
      ) as never,
  };
}

const commands = (scene: Emergency, run: string): readonly unknown[] =>
  ((scene.reports(run)['advise']?.output['next'] ?? []) as { command: string }[]).map(({ command }) => command);
const living = ({ world }: Scene) => world.processes.services.filter(({ isAlive }) => isAlive).length;
const started = ({ world }: Scene) => world.processes.services.length;

describe('a queue that stands still', () => {
  it('moves again when its prompt is interrupted: nothing is restarted, and it is written down', async () => {
    const scene = await up();
    scene.world.service.begin(scene.port, { prompt_id: 'p1' });
    const run = await scene.answer('queue-stuck');
    expect(scene.latest('step.asked')).toMatchObject({
      task: `${run}.cancel`,
      text: expect.stringContaining('Prompt p1 is interrupted'),
    });
    expect((await scene.world.service.queue(`http://127.0.0.1:${scene.port}`)).running).toBe(1);
    await scene.say(run, 'cancel');
    expect(closedAs(scene.world, run)).toBe('done');
    const { preserve, cancel, restart, remember } = scene.reports(run);
    expect(cancel?.output).toEqual({ prompt: 'p1', ended: true });
    expect(preserve?.row).toBeLessThan(cancel?.row ?? 0);
    expect(restart).toBeUndefined();
    expect(started(scene)).toBe(1);
    expect(remember?.output).toMatchObject({ key: 'swarm/ops-maint/incidents/queue-stuck.md', version: 1 });
  });

  it('is asked about a restart where the prompt does not end, and has its waiting prompts afterwards', async () => {
    const scene = await up();
    scene.world.service.cancel = async () => 'stays';
    scene.world.service.begin(scene.port, { prompt_id: 'p1' });
    scene.world.service.enqueue(scene.port, { prompt_id: 'p2' });
    const run = await scene.answer('queue-stuck');
    await scene.say(run, 'cancel');
    expect(scene.latest('step.asked')).toMatchObject({ task: `${run}.restart` });
    expect(started(scene)).toBe(1);
    await scene.ask('step.answer', { run, step: 'restart', verdict: 'approved', by });
    await passUntil(scene.world, () => started(scene) === 2);
    scene.world.files.put(scene.world.processes.services.at(-1)?.spec.logPath ?? '', 'Starting server\n');
    for (let n = 0; n < 200 && closedAs(scene.world, run) === undefined; n += 1) {
      scene.log(` ${n}%|#  | 1/2`);
      await scene.world.clock.advance(1_000);
    }
    expect([closedAs(scene.world, run), started(scene), living(scene)]).toEqual(['done', 2, 1]);
    expect(scene.world.service.requeued.flatMap(({ prompts }) => prompts.map((one) => one['prompt_id']))).toEqual([
      'p2',
    ]);
  });

  it('is left alone while its prompt gets on', async () => {
    const scene = await up();
    scene.world.service.begin(scene.port, { prompt_id: 'p1' });
    const asked = scene.answer('queue-stuck');
    for (let n = 0; n < 60; n += 1) {
      scene.log(` ${n}%|#  | 1/2`);
      await scene.world.clock.advance(1_000);
    }
    const run = await asked;
    expect(closedAs(scene.world, run)).toBe('done');
    expect(Object.keys(scene.reports(run))).not.toContain('cancel');
  });
});

describe('a service that does not answer', () => {
  it('is started again without asking where that was said beforehand', async () => {
    const scene = await up();
    scene.log('Killed');
    for (const one of scene.world.processes.services) one.isAlive = false;
    const run = await scene.answer('emergency-unresponsive', { restart: 'yes' });
    expect([closedAs(scene.world, run), living(scene)]).toEqual(['done', 1]);
    expect(scene.latest('step.asked')).toBeUndefined();
  });

  it('is never started again where malware was found, whatever was said beforehand; a person is told', async () => {
    const scene = await up();
    scene.log('Malware has been detected, forcibly terminating ComfyUI execution');
    for (const one of scene.world.processes.services) one.isAlive = false;
    const run = await scene.answer('emergency-unresponsive', { restart: 'yes' });
    expect([closedAs(scene.world, run), living(scene), started(scene)]).toEqual(['failed', 0, 1]);
    expect(scene.reports(run)['advise']?.sentence).toContain('S34: ComfyUI ended because a known malicious package');
    expect(commands(scene, run)[0]).toBe('orchestrate diagnose show S34');
    expect(scene.reports(run)['remember']).toBeDefined();
  });
});

describe('an upgrade that broke it', () => {
  const broken = async () => {
    const scene = await up();
    await upgrade(scene);
    await scene.until('c1', 'reviewing.deciding');
    await approveChange(scene, 'c1');
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') !== undefined);
    return scene;
  };

  it('is taken back by a run of its own after the yes, in the name of who said it', async () => {
    const scene = await broken();
    for (const one of scene.world.processes.services) one.isAlive = false;
    await passUntil(scene.world, () => scene.latest('alert.raised')?.key === 'service:down');
    const run = await scene.answer('bad-upgrade');
    expect(scene.latest('step.asked')).toMatchObject({ task: `${run}.back` });
    await scene.ask('step.answer', { run, step: 'back', verdict: 'approved', by });
    await passUntil(scene.world, () => closedAs(scene.world, run) !== undefined, 600);
    const back = scene.reports(run)['back']?.output;
    expect(back).toMatchObject({ run: 'r3', state: 'done' });
    expect(scene.latest('run.created')).toMatchObject({ run: 'r3', kind: 'undo', by });
    expect([closedAs(scene.world, run), living(scene)]).toEqual(['done', 1]);
  });

  it('is named in the question; another merge that came meanwhile is not taken back instead', async () => {
    const scene = await broken();
    for (const one of scene.world.processes.services) one.isAlive = false;
    await passUntil(scene.world, () => scene.latest('alert.raised')?.key === 'service:down');
    const run = await scene.answer('bad-upgrade');
    const point = scene.reports(run)['suspect']?.output['point'];
    expect(scene.latest('step.asked')?.text).toContain(`${String(point)} (upgrade numpy`);
    await scene.ask('restore.start', { kind: 'undo', to: null, options: { ...options, yes: true }, by });
    await passUntil(scene.world, () => closedAs(scene.world, 'r3') === 'done', 600);
    await scene.ask('step.answer', { run, step: 'back', verdict: 'approved', by });
    await passUntil(scene.world, () => closedAs(scene.world, run) !== undefined, 600);
    const told = scene.world.ledgers.open().read({ run: 'r4', kinds: ['machine.moved'], limit: 100 });
    expect(JSON.stringify(told)).toContain('CHANGE_MOVED');
    expect([closedAs(scene.world, run), scene.latest('restore.created')?.manifest.made]).toEqual(['failed', 'undo']);
    expect(Object.keys(scene.reports(run))).not.toContain('restart');
  });

  it('is no suspect any more once it was taken back, whatever begins then', async () => {
    const scene = await broken();
    await scene.ask('restore.start', { kind: 'undo', to: null, options: { ...options, yes: true }, by });
    await passUntil(scene.world, () => closedAs(scene.world, 'r2') === 'done', 600);
    for (const one of scene.world.processes.services) one.isAlive = false;
    await passUntil(scene.world, () => scene.latest('alert.raised')?.key === 'service:down');
    const run = await scene.answer('bad-upgrade', { undo: 'yes' });
    expect(scene.reports(run)['suspect']?.output).toMatchObject({ point: null, isSuspect: false });
    expect(scene.reports(run)['back']).toBeUndefined();
  });

  it('is not taken back where nothing began after it: how to find the merge is told', async () => {
    const scene = await broken();
    const run = await scene.answer('bad-upgrade', { undo: 'yes' });
    expect(closedAs(scene.world, run)).toBe('done');
    expect(scene.reports(run)['back']).toBeUndefined();
    expect(commands(scene, run)).toEqual(['orchestrate restore bisect']);
  });
});

describe('what is told, and not repaired', () => {
  it.each([
    ['node-import-failed', '   0.1 seconds (IMPORT FAILED): /x/custom_nodes/alpha', 'orchestrate run "update alpha"'],
    ['node-import-failed', "ModuleNotFoundError: No module named 'einops'", 'orchestrate diagnose show S17'],
    ['model-missing', "  - Value not in list: ckpt_name: 'a.safetensors' not in []", 'orchestrate diagnose'],
  ])('%s: %s', async (playbook, line, command) => {
    const scene = await up();
    scene.log(line);
    const run = await scene.answer(playbook);
    expect([closedAs(scene.world, run), started(scene)]).toEqual(['done', 1]);
    expect(commands(scene, run)).toContain(command);
  });

  it('a card that is gone: nothing is started again while the driver does not answer', async () => {
    const scene = await up();
    scene.log('RuntimeError: No CUDA GPUs are available');
    const run = await scene.answer('gpu-lost', { restart: 'yes' });
    expect([closedAs(scene.world, run), started(scene)]).toEqual(['failed', 1]);
    expect(commands(scene, run)).toContain('nvidia-smi');
  });
});

describe('a card or disk that is full', () => {
  it('is freed, and nothing is started again when that gave the card back', async () => {
    const scene = await up();
    scene.log('torch.OutOfMemoryError: CUDA out of memory.');
    scene.world.accelerators.holding = [{ pid: 99, name: '/usr/bin/blender', memoryBytes: 4e9 }];
    const run = await scene.answer('out-of-memory', { restart: 'yes' });
    expect([closedAs(scene.world, run), started(scene)]).toEqual(['done', 1]);
    expect(scene.world.service.freed).toEqual([scene.port]);
    expect(scene.reports(run)['advise']?.sentence).toContain('/usr/bin/blender (pid 99) holds 4.0 GB of the card');
  });

  it('is trimmed in two grades, and what only a person lets go is told', async () => {
    const scene = await up();
    const { home } = scene.world.context.paths;
    scene.world.machine.disks.set(home, { path: home, totalBytes: 1e12, freeBytes: 1e8 });
    const run = await scene.answer('disk-full');
    expect(closedAs(scene.world, run)).toBe('failed');
    expect(Object.keys(scene.reports(run))).toEqual(expect.arrayContaining(['trim', 'trim-more', 'remember']));
    expect(commands(scene, run)).toContain('orchestrate restore prune');
  });
});
