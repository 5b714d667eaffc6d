import { expect, test } from 'vitest';

import { dataOf, row } from '../../../../src/domain/journal/kinds.ts';
import { resolveAlert } from '../../../../src/engine/alerts/raise.ts';
import { createLogWatch } from '../../../../src/engine/diagnosis/watch-logs.ts';
import { nothingHappens, startEngine } from '../../../fakes/fake-life.ts';
import { createWorld } from '../../../fakes/fake-world.ts';

const minuteMs = 60_000;
const poisoned = `!!! Exception during processing !!! CUDA error: an illegal memory access was encountered
Traceback (most recent call last):
  File "/c/execution.py", line 1, in execute
RuntimeError: CUDA error: an illegal memory access was encountered
`;
const ended = 'got prompt\nPrompt executed in 1.2 seconds\n';

/** An installation whose production is `i1`; each look is a round of the supervisor. */
async function watched() {
  const world = await createWorld();
  const life = await startEngine(world, { effects: { ...nothingHappens, instance: { start: async () => ({}) } } });
  const { engine, ledger } = life;
  const texts = new Map<string, string>();
  const start = async (instance: string): Promise<void> => {
    await engine.host.create('instance', instance, { subject: instance });
    await engine.host.send(instance, { type: 'START' });
    await ledger.append([row('production.set', { instance, saved: null }, { run: null, keys: ['production'] })]);
    await expect.poll(() => engine.host.find(instance)?.state).toBe('healthy');
  };
  await start('i1');
  const scene = {
    world,
    engine,
    start,
    watch: createLogWatch(engine),
    write(text: string, instance = 'i1'): void {
      texts.set(instance, (texts.get(instance) ?? '') + text);
      world.files.put(`${world.context.paths.logs}/instances/${instance}.log`, texts.get(instance) ?? '');
    },
    async pass(ms: number): Promise<void> {
      for (let leftMs = ms; leftMs > 0; leftMs -= minuteMs) {
        await world.clock.advance(minuteMs);
        await scene.watch.look();
      }
    },
    ended: () => ledger.read({ kinds: ['alert.ended'] }).flatMap((entry) => dataOf('alert.ended', entry) ?? []),
    open: () => engine.alerts.open.size,
    found: () => ledger.read({ kinds: ['diagnosis.found'] }).length,
  };
  return scene;
}

test('a poisoned context is over when a prompt ends well after it, not when the failed one ends', async () => {
  const { watch, write, open, ended: over } = await watched();
  write(`got prompt\n${poisoned}`);
  await watch.look();
  expect(open()).toBe(1);
  write('Prompt executed in 0.4 seconds\n');
  await watch.look();
  expect(open()).toBe(1);
  write(ended);
  await watch.look();
  expect(over()).toMatchObject([
    { key: 'signature:s08', by: null, evidence: ['prompts end well again in the log of i1'] },
  ]);
});

test('what is seen again after it was over is written down and told anew, also within the hour', async () => {
  const { watch, write, open, found } = await watched();
  write(`got prompt\n${poisoned}Prompt executed in 0.4 seconds\n${ended}`);
  await watch.look();
  expect([open(), found()]).toEqual([0, 1]);
  write(`got prompt\n${poisoned}Prompt executed in 0.4 seconds\n`);
  await watch.look();
  expect([open(), found()]).toEqual([1, 2]);
});

test('what was only counted for an alert that is over is not told as new by the next supervisor', async () => {
  const { engine, watch, write, open, found } = await watched();
  const failed = `got prompt\n${poisoned}Prompt executed in 0.4 seconds\n`;
  write(failed);
  await watch.look();
  write(failed);
  await watch.look();
  write(ended);
  await watch.look();
  expect([open(), found()]).toEqual([0, 1]);
  await createLogWatch(engine).look();
  expect([open(), found()]).toEqual([0, 1]);
  expect(engine.ledger.read({ kinds: ['alert.raised'] })).toHaveLength(1);
  expect(engine.ledger.read({ kinds: ['diagnosis.read'] })).toHaveLength(1);
});

test('an alert that a person ended stays ended over a restart', async () => {
  const { engine, watch, write, open, found } = await watched();
  write(poisoned);
  await watch.look();
  write(poisoned);
  await watch.look();
  await resolveAlert(engine, 'signature:s08', ['anna saw to it']);
  await watch.look();
  await createLogWatch(engine).look();
  expect([open(), found()]).toEqual([0, 1]);
});

test('a failed import is over when production starts without it, and goes on when it starts with it', async () => {
  const { watch, write, start, open, ended: over } = await watched();
  const failed = '   0.1 seconds (IMPORT FAILED): /c/custom_nodes/foo\n';
  write(failed);
  await watch.look();
  write(ended);
  await watch.look();
  expect(open()).toBe(1);
  write(failed, 'i2');
  await start('i2');
  await watch.look();
  expect(open()).toBe(1);
  await start('i3');
  await watch.look();
  // Without a log nothing shows that it started without the failure.
  expect(open()).toBe(1);
  write('Starting server\n', 'i3');
  await watch.look();
  expect(over()).toMatchObject([{ key: 'signature:s18:pack:foo', evidence: ['i3 started without it'] }]);
});

test('a failed import that the next start has, too, is not over for a supervisor that reads on behind it', async () => {
  const { engine, watch, write, start, open, found } = await watched();
  const failed = '   0.1 seconds (IMPORT FAILED): /c/custom_nodes/foo\n';
  write(failed);
  await watch.look();
  write(failed, 'i2');
  await start('i2');
  await watch.look();
  write('database is locked\n', 'i2');
  await watch.look();
  await createLogWatch(engine).look();
  expect([open(), found()]).toEqual([2, 3]);
});

test('a card that fell off is over when the driver answers and the log was quiet for ten minutes', async () => {
  const { watch, write, pass, open, world, ended: over } = await watched();
  const fell = 'NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.\n';
  write(fell);
  await watch.look();
  expect(open()).toBe(1);
  await pass(30 * minuteMs);
  expect(open()).toBe(1);
  world.accelerators.found = {
    kind: 'nvidia',
    driver: '550.54',
    gpus: [{ name: 'RTX 4090', memoryMb: 24_000, computeCapability: '8.9' }],
  } as never;
  write(fell);
  await watch.look();
  await pass(9 * minuteMs);
  expect(open()).toBe(1);
  await pass(2 * minuteMs);
  expect(over()).toMatchObject([{ evidence: ['the driver 550.54 answers with RTX 4090'] }]);
});

test('a full disk is over when every disk has room again', async () => {
  const { watch, write, pass, open, world, engine, ended: over } = await watched();
  const machine = engine.outside.machine as unknown as { disks: Map<string, object> };
  const { home } = world.context.paths;
  machine.disks.set(home, { path: home, totalBytes: 1e12, freeBytes: 1e6 });
  write('OSError: [Errno 28] No space left on device\n');
  await watch.look();
  await pass(20 * minuteMs);
  expect(open()).toBe(1);
  machine.disks.delete(home);
  await pass(minuteMs);
  expect(over()).toMatchObject([{ key: 'signature:s40' }]);
});

test('what only a person can see is not ended by a program', async () => {
  const { watch, write, pass, open } = await watched();
  write('mat1 and mat2 shapes cannot be multiplied (77x768 and 2048x320)\n');
  await watch.look();
  write(ended.repeat(5));
  await pass(60 * minuteMs);
  expect(open()).toBe(1);
});
