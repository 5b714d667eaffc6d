import * as fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { expect } from 'vitest';

import { stock } from '../../../demo/wheel/stock.ts';
import { isAlive, processesOf, signal, until } from '../../support/fault-processes.ts';
import type { CommandResult } from '../../support/fault-program.ts';
import { isFree, post, productionPid, slowGraph, standIn, untilRunning } from '../../support/fault-service.ts';
import { expectDone, expectFault, hasRow, upgrade, untilRow } from '../../support/fault-steps.ts';
import type { FaultCase } from '../../support/fault-suite.ts';
import { type FaultWorld, inMutant } from '../../support/fault-world.ts';

/** A supervisor that looks at production once an hour. */
const seldom = {
  file: 'engine/instances/watch.ts',
  find: 'export const watchEveryMs = 2_000;',
  replace: 'export const watchEveryMs = 3_600_000;',
} as const;

/** A client that asks a server for ever. */
const patient = {
  file: 'adapters/comfyui/follow-prompt.ts',
  find: 'const maxMisses = 8;',
  replace: 'const maxMisses = 8_000_000;',
} as const;

/** Whoever has the recorded number is the recorded process: its start time and its mark are not looked at. */
const byNumber = [
  {
    file: 'adapters/process/processes.ts',
    find: '(await table.find(pid))?.startTime === startTime',
    replace: '(await table.find(pid)) !== undefined || startTime === ""',
  },
  {
    file: 'adapters/process/stop-process.ts',
    find: 'if (leader !== undefined && leader.startTime !== identity.startTime) return [];',
    replace: '',
  },
  {
    file: 'engine/instances/start.ts',
    find: 'await processes.findMarked((one) => one === mark)',
    replace:
      "[engine.ledger.latest(`instance-up:${instance}`)].flatMap((one) => (one?.kind === 'instance.proven' && mark ? [one.data as any] : []))",
  },
] as const;

/** Kills production and tells whether that is on record within five seconds. */
async function isTold(world: FaultWorld): Promise<boolean> {
  await world.ok(['service', 'start', '--json']);
  signal(productionPid(world), 'SIGKILL');
  const limitMs = performance.now() + 5_000;
  while (performance.now() < limitMs) {
    if (hasRow(world, 'machine.moved', { subject: 'i1', to: 'stopping' })) return true;
    await wait(50);
  }
  return false;
}

/** Kills production while it works on a prompt and tells whether ten seconds later it counts as stopped. */
async function isToldInThePrompt(world: FaultWorld): Promise<boolean> {
  await world.ok(['service', 'start', '--json']);
  expect(await post(world.port, 'long', slowGraph(30, 'long'))).toBe(200);
  await untilRunning(world.port, 'long');
  signal(productionPid(world), 'SIGKILL');
  return untilRow(world, 'machine.moved', { subject: 'i1', to: 'stopped' }, 10_000).catch(() => false);
}

/**
 * Lets a stranger have the recorded number of a dead production, then asks for its state, for a stop and for a new start.
 * Returns what `status` said, and whether the stranger lived through it.
 */
async function meetStranger(world: FaultWorld): Promise<{ isTaken: unknown; lives: boolean }> {
  await world.ok(['service', 'start', '--json']);
  const supervisor = world.supervisorPid();
  const production = productionPid(world);
  signal(supervisor, 'SIGKILL');
  signal(production, 'SIGKILL');
  await until('both to be gone', () => !isAlive(production) && !isAlive(supervisor));
  const stranger = await standIn(world, production);
  try {
    const { json } = await world.ok(['service', 'status', '--json']);
    expect(json).toMatchObject({ pid: stranger.pid });
    for (const args of [['stop'], ['restart'], ['stop']]) {
      const { exitStatus, out } = await world.run(['service', ...args, '--json']);
      if (!isAlive(stranger.pid)) break;
      expect(exitStatus, out).toBe(0);
    }
    return { isTaken: json?.['isAlive'], lives: isAlive(stranger.pid) };
  } finally {
    await stranger.leave();
  }
}

