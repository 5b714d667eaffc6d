import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';
import {
  createMachineHost,
  type EffectHandler,
  type EffectTable,
  type MachineHost,
} from '../../../../src/engine/machines/host.ts';
import { settle } from '../../../../src/engine/machines/settle.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { nothingHappens, settled } from '../../../fakes/fake-life.ts';
import { createMemoryLedgers, type MemoryLedgers } from '../../../fakes/memory-ledger.ts';
import { pausedLedger, type PausedLedger } from '../../../fakes/paused-ledger.ts';

interface Scene {
  readonly host: MachineHost;
  readonly ledger: PausedLedger;
  readonly ledgers: MemoryLedgers;
  /** Effects that were started, and those that were called off, in order. */
  readonly log: string[];
  /** Lets a running effect report. */
  report(subject: string, effect: string, output?: object | Error): Promise<void>;
}

interface Open {
  readonly subject: string;
  readonly effect: string;
  resolve(output: object): void;
  reject(error: Error): void;
}

async function openScene(ledgers: MemoryLedgers = createMemoryLedgers({ clock: createFakeClock() })): Promise<Scene> {
  const opened = ledgers.open();
  await opened.acquire();
  const ledger = pausedLedger(opened);
  const log: string[] = [];
  const open: Open[] = [];
  const recorded =
    (effect: string): EffectHandler =>
    ({ subject, signal }) => {
      log.push(`${subject} ${effect} started`);
      return new Promise((resolve, reject) => {
        open.push({ subject, effect, resolve, reject });
        signal.addEventListener('abort', () => log.push(`${subject} ${effect} called off`), { once: true });
      });
    };
  const effects = Object.fromEntries(
    Object.entries(nothingHappens).map(([machine, handlers]) => [
      machine,
      Object.fromEntries(Object.keys(handlers).map((effect) => [effect, recorded(effect)])),
    ]),
  ) as unknown as EffectTable;
  const host = createMachineHost({ ledger, clock: createFakeClock(), effects });
  return {
    host,
    ledger,
    ledgers,
    log,
    async report(subject, effect, output = {}) {
      const at = open.findIndex((one) => one.subject === subject && one.effect === effect);
      const [one] = open.splice(at, 1);
      if (at < 0 || one === undefined) throw new Error(`${effect} of ${subject} does not run`);
      if (output instanceof Error) one.reject(output);
      else one.resolve(output);
      await settled();
    },
  };
}

const task = { subject: 'r1.lock', maxAttempts: 1 };
const kinds = ({ ledger }: Scene): readonly string[] => ledger.read().map((entry) => entry.kind);

