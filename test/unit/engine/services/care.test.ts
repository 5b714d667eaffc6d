import { describe, expect, it } from 'vitest';

import { serviceCancelPrompt } from '../../../../src/actions/service-cancel-prompt.ts';
import type { JsonObject } from '../../../../src/base/json.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';
import { startFromBranch } from '../../../../src/engine/instances/start-from-branch.ts';
import { serviceCare } from '../../../../src/engine/services/care.ts';
import { startEngine } from '../../../fakes/fake-life.ts';
import { fakePicture } from '../../../fakes/fake-service.ts';
import { createWorld, type World, type WorldOptions } from '../../../fakes/fake-world.ts';

const day = 86_400_000;
const prompt = (id: string): JsonObject => ({ number: 1, prompt_id: id, prompt: {}, extra_data: {}, outputs: [] });

/** Lets the work go on until it has ended. */
async function passing<T>(world: World, work: Promise<T>): Promise<T> {
  let isOver = false;
  const over = work.finally(() => (isOver = true));
  over.catch(() => undefined);
  for (let n = 0; n < 2_000 && !isOver; n += 1) await world.clock.advance(100);
  return over;
}

/** Production that is up, and what an attempt may do with it. */
async function up(log = '', options: WorldOptions = {}) {
  const world = await createWorld(options);
  const life = await startEngine(world);
  const instance = await passing(world, startFromBranch(life.engine));
  const started = world.processes.services.at(-1);
  if (started === undefined) throw new Error('nothing was started');
  world.files.put(started.spec.logPath, log);
  const port = Number(started.spec.args[started.spec.args.indexOf('--port') + 1]);
  const { signal } = new AbortController();
  const care = serviceCare(life.engine, {
    run: 'r1',
    step: 'x',
    agent: 'repair-technician',
    attempt: 'r1.x#1',
    signal,
  });
  return { world, life, instance, started, port, care, pass: <T>(work: Promise<T>) => passing(world, work) };
}

describe('looking', () => {
  it('says that production answers, and what it does', async () => {
    const { world, care, port, instance } = await up('Starting server\n');
    world.service.begin(port, prompt('p1'));
    const { seen, restart, source } = await care.diagnose({ watchMs: 0 });
    expect(seen).toMatchObject({ instance, port, state: 'answers', prompt: 'p1', queue: { running: 1 }, isOurs: true });
    expect(seen.listener).toContain('pid ');
    expect({ source, how: restart.how }).toEqual({ source: 'file', how: 'approval' });
  });

  it('keeps no secret of the command line of whoever listens', async () => {
    const { world, care } = await up();
    const owner = {
      pid: 7,
      startTime: '1',
      argv: ['main.py', '--api-key', 'abcdefgh', `--x=${'y'.repeat(150)}`, 'hf_abcdefghijklmnopqrst'],
    };
    world.context.outside.ports.holder = async () => ({ kind: 'held', owners: [owner] });
    const { listener } = await care.see({ watchMs: 0 });
    expect(listener).toContain('pid 7: main.py --api-key [redacted] --x=y');
    expect(listener).not.toMatch(/abcd/);
  });

  it('tells a prompt that stands still from one that writes on, as the watch does', async () => {
    const { world, care, port, started, pass } = await up('got prompt\n');
    world.service.begin(port, prompt('p1'));
    world.machine.processes.set(started.pid, { residentBytes: 1, cpuMs: 500, openFiles: 1, state: 'S' });
    const { seen, restart } = await pass(care.diagnose({ watchMs: 60_000 }));
    expect(seen).toMatchObject({ moves: 'no', hang: { cause: 'queue' }, prompt: 'p1' });
    expect(restart).toMatchObject({ how: 'automatic', reason: expect.stringContaining('S44') });
    const later = care.see({ watchMs: 60_000 });
    await world.clock.advance(10_000);
    world.files.append(started.spec.logPath, ' 50%|##  | 1/2\n');
    expect((await pass(later)).moves).toBe('yes');
  });

  it('asks about a prompt that computes and says nothing', async () => {
    const { world, care, port, started, pass } = await up('got prompt\n');
    world.service.begin(port, prompt('p1'));
    let cpuMs = 0;
    world.machine.processes.set(started.pid, {
      residentBytes: 1,
      openFiles: 1,
      state: 'R',
      get cpuMs() {
        return (cpuMs += 4_000);
      },
    });
    const { seen, restart } = await pass(care.diagnose({ watchMs: 60_000 }));
    expect({ moves: seen.moves, how: restart.how }).toEqual({ moves: 'unclear', how: 'approval' });
  });

  it('believes a hang that was told once two looks saw it go on, and no look alone', async () => {
    const { world, care, port, life, instance, started, pass } = await up('got prompt\n');
    world.service.begin(port, prompt('p1'));
    const hung = {
      instance,
      cause: 'queue',
      stillMs: 45_000,
      limitMs: 45_000,
      subject: 'p1',
      isHeldByKernel: false,
    } as const;
    await life.engine.ledger.append([row('service.hung', hung, { keys: ['service:hung'] })]);
    expect(await care.see({ watchMs: 0 })).toMatchObject({ moves: 'unclear', hang: null });
    const again = care.see({ watchMs: 60_000 });
    await world.clock.advance(1_000);
    world.files.append(started.spec.logPath, ' 50%|##  | 1/2\n');
    expect(await pass(again)).toMatchObject({ moves: 'yes', hang: null });
    expect(await pass(care.see({ watchMs: 10_000 }))).toMatchObject({
      moves: 'no',
      hang: { cause: 'queue', stillMs: 45_000 },
    });
    world.service.finish(port, 'p1');
    world.service.begin(port, prompt('p2'));
    expect(await care.see({ watchMs: 0 })).toMatchObject({ moves: 'unclear', hang: null });
  });

  it('says that it is gone, and what its log said last, without secrets', async () => {
    const { care, started } = await up('loading hf_abcdefghijklmnopqrstuv\nKilled\n');
    started.isAlive = false;
    const { seen, findings, restart } = await care.diagnose({ watchMs: 0 });
    expect(seen.state).toBe('gone');
    expect(findings).toMatchObject([{ signature: 'S10', line: 2, text: 'Killed' }]);
    expect(restart.how).toBe('automatic');
  });
});

