import * as fs from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect } from 'vitest';

import { isAlive, processesOf, signal, until } from '../../support/fault-processes.ts';
import type { RunningCommand } from '../../support/fault-program.ts';
import { expectDone, untilRow, upgrade } from '../../support/fault-steps.ts';
import type { FaultCase } from '../../support/fault-suite.ts';
import { type FaultWorld, inMutant } from '../../support/fault-world.ts';
import { oldEpochMayWrite } from './scale.ts';

const blockedMs = 15_000;

/** A lease that counts as lost because its holder is silent: whoever says so has it as well. */
const leaseRunsOut = {
  file: 'adapters/sqlite/supervisor-lock.ts',
  find: 'if (isBusy(error)) return false;',
  replace: "if (isBusy(error)) return process.env['FAULT_TAKES_OVER'] === '1';",
} as const;

/** The event loop of the supervisor stands still in the middle of a build while another supervisor wants its place. */
async function blockedBeside(world: FaultWorld): Promise<{
  readonly command: RunningCommand;
  readonly wasRefused: boolean;
  /** Epoch of the supervisor that stood still. */
  readonly epoch: number;
}> {
  const file = join(world.live, 'block');
  const preload = pathToFileURL(join(import.meta.dirname, '../../support/fault-block.mjs')).href;
  const env = { FAULT_BLOCK: file, NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import ${preload}` };
  const command = world.start(upgrade, { env });
  await untilRow(world, 'machine.moved', { subject: 'r1.build', to: 'executing' }, 300_000);
  const epoch = world.journal().at(-1)?.epoch ?? 0;
  fs.writeFileSync(file, String(blockedMs));
  await until('the block', () => fs.existsSync(`${file}.began`), 10_000);
  const second = world.start(['supervise', world.home], { env: { FAULT_TAKES_OVER: '1' } });
  const ended = await Promise.race([
    second.done,
    until('the end of the block', () => fs.existsSync(`${file}.ended`), 60_000).then(() => undefined),
  ]);
  return { command, epoch, wasRefused: ended?.err.includes('SUPERVISOR_BUSY') === true };
}

/** Rows of an epoch after a newer one began. */
const lateRows = (world: FaultWorld, epoch: number): number => {
  const journal = world.journal();
  const began = journal.find((one) => one.epoch > epoch)?.seq ?? Number.POSITIVE_INFINITY;
  return journal.filter((one) => one.epoch === epoch && one.seq > began).length;
};

const helperOutlives = {
  file: 'adapters/process/spawn.helper.ts',
  find: "process.on('disconnect', endAll);",
  replace: '',
} as const;

interface Weighed {
  readonly memoryKb: number;
  readonly nOpenFiles: number;
  readonly nRows: number;
}

/** Starts the supervisor, waits until it has looked at the world, weighs it, and ends it: in turns by SIGTERM and by SIGKILL. */
async function restart(world: FaultWorld, how: 'SIGTERM' | 'SIGKILL'): Promise<Weighed> {
  const before = world.journal().length;
  const command = world.start(['supervise', world.home]);
  await until(
    'the supervisor to be ready',
    () =>
      world
        .journal()
        .slice(before)
        .some(({ kind }) => kind === 'status.summarised' || kind === 'supervisor.reconciled') || undefined,
    30_000,
    20,
  );
  const pid = command.pid;
  const memoryKb = Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  const nOpenFiles = fs.readdirSync(`/proc/${pid}/fd`).length;
  signal(pid, how);
  // Not until its streams are closed: whatever outlives it may hold them.
  await until('the supervisor to be gone', () => !isAlive(pid), 15_000);
  return { memoryKb, nOpenFiles, nRows: world.journal().length - before };
}

/** Files that may not become more: all but the record and its own. */
const filesOf = (world: FaultWorld): readonly string[] =>
  fs
    .readdirSync(world.live, { recursive: true, encoding: 'utf8' })
    .filter((path) => !/ledger\.db|\/compile\/|(^|\/)w\//.test(path))
    .sort();

/** What is left of processes a moment after the last one ended. */
async function leftProcesses(world: FaultWorld): Promise<number> {
  await until('the helpers to end', () => processesOf(world.base).length === 0, 5_000).catch(() => undefined);
  return processesOf(world.base).length;
}

const middle = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/** What takes long to show: a loop that stands still, and fifty lives after each other. */
export const enduranceCases: readonly FaultCase[] = [
  {
    id: 'F27',
    title:
      'the event loop stands still for 15 s in a build: the lease is kept, a second supervisor is refused, the run ends done under one epoch',
    control: () =>
      inMutant([leaseRunsOut, oldEpochMayWrite], async (mutant) => {
        const { epoch } = await blockedBeside(mutant);
        const isMixed = await until('rows of both', () => lateRows(mutant, epoch) > 0, 60_000).catch(() => false);
        return isMixed ? 'two supervisors look after one installation, and both write' : undefined;
      }),
    noProduction: true,
    fault: async (world) => {
      const { command, wasRefused, epoch } = await blockedBeside(world);
      expect(wasRefused, 'the second one is refused').toBe(true);
      expectDone(await command.done);
      expect(
        new Set(
          world
            .journal()
            .map((one) => one.epoch)
            .filter((one) => one >= epoch),
        ),
      ).toEqual(new Set([epoch]));
    },
  },
  {
    id: 'F28',
    title:
      '50 restarts, half of them by kill -9: no process, file, handle, memory or row is left that the first ones did not have',
    control: () =>
      inMutant([helperOutlives], async (mutant) => {
        for (let n = 0; n < 3; n += 1) await restart(mutant, 'SIGKILL');
        const nLeft = await leftProcesses(mutant);
        return nLeft >= 3 ? `${nLeft} processes are left after three restarts` : undefined;
      }),
    noProduction: true,
    fault: async (world) => {
      const lives: Weighed[] = [];
      let files: readonly string[] = [];
      for (let n = 0; n < 50; n += 1) {
        lives.push(await restart(world, n % 2 === 0 ? 'SIGTERM' : 'SIGKILL'));
        if (n === 9) files = filesOf(world);
      }
      expect(await leftProcesses(world)).toBe(0);
      expect(filesOf(world)).toEqual(files);
      const of = (part: keyof Weighed, parity: number, lot: readonly Weighed[]): number =>
        middle(lot.filter((_, at) => at % 2 === parity).map((one) => one[part]));
      for (const parity of [0, 1]) {
        const [early, late] = [lives.slice(0, 10), lives.slice(40)];
        expect(of('nRows', parity, late)).toBeLessThanOrEqual(of('nRows', parity, early));
        expect(of('nOpenFiles', parity, late)).toBeLessThanOrEqual(of('nOpenFiles', parity, early));
        expect(of('memoryKb', parity, late)).toBeLessThan(of('memoryKb', parity, early) * 1.1);
      }
      process.stdout.write(
        `F28: rows a life ${of('nRows', 0, lives)}/${of('nRows', 1, lives)}, files ${files.length}, memory ${of('memoryKb', 0, lives.slice(0, 10))} → ${of('memoryKb', 0, lives.slice(40))} kB, open files ${of('nOpenFiles', 0, lives.slice(0, 10))} → ${of('nOpenFiles', 0, lives.slice(40))}\n`,
      );
    },
  },
];