describe('createMachineHost', () => {
  it('starts no effect before the row of its transition is durable', async () => {
    const scene = await openScene();
    await scene.host.create('task', 'r1.lock', task);
    scene.ledger.isPaused = true;
    const sent = scene.host.send('r1.lock', { type: 'START' });
    await settled();
    expect(scene.ledger.nHeld).toBe(1);
    expect(scene.log).toEqual([]);
    expect(scene.host.find('r1.lock')?.state).toBe('waiting');
    scene.ledger.letThrough();
    expect(await sent).toBe(true);
    expect(scene.log).toEqual(['r1.lock lease started']);
    expect(scene.host.find('r1.lock')?.state).toBe('leasing');
  });

  it('starts the effects of a first state only after its first row is durable', async () => {
    const scene = await openScene();
    scene.ledger.isPaused = true;
    const created = scene.host.create('run', 'r1', { subject: 'r1', previewOnly: false });
    await settled();
    expect(scene.log).toEqual([]);
    expect(scene.host.find('r1')).toBeUndefined();
    scene.ledger.letThrough();
    await created;
    expect(scene.log).toEqual(['r1 preview started']);
  });

  it('writes what is beside a transition in the same commit, and answers its request', async () => {
    const scene = await openScene();
    const id = await scene.ledger.request('run.start', {});
    const closed = row('run.resumed', { run: 'r1', by: { kind: 'person', name: 'anna' } });
    await scene.host.create('task', 'r1.lock', task, {
      rows: [closed],
      answers: [{ id, answer: { kind: 'accepted' } }],
    });
    expect(kinds(scene)).toEqual(['run.resumed', 'machine.created']);
    expect(scene.ledger.findRequest(id)?.answer).toEqual({ kind: 'accepted' });
  });

  it('tells its listeners of a transition once it is durable', async () => {
    const scene = await openScene();
    const told: string[] = [];
    const stop = scene.host.onMoved((view) =>
      told.push(`${view.subject} ${view.state} after row ${scene.ledger.head().seq}`),
    );
    await scene.host.create('task', 'r1.lock', task);
    await scene.host.send('r1.lock', { type: 'START' });
    stop();
    await scene.host.send('r1.lock', { type: 'CANCEL' });
    expect(told).toEqual(['r1.lock waiting after row 1', 'r1.lock leasing after row 2']);
  });

  it('records an event that the state does not know, without what is beside it: nothing came of it', async () => {
    const scene = await openScene();
    const id = await scene.ledger.request('run.cancel', {});
    await scene.host.create('task', 'r1.lock', task);
    expect(
      await scene.host.send(
        'r1.lock',
        { type: 'RESUME' },
        {
          rows: [row('run.resumed', { run: 'r1', by: { kind: 'person', name: 'anna' } })],
          answers: [{ id, answer: { kind: 'accepted' } }],
        },
      ),
    ).toBe(false);
    expect(kinds(scene)).toEqual(['machine.created', 'machine.ignored']);
    expect(scene.ledger.read().at(-1)).toMatchObject({
      kind: 'machine.ignored',
      run: 'r1',
      data: { machine: 'task', subject: 'r1.lock', state: 'waiting', event: { type: 'RESUME' } },
    });
    expect(scene.ledger.findRequest(id)?.answer).toBeNull();
    expect(scene.host.find('r1.lock')?.state).toBe('waiting');
  });

  it('carries on with what an effect reports', async () => {
    const scene = await openScene();
    await scene.host.create('task', 'r1.lock', task);
    await scene.host.send('r1.lock', { type: 'START' });
    await scene.report('r1.lock', 'lease', { slot: 'env-setup', port: 8191 });
    expect(scene.host.find('r1.lock')?.state).toBe('spawning');
    expect(scene.ledger.read().at(-1)?.data).toMatchObject({
      event: { output: { slot: 'env-setup', port: 8191 } },
      from: 'leasing',
      to: 'spawning',
    });
  });

  it('keeps the fault of an effect that failed, and takes anything else for a bug', async () => {
    const scene = await openScene();
    for (const subject of ['r1.lock', 'r1.boot']) {
      await scene.host.create('task', subject, { ...task, subject });
      await scene.host.send(subject, { type: 'START' });
    }
    await scene.report('r1.lock', 'lease', new Fault('PORT_NONE_FREE', 'No port is free.'));
    await scene.report('r1.boot', 'lease', new TypeError('x is not a function'));
    expect(scene.host.find('r1.lock')?.fault?.code).toBe('PORT_NONE_FREE');
    expect(scene.host.find('r1.boot')?.fault).toMatchObject({ code: 'INTERNAL_BUG', message: 'x is not a function' });
  });

  it('calls off an effect whose state was left, and records its late report without applying it', async () => {
    const scene = await openScene();
    await scene.host.create('task', 'r1.lock', task);
    await scene.host.send('r1.lock', { type: 'START' });
    await scene.host.send('r1.lock', { type: 'CANCEL' });
    expect(scene.log).toEqual(['r1.lock lease started', 'r1.lock lease called off', 'r1.lock compensate started']);
    await scene.report('r1.lock', 'lease', { slot: 'env-setup', port: 8191 });
    expect(scene.host.find('r1.lock')?.state).toBe('compensating');
    expect(scene.ledger.read().at(-1)).toMatchObject({
      kind: 'report.late',
      run: 'r1',
      data: { subject: 'r1.lock', effect: 'lease', report: { output: { slot: 'env-setup', port: 8191 } } },
    });
  });

  it('does not take the late report of an earlier effect for one of a later effect of the same name', async () => {
    const scene = await openScene();
    await scene.host.create('instance', 'i1', { subject: 'i1' });
    await scene.host.send('i1', { type: 'START' });
    await scene.host.send('i1', { type: 'STOP' });
    await scene.report('i1', 'stop');
    await scene.host.send('i1', { type: 'START' });
    // Two effects called `start` are open; the first was called off.
    await scene.report('i1', 'start');
    expect(scene.host.find('i1')?.state).toBe('starting');
    expect(kinds(scene).filter((kind) => kind === 'report.late')).toHaveLength(1);
    await scene.report('i1', 'start');
    expect(scene.host.find('i1')?.state).toBe('healthy');
  });

  it('takes events that are sent at once one after the other, in the order in which they were sent', async () => {
    const scene = await openScene();
    await scene.host.create('run', 'r1', { subject: 'r1', previewOnly: false });
    await scene.report('r1', 'preview', { next: 'execute' });
    const taken = await Promise.all(
      ['TASKS_DONE', 'CHANGE_APPROVED', 'CANCEL', 'RESUME'].map((type) => scene.host.send('r1', { type })),
    );
    expect(taken).toEqual([true, true, true, false]);
    const moves = scene.ledger.read({ kinds: ['machine.moved', 'machine.ignored'], afterSeq: 2 });
    expect(moves.map(({ data }) => data['to'] ?? data['state'])).toEqual([
      'reviewing',
      'merging',
      'cancelled',
      'cancelled',
    ]);
  });

  it('lets a subject go on while the commit of another one waits', async () => {
    const scene = await openScene();
    await scene.host.create('task', 'r1.lock', task);
    await scene.host.create('task', 'r2.lock', { ...task, subject: 'r2.lock' });
    scene.ledger.isPaused = true;
    const first = scene.host.send('r1.lock', { type: 'START' });
    await settled();
    scene.ledger.isPaused = false;
    expect(await scene.host.send('r2.lock', { type: 'START' })).toBe(true);
    expect(scene.log).toEqual(['r2.lock lease started']);
    scene.ledger.letThrough();
    await first;
    expect(scene.log).toEqual(['r2.lock lease started', 'r1.lock lease started']);
  });

  it('stops everything when a newer supervisor has taken over, and says so once', async () => {
    const scene = await openScene();
    const fatal: unknown[] = [];
    scene.host.onFatal((error) => fatal.push(error));
    for (const subject of ['r1.lock', 'r1.boot']) {
      await scene.host.create('task', subject, { ...task, subject });
      await scene.host.send(subject, { type: 'START' });
    }
    scene.ledger.breakWith(new Fault('EPOCH_OLD', 'A newer supervisor has taken over.'));
    await scene.report('r1.lock', 'lease');
    expect(fatal).toMatchObject([{ code: 'EPOCH_OLD' }]);
    expect(scene.log).toContain('r1.boot lease called off');
    expect(scene.host.find('r1.lock')?.state).toBe('leasing');
    scene.ledger.breakWith(undefined);
    const { seq } = scene.ledger.head();
    await scene.report('r1.boot', 'lease', new Error('called off'));
    expect(scene.ledger.head().seq).toBe(seq);
    expect(fatal).toHaveLength(1);
  });

  it('does not move when the row of an event cannot be written, and tells the sender', async () => {
    const scene = await openScene();
    await scene.host.create('task', 'r1.lock', task);
    scene.ledger.breakWith(new Fault('DISK_FULL', 'The disk is full.'));
    await expect(scene.host.send('r1.lock', { type: 'START' })).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(scene.host.find('r1.lock')?.state).toBe('waiting');
    expect(scene.log).toEqual([]);
    scene.ledger.breakWith(undefined);
    expect(await scene.host.send('r1.lock', { type: 'START' })).toBe(true);
  });

  it('writes nothing of the effects that it stops at its end', async () => {
    const scene = await openScene();
    await scene.host.create('run', 'r1', { subject: 'r1', previewOnly: false });
    const halted = scene.host.halt();
    expect(scene.log).toEqual(['r1 preview started', 'r1 preview called off']);
    await scene.report('r1', 'preview', { next: 'execute' });
    await halted;
    expect(kinds(scene)).toEqual(['machine.created']);
  });

  it('breaks off what runs when it is held, hears nothing of it, and begins it again once that has ended', async () => {
    const scene = await openScene();
    await scene.host.create('task', 'r1.lock', task);
    await scene.host.send('r1.lock', { type: 'START' });
    const { seq } = scene.ledger.head();
    const held = scene.host.hold(1_000);
    await settled();
    await scene.report('r1.lock', 'lease', new Error('called off'));
    expect(await held).toEqual([]);
    expect(scene.ledger.head().seq).toBe(seq);
    expect(scene.host.find('r1.lock')?.state).toBe('leasing');
    scene.host.startRestored();
    await settled();
    expect(scene.log).toEqual(['r1.lock lease started', 'r1.lock lease called off', 'r1.lock lease started']);
    await scene.report('r1.lock', 'lease', { slot: 'env-setup', port: 8191 });
    expect(scene.host.find('r1.lock')?.state).not.toBe('leasing');
  });

  it('names what does not end when it is held, and does not begin that beside itself', async () => {
    const scene = await openScene();
    await scene.host.create('task', 'r1.lock', task);
    await scene.host.send('r1.lock', { type: 'START' });
    expect(await scene.host.hold(0)).toEqual(['r1.lock lease']);
    scene.host.startRestored();
    await settled();
    expect(scene.log).toEqual(['r1.lock lease started', 'r1.lock lease called off']);
    await scene.report('r1.lock', 'lease');
    expect(scene.log.at(-1)).toBe('r1.lock lease started');
    expect(scene.host.find('r1.lock')?.state).toBe('leasing');
  });

  it('does not begin what waited when it is held a second time, and never twice', async () => {
    const scene = await openScene();
    await scene.host.create('task', 'r1.lock', task);
    await scene.host.send('r1.lock', { type: 'START' });
    await scene.host.hold(0);
    scene.host.startRestored();
    await scene.host.hold(0);
    // The first one ends while all is held: the second one waited for it.
    await scene.report('r1.lock', 'lease');
    await settled();
    expect(scene.log).toEqual(['r1.lock lease started', 'r1.lock lease called off']);
    scene.host.startRestored();
    await settled();
    expect(scene.log.filter((line) => line.endsWith('started'))).toHaveLength(2);
  });

  it('counts the effects that run', async () => {
    const scene = await openScene();
    await scene.host.create('run', 'r1', { subject: 'r1', previewOnly: false });
    expect(scene.host.nRunning).toBe(1);
    await scene.report('r1', 'preview', { next: 'execute' });
    expect(scene.host.nRunning).toBe(0);
  });
});