describe('malware in a log', () => {
  it('is not over because prompts end after it', async () => {
    const { care } = await up('[SECURITY ALERT] a known malicious package\nPrompt executed in 2.00 seconds\n');
    const { findings, restart } = await care.diagnose({ watchMs: 0 });
    expect(findings).toMatchObject([{ signature: 'S34', isOver: false }]);
    expect(restart.how).toBe('never');
  });
});

describe('cancelling a prompt', () => {
  it('stops that one and no other', async () => {
    const { world, care, port, pass } = await up();
    world.service.begin(port, prompt('p1'));
    world.service.enqueue(port, prompt('p2'));
    expect(await pass(care.cancel({ prompt: 'p2', waitMs: 30_000 }))).toEqual({ ended: true });
    expect((await world.service.queue(`http://127.0.0.1:${port}`)).running).toBe(1);
    expect(await pass(care.cancel({ prompt: 'p2', waitMs: 30_000 }))).toEqual({ ended: true });
  });

  it('says so when it does not end', async () => {
    const { world, care, port, pass } = await up();
    world.service.begin(port, prompt('p1'));
    world.service.cancel = async () => 'stays';
    expect(await pass(care.cancel({ prompt: 'p1', waitMs: 30_000 }))).toEqual({ ended: false });
  });
});

describe('a server that ends under an interrupt', () => {
  it('has not ended the prompt, so that the next grade is tried', async () => {
    const { world, care, port, started, pass } = await up();
    world.service.begin(port, prompt('p1'));
    world.service.cancel = async () => {
      started.isAlive = false;
      return 'stays';
    };
    expect(await pass(care.cancel({ prompt: 'p1', waitMs: 30_000 }))).toEqual({ ended: false });
    expect(await pass(care.cancel({ prompt: 'p1', waitMs: 30_000 }))).toEqual({ ended: false });
  });

  it.each(['job/7 of anna', 'Ünïcode', '{"id":1}'])('is asked by the id that a client chose: %s', (id) =>
    expect(serviceCancelPrompt.input.parse({ prompt: id }).prompt).toBe(id),
  );
});