/** Ends the instance under test while it works on the workflow. Returns what the run is five times the client's patience later. */
async function killInThePrompt(world: FaultWorld): Promise<{ state: unknown; reason: string }> {
  await world.ok(['service', 'start', '--json']);
  fs.writeFileSync(join(world.home, 'workflows/slow.json'), JSON.stringify(slowGraph(16, 'slow')));
  world.git(['add', 'workflows/slow.json']);
  world.git(['commit', '--quiet', '-m', 'a slow workflow']);
  const command = world.start(upgrade);
  await untilRow(world, 'instance.proven', { instance: 'i3' });
  const { pid, port } = (world.rows('instance.proven').at(-1)?.data ?? {}) as { pid: number; port: number };
  await until(
    'a prompt to run',
    async () => {
      const queue = (await (await fetch(`http://127.0.0.1:${port}/queue`).catch(() => undefined))?.json()) as
        | { queue_running: [number, string, Record<string, unknown>][] }
        | undefined;
      return queue?.queue_running.some((one) => '99' in one[2]) || undefined;
    },
    60_000,
  );
  signal(pid, 'SIGKILL');
  await Promise.race([command.done, wait(15_000)]);
  const closed = world.rows('run.closed').at(-1)?.data['state'];
  return { state: closed, reason: JSON.stringify((await Promise.race([command.done, wait(0)]))?.json ?? null) };
}

/** Where a file of the person lies that no proof has: an instance under test has a user folder of its own. */
const planOf = (world: FaultWorld): string => {
  const config = fs.readFileSync(join(world.home, 'orchestrate.yaml'), 'utf8');
  return join(/user-folder: (\S+)/.exec(config)?.[1] ?? '', 'engine.plan');
};

/** A torch that every proof likes, and that ends a server with the person's `engine.plan` one second after it answered. */
const shortLivedTorch = stock('import')
  .filter((one) => one.version === '2.12.0' || one.version === '0.27.0')
  .map((one) => {
    if (one.name !== 'torch') return one;
    const good = stock().find((other) => other.name === 'torch' && other.version === '2.11.0');
    const files = {
      ...good?.files,
      'torch/version.py': '__version__ = "2.12.0"\n',
      'torch/__init__.py': `${String(good?.files['torch/__init__.py'])}
def _end_soon():
    import os, socket, sys, time
    def after(flag): return sys.argv[sys.argv.index(flag) + 1]
    if not os.path.exists(os.path.join(after("--user-directory"), "engine.plan")): return
    while True:
        try:
            socket.create_connection(("127.0.0.1", int(after("--port"))), 1).close()
            break
        except OSError:
            time.sleep(0.02)
    time.sleep(1)
    print("RuntimeError: CUDA error: an illegal memory access was encountered", file=sys.stderr, flush=True)
    os._exit(1)

import sys as _sys, threading as _threading
if _sys.argv and _sys.argv[0].endswith("main.py"):
    _threading.Thread(target=_end_soon, daemon=True).start()
`,
    };
    return { ...one, files };
  });

/** Upgrades to it while production works on a prompt that does not end in time. */
async function upgradeToShortLived(world: FaultWorld, watchTime: string): Promise<CommandResult> {
  world.edit('orchestrate.yaml', [
    ['watch-time: 200ms', `watch-time: ${watchTime}`],
    ['finish-time: 10m', 'finish-time: 0s'],
  ]);
  fs.writeFileSync(planOf(world), 'of another torch');
  await world.ok(['service', 'start', '--json']);
  const command = world.start(upgrade);
  await untilRow(world, 'change.gated');
  for (const id of ['long', 'second']) expect(await post(world.port, id, slowGraph(60, id))).toBe(200);
  return command.done;
}