describe('a host after a restart', () => {
  const restart = async (scene: Scene): Promise<Scene> => {
    await scene.ledger.close();
    return openScene(scene.ledgers);
  };

  it('has the state and context of before, and starts the same effects when it is told to', async () => {
    const before = await openScene();
    await before.host.create('task', 'r1.lock', { ...task, maxAttempts: 2 });
    await before.host.send('r1.lock', { type: 'START' });
    await before.report('r1.lock', 'lease');
    await before.report('r1.lock', 'spawn');
    await before.report('r1.lock', 'execute', new Fault('INDEX_UNREACHABLE', 'No network.'));
    const after = await restart(before);
    after.host.restore('task', 'r1.lock');
    expect(after.host.find('r1.lock')).toEqual(before.host.find('r1.lock'));
    expect(after.host.context('r1.lock')).toEqual(before.host.context('r1.lock'));
    expect(after.log).toEqual([]);
    after.host.startRestored();
    after.host.startRestored();
    expect(after.log).toEqual(['r1.lock waitUntil started']);
    await after.report('r1.lock', 'waitUntil');
    expect(after.host.find('r1.lock')?.state).toBe('spawning');
  });

  it('goes on from an event that was durable though its effect never started', async () => {
    const before = await openScene();
    await before.host.create('task', 'r1.lock', task);
    await before.host.send('r1.lock', { type: 'START' });
    const after = await restart(before);
    after.host.restore('task', 'r1.lock');
    after.host.startRestored();
    await after.report('r1.lock', 'lease');
    expect(after.host.find('r1.lock')?.state).toBe('spawning');
  });

  it('refuses a machine that was begun by another version of it', async () => {
    const scene = await openScene();
    await scene.ledger.append([
      row(
        'machine.created',
        { machine: 'task', version: 0, subject: 'r1.lock', input: task, to: 'waiting' },
        { keys: ['machine:r1.lock'] },
      ),
    ]);
    expect(() => scene.host.restore('task', 'r1.lock')).toThrow(expect.objectContaining({ code: 'LEDGER_OLDER' }));
  });

  it('refuses a machine without a first row', async () => {
    const scene = await openScene();
    expect(() => scene.host.restore('task', 'r1.lock')).toThrow(expect.objectContaining({ code: 'LEDGER_BROKEN' }));
  });

  it('restores a machine with more rows than one page of the journal', async () => {
    const before = await openScene();
    await before.host.create('instance', 'i1', { subject: 'i1' });
    await before.host.send('i1', { type: 'START' });
    await before.report('i1', 'start');
    const move = (type: string, from: string, to: string) => {
      const data = {
        machine: 'instance',
        version: 1,
        subject: 'i1',
        event: { type },
        from,
        to,
        isFinal: false,
      } as const;
      return row('machine.moved', data, { keys: ['machine:i1'] });
    };
    const flapping = Array.from({ length: 5_001 }, () => [
      move('SILENT', 'healthy', 'degraded'),
      move('ANSWERED', 'degraded', 'healthy'),
    ]);
    await before.ledger.append(flapping.flat());
    const after = await restart(before);
    after.host.restore('instance', 'i1');
    expect(after.host.find('i1')?.state).toBe('healthy');
  });
});

describe('settle', () => {
  it('answers at once when it is so already', async () => {
    const { host } = await openScene();
    await host.create('task', 'r1.lock', task);
    expect(await settle(host, 'r1.lock', (view) => view.state === 'waiting')).toMatchObject({ state: 'waiting' });
  });

  it('waits until it is so', async () => {
    const { host } = await openScene();
    await host.create('task', 'r1.lock', task);
    const failed = settle(host, 'r1.lock', (view) => view.state === 'failed');
    await host.send('r1.lock', { type: 'CANCEL' });
    expect(await failed).toMatchObject({ state: 'failed', isFinal: true });
  });

  it('gives up when its caller is called off', async () => {
    const { host } = await openScene();
    await host.create('task', 'r1.lock', task);
    const abort = new AbortController();
    const never = settle(host, 'r1.lock', (view) => view.state === 'done', abort.signal);
    abort.abort(new Error('called off'));
    await expect(never).rejects.toThrow('called off');
  });
});