describe('restarting', () => {
  it('starts production again with its prompts, once', async () => {
    const { world, care, port, instance, pass } = await up();
    world.service.begin(port, prompt('p1'));
    world.service.enqueue(port, prompt('p2'));
    const done = await pass(care.restart());
    expect(done).toMatchObject({ was: instance, nSaved: 2 });
    expect(done.now).not.toBe(instance);
    expect(await pass(care.restart())).toEqual(done);
    expect(world.processes.services.filter(({ isAlive }) => isAlive)).toHaveLength(1);
    expect(world.service.requeued.flatMap(({ prompts }) => prompts.map((one) => one['prompt_id']))).toEqual([
      'p1',
      'p2',
    ]);
  });

  it('does not queue a prompt again that was cancelled and did not end', async () => {
    const { world, care, port, pass } = await up();
    world.service.begin(port, prompt('p1'));
    world.service.enqueue(port, prompt('p2'));
    world.service.cancel = async () => 'stays';
    await pass(care.cancel({ prompt: 'p1', waitMs: 5_000 }));
    expect(await pass(care.restart())).toMatchObject({ nSaved: 1 });
    expect(world.service.requeued.flatMap(({ prompts }) => prompts.map((one) => one['prompt_id']))).toEqual(['p2']);
  });

  it('is refused where its log says that malware was found', async () => {
    const { care, started, world } = await up('Malware has been detected, forcibly terminating ComfyUI execution\n');
    started.isAlive = false;
    await expect(care.restart()).rejects.toMatchObject({ code: 'SERVICE_RESTART_REFUSED' });
    expect(world.processes.services).toHaveLength(1);
  });
});

describe('malware that was found before', () => {
  it('forbids a start also where its line is in no log any more', async () => {
    const { care, life, instance, started, world } = await up('Killed\n');
    started.isAlive = false;
    const evidence = [{ source: instance, line: 3, text: 'Malware has been detected' }];
    const said = {
      signature: 'S34',
      name: 'malware',
      severity: 'critical',
      culprit: null,
      sentence: 'Malware.',
    } as const;
    const found = { instance, ...said, because: null, times: 1, evidence, recurs: null, endByte: 9, endLine: 3 };
    await life.engine.ledger.append([row('diagnosis.found', found, { keys: [`log:${instance}`] })]);
    const { findings, restart } = await care.diagnose({ watchMs: 0 });
    expect(findings[0]).toMatchObject({ signature: 'S34', isOver: false, how: 'never' });
    expect(restart.how).toBe('never');
    await expect(care.restart()).rejects.toMatchObject({ code: 'SERVICE_RESTART_REFUSED' });
    expect(world.processes.services).toHaveLength(1);
  });

  it('is read in what was put away of the log', async () => {
    const { care, started, world } = await up('up\n');
    world.files.put(`${started.spec.logPath}.000000000000000`, '[SECURITY ALERT] a known malicious package\n');
    expect((await care.diagnose({ watchMs: 0 })).findings).toMatchObject([{ signature: 'S34' }]);
  });
});

describe('freeing memory', () => {
  it('asks the server, and says what came of it', async () => {
    const { care, world, port } = await up();
    expect(await care.free()).toMatchObject({ freeBefore: 8e9, freeAfter: 16e9 });
    expect(world.service.freed).toEqual([port]);
  });

  it('frees nothing where nothing answers, so that the next grade is tried', async () => {
    const { care, started } = await up();
    started.isAlive = false;
    expect(await care.free()).toMatchObject({ freeAfter: 0, totalBytes: 0 });
  });
});

describe('drawing', () => {
  it('runs the first workflow on production, once, and says that it drew', async () => {
    const { care, world, port } = await up();
    expect(await care.draw()).toEqual({ workflow: 'portrait', durationMs: 2_000, nPictures: 1, failure: null });
    await care.draw();
    expect(world.service.ran.map((one) => one.port)).toEqual([port]);
  });

  it('says so when a picture is flat or a node fails', async () => {
    const { care, world } = await up();
    world.service.boot = () => ({ runs: () => ({ kind: 'ran', pictures: [{ ...fakePicture, isFlat: true }] }) });
    expect((await care.draw()).failure).toContain('the same value');
    const other = await up();
    other.world.service.boot = () => ({ runs: () => ({ kind: 'failed' }) });
    expect((await other.care.draw()).failure).toBe('a node failed');
  });

  it('runs nothing where there is no workflow', async () => {
    const { care, world } = await up('', { workflows: {} });
    expect(await care.draw()).toMatchObject({ workflow: null, failure: null });
    expect(world.service.ran).toEqual([]);
  });
});