export const serviceCases: readonly FaultCase[] = [
  {
    id: 'X-short-lived',
    title:
      'production that dies one second after it was switched and proven: the merge is taken back, the old tree runs, with the prompts',
    world: { wheels: shortLivedTorch },
    control: async (world) => {
      expectDone(await upgradeToShortLived(world, '0s'));
      await untilRow(world, 'machine.moved', { subject: 'i4', to: 'stopped' }, 15_000);
      const { json } = await world.ok(['service', 'status', '--json']);
      const isMerged = fs.readFileSync(join(world.home, 'requirements.lock'), 'utf8').includes('torch===2.12.0');
      return isMerged && json?.['state'] === 'stopped'
        ? 'the change counts as verified, and production is down'
        : undefined;
    },
    fault: async (world) => {
      const result = await upgradeToShortLived(world, '5s');
      expect(result.json?.['state'], result.err).toBe('rolledBack');
      expectFault(result, 'INSTANCE_UNHEALTHY');
      expect(world.rows('watch.ended').at(-1)?.data).toMatchObject({
        outcome: 'ended',
        reason: expect.stringContaining('CUDA error: an illegal memory access') as string,
      });
      expect(world.rows('service.switched').at(-1)?.data).toMatchObject({ outcome: 'reverted', requeued: 2 });
      expect(world.git(['rev-parse', 'HEAD^{tree}'])).toBe(world.git(['rev-parse', 'HEAD~2^{tree}']));
      expect(fs.readFileSync(join(world.home, 'requirements.lock'), 'utf8')).toContain('torch===2.10.0');
      const status = await world.ok(['service', 'status', '--json']);
      expect(status.json).toMatchObject({ state: 'healthy', answers: true, versions: { pytorch: '2.10.0' } });
      await untilRunning(world.port, 'long');
    },
  },
  {
    id: 'F33',
    title:
      'production that dies silently is told within 5 s, is not started over and over, and starts again when asked',
    control: async () =>
      (await inMutant([seldom], isTold)) ? undefined : 'five seconds later it is healthy on record',
    fault: async (world) => {
      expect(await isTold(world)).toBe(true);
      await untilRow(world, 'machine.moved', { subject: 'i1', to: 'stopped' });
      const status = await world.ok(['service', 'status', '--json']);
      expect(status.json).toMatchObject({
        state: 'stopped',
        isAlive: null,
        answers: false,
        problem: expect.stringContaining('is gone') as string,
      });
      await wait(5_000);
      expect(world.rows('instance.composed')).toHaveLength(1);
      expect((await world.ok(['service', 'start', '--json'])).json).toMatchObject({ instance: 'i2', state: 'healthy' });
    },
  },
  {
    id: 'F33-hung',
    title: 'production that is there and answers no more is told within 5 s, and as healthy when it answers again',
    control: async () =>
      (await inMutant([seldom], async (mutant) => {
        await mutant.ok(['service', 'start', '--json']);
        signal(productionPid(mutant), 'SIGSTOP');
        await wait(5_000);
        return hasRow(mutant, 'machine.moved', { subject: 'i1', to: 'degraded' });
      }))
        ? undefined
        : 'five seconds later it is healthy on record',
    fault: async (world) => {
      await world.ok(['service', 'start', '--json']);
      const pid = productionPid(world);
      signal(pid, 'SIGSTOP');
      await untilRow(world, 'machine.moved', { subject: 'i1', to: 'degraded' }, 5_000);
      signal(pid, 'SIGCONT');
      await untilRow(world, 'machine.moved', { subject: 'i1', to: 'healthy' }, 15_000);
      expect(isAlive(pid)).toBe(true);
    },
  },
  {
    id: 'F10-prompt',
    title:
      'kill -9 of the instance under test in the middle of a prompt: the run fails and says so, its port is free, the next run goes through',
    control: async () =>
      (await inMutant([patient], killInThePrompt)).state === undefined
        ? 'fifteen seconds later its answer is still waited for'
        : undefined,
    fault: async (world) => {
      const { state, reason } = await killInThePrompt(world);
      expect({ state, reason }).toMatchObject({
        state: 'failed',
        reason: expect.stringMatching(/does not answer|is gone|ended/) as string,
      });
      const lease = world.rows('lease.freed').at(-1)?.data['port'] as number;
      expect(await isFree(lease)).toBe(true);
      expectDone(await world.run(upgrade));
    },
  },
  {
    id: 'F10-production',
    title:
      'kill -9 of production in the middle of a prompt: told, nothing of it is left, its port is free, the next start works',
    control: async () =>
      (await inMutant([seldom], isToldInThePrompt))
        ? undefined
        : 'ten seconds later a dead server is healthy on record',
    fault: async (world) => {
      expect(await isToldInThePrompt(world)).toBe(true);
      expect(await isFree(world.port)).toBe(true);
      expect(processesOf(world.base).filter((one) => one.argv.some((part) => part.endsWith('main.py')))).toEqual([]);
      expect((await world.ok(['service', 'start', '--json'])).json).toMatchObject({ instance: 'i2', state: 'healthy' });
      expect(await post(world.port, 'next', slowGraph(1, 'next'))).toBe(200);
    },
  },
  {
    id: 'F34',
    title:
      'a stranger that has got the recorded pid of a dead production is never signalled, and not taken for production',
    control: async () => {
      const { isTaken, lives } = await inMutant(byNumber, meetStranger);
      return isTaken === true && !lives ? 'the stranger is taken for production, and killed' : undefined;
    },
    fault: async (world) => {
      expect(await meetStranger(world)).toEqual({ isTaken: false, lives: true });
    },
    noProduction: true,
  },
];
