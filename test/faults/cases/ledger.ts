import * as fs from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { isAlive, signal, until } from '../../support/fault-processes.ts';
import { expectDone, upgrade, upgradeUntil } from '../../support/fault-steps.ts';
import type { FaultCase } from '../../support/fault-suite.ts';
import type { FaultWorld } from '../../support/fault-world.ts';

/** Ends command line and supervisor at once in the middle of a run, as a power cut would. */
async function cutPower(world: FaultWorld, subject: string, to: string): Promise<void> {
  const command = await upgradeUntil(world, subject, to);
  const pid = world.supervisorPid();
  signal(command.pid, 'SIGKILL');
  signal(pid, 'SIGKILL');
  await command.done;
  await until('the supervisor to be gone', () => !isAlive(pid));
}

/** A log of JSON lines whose last line is cut in the middle. */
function tornLines(world: FaultWorld): string | undefined {
  const file = join(world.live, 'log.jsonl');
  fs.writeFileSync(file, '{"seq":1}\n{"seq":2}\n');
  fs.truncateSync(file, fs.statSync(file).size - 4);
  try {
    for (const line of fs.readFileSync(file, 'utf8').split('\n').filter(Boolean)) JSON.parse(line);
    return undefined;
  } catch {
    return 'a log of lines cannot be read any more';
  }
}

const torn: readonly FaultCase[] = ([40, 4_000, 20_000] as const).map((nBytes) => ({
  id: `F14-${nBytes}`,
  title: `the last ${nBytes} bytes of the ledger's write-ahead log are lost with the power: what is left is whole, the loss is told, the run goes on`,
  control: tornLines,
  fault: async (world) => {
    await cutPower(world, 'c1', 'merged');
    const wal = join(world.state, 'ledger.db-wal');
    const before = world.journal();
    // The rest of the file is room that was laid out before: the end of what was written counts.
    tearWrittenEnd(wal, nBytes);
    const next = await world.run(['runs', 'show', 'r1', '--json']);
    expect(next.exitStatus, next.err).toBe(0);
    const lost = before.length - world.journal().filter((one) => one.kind !== 'supervisor.started').length;
    expect(lost, 'rows are lost').toBeGreaterThan(0);
    const told = await world.run(['journal', 'verify', '--json']);
    expect(told.out, 'the loss is told').toMatch(/head|missing|lost|cut/i);
    await world.run(['service', 'start', '--json']);
    await until('the run to be closed', () => world.rows('run.closed').length > 0, 60_000, 50);
    expect(world.rows('run.closed').at(-1)?.data['state']).toBe('done');
  },
}));

/** Cuts bytes off the end of what the newest generation of the log holds. */
function tearWrittenEnd(wal: string, nBytes: number): void {
  const bytes = fs.readFileSync(wal);
  const pageSize = bytes.readUInt32BE(8);
  const salt = bytes.subarray(16, 24);
  let end = 32;
  for (
    let at = 32;
    at + 24 + pageSize <= bytes.length && bytes.subarray(at + 8, at + 16).equals(salt);
    at += 24 + pageSize
  )
    end = at + 24 + pageSize;
  const from = Math.max(32, end - nBytes);
  fs.writeFileSync(wal, Buffer.concat([bytes.subarray(0, from), Buffer.alloc(bytes.length - from)]));
}

export const ledgerCases: readonly FaultCase[] = [
  {
    id: 'F08',
    title: 'power goes in the middle of a run: the chain holds, and the next command finishes it',
    control: tornLines,
    fault: async (world) => {
      await cutPower(world, 'r1.smoke', 'executing');
      await world.ok(['journal', 'verify', '--json']);
      await world.ok(['service', 'stop', '--json']);
      await until('the run to be closed', () => world.rows('run.closed').length > 0, 60_000, 50);
      expect(world.rows('run.closed').at(-1)?.data['state']).toBe('done');
      await world.ok(['service', 'start', '--json']);
      expectDone(await world.run(['undo', '--yes', '--json']));
      expectDone(await world.run(upgrade));
    },
  },
  ...torn,
];