describe('keeping evidence', () => {
  it('is on record before a file is written', async () => {
    const { care, world, life } = await up();
    const before: unknown[] = [];
    const { writeAtomic } = world.files;
    world.files.writeAtomic = async (...given) => {
      before.push(life.engine.ledger.latest('effect:r1.x#1:keep')?.kind);
      return writeAtomic.apply(world.files, given);
    };
    const [kept] = await care.keep({ 'log.txt': 'up' });
    expect(kept).toMatchObject({ path: expect.stringContaining('/incidents/r1/log.txt'), sizeBytes: 2 });
    expect(before).toEqual(['effect.intended']);
    expect(await care.keep({ 'log.txt': 'up' })).toEqual([kept]);
    expect(before).toHaveLength(1);
  });
});

describe('finding models', () => {
  it('finds one by its place, and others by names like it', async () => {
    const { care, world } = await up();
    const dir = `${world.context.config.adopted?.comfyui ?? world.context.paths.home}/models`;
    world.files.put(`${dir}/loras/Detail.safetensors`, 'x');
    world.files.put(`${dir}/vae/ae.safetensors`, 'x');
    expect(await care.findModels(['vae/ae.safetensors', 'detail.pt'])).toEqual([
      { name: 'vae/ae.safetensors', here: 'vae/ae.safetensors', like: [] },
      { name: 'detail.pt', here: null, like: ['loras/Detail.safetensors'] },
    ]);
  });
});

describe('taking a merge back', () => {
  it('is nothing that a program says yes to', async () => {
    const { care, life } = await up();
    const options = { previewOnly: false, yes: true, until: null, playbook: null, inputs: { undo: 'yes' } };
    const by = { kind: 'program', name: 'schedule' } as const;
    const created = {
      run: 'r1',
      goal: 'bad upgrade',
      kind: 'work',
      options,
      by,
      request: null,
      restore: null,
    } as const;
    await life.engine.ledger.append([row('run.created', created, { run: 'r1', keys: ['run:r1'] })]);
    await expect(care.undo({ point: '0001-x' })).rejects.toMatchObject({ code: 'REVIEW_SELF' });
    expect(life.engine.ledger.latest('run:r2')).toBeUndefined();
  });

  it('has no suspect where nothing was merged', async () => {
    const { care } = await up();
    expect(await care.suspect()).toMatchObject({ point: null, blocked: expect.stringContaining('no merge to undo') });
  });
});

describe('trimming', () => {
  it('removes old logs and temporary pictures, and nothing else', async () => {
    const { care, world, life, instance, started } = await up('up\n');
    const { paths } = life.engine;
    const dir = started.spec.cwd.replace(/\/ComfyUI$/, '');
    for (let n = 90; n < 100; n += 1) world.files.put(`${paths.logs}/instances/i${n}.log`, 'x'.repeat(10));
    // What was put away of a log goes and stays with it.
    for (const n of [90, 99]) world.files.put(`${paths.logs}/instances/i${n}.log.000000000000000`, 'xxx');
    world.files.put(`${paths.logs}/instances/notes.txt`, 'mine');
    world.files.put(`${dir}/temp/a.png`, 'x'.repeat(7));
    world.files.put(`${dir}/output/a.png`, 'x');
    expect(await care.trim({ olderMs: 100 * 365 * day })).toMatchObject({ nLogs: 0, nTemporary: 0 });
    const { signal } = new AbortController();
    const next = serviceCare(life.engine, {
      run: 'r1',
      step: 'x',
      agent: 'repair-technician',
      attempt: 'r1.x#2',
      signal,
    });
    expect(await next.trim({ olderMs: day })).toMatchObject({ nLogs: 6, nTemporary: 1, bytes: 60 });
    const left = await world.files.list(`${paths.logs}/instances`);
    expect(left).toEqual(
      [
        'i95.log',
        'i96.log',
        'i97.log',
        'i98.log',
        'i99.log',
        'i99.log.000000000000000',
        `${instance}.log`,
        'notes.txt',
      ].sort(),
    );
    expect(await world.files.list(`${dir}/temp`)).toEqual([]);
    expect(await world.files.info(`${dir}/output/a.png`)).toBeDefined();
  });
});
