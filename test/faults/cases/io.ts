import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { createDigest } from '../../../src/adapters/clock/digest.ts';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';
import { openLedger } from '../../../src/adapters/sqlite/open-ledger.ts';
import { faultCode, upgrade } from '../../support/fault-steps.ts';
import type { FaultCase } from '../../support/fault-suite.ts';
import type { FaultWorld } from '../../support/fault-world.ts';
import { acceptedGarbage, begunUnseen, lostRows, tornInPlace, trustedAfterFailure } from '../../support/io-controls.ts';
import { errnos, type IoFault, readFaultLog } from '../../support/io-fault.ts';
import {
  bundleOf,
  exportArgs,
  requestPin,
  sweepCalls,
  thinned,
  type Tried,
  unopenable,
  upgradeIn,
} from '../../support/io-sweep.ts';

/** Nothing half done: no bundle, nothing beside it, and a key that is whole or absent. */
function expectNoBundle(world: FaultWorld, { at, result }: Tried, codes: RegExp): void {
  const what = `call ${at}: ${result.exitStatus} ${result.out.slice(0, 400)}${result.err.slice(0, 400)}`;
  expect(result.exitStatus, what).toBe(6);
  expect(String(faultCode(result)), what).toMatch(codes);
  expect(fs.readdirSync(join(world.live, 'stick')), what).toEqual([]);
  const keys = join(world.state, 'keys');
  for (const name of fs.existsSync(keys) ? fs.readdirSync(keys) : [])
    if (name === 'bundle.pem')
      expect(fs.readFileSync(join(keys, name), 'utf8'), what).toMatch(/END PRIVATE KEY-----\n$/);
}

async function sweepExport(
  world: FaultWorld,
  fault: Pick<IoFault, 'kind' | 'errno' | 'andLater'>,
  codes: RegExp,
  next?: (at: number) => number,
): Promise<void> {
  fs.mkdirSync(join(world.live, 'stick'), { recursive: true });
  for (const under of [join(world.live, 'stick'), join(world.state, 'keys')]) {
    const nTried = await sweepCalls(world, {
      args: exportArgs(world),
      fault: { ...fault, under },
      ...(next ? { next } : {}),
      before: () => {
        fs.rmSync(bundleOf(world), { force: true });
        // The key is made on first use: then its writes are among those that fail.
        if (under.endsWith('keys')) fs.rmSync(under, { recursive: true, force: true });
      },
      check: (tried) => expectNoBundle(world, tried, codes),
    });
    expect(nTried, `${fault.kind} calls below ${under}`).toBeGreaterThan(0);
    process.stdout.write(`  ${nTried} ${fault.kind} calls below ${under.slice(world.base.length)}\n`);
  }
  fs.rmSync(bundleOf(world), { force: true });
  await world.ok(exportArgs(world));
}

/** A supervisor that takes a request, with each call on the record failing in turn: it ends and says why, each time. */
async function sweepRecord(world: FaultWorld, fault: Pick<IoFault, 'kind' | 'errno' | 'andLater'>): Promise<void> {
  world.edit('orchestrate.yaml', [['idle-time: 10m', 'idle-time: 1s']]);
  let isPinned = false;
  const nTried = await sweepCalls(world, {
    args: ['supervise', world.home],
    fault: { ...fault, under: join(world.state, 'ledger.db') },
    // Laying out the log beforehand is two thousand writes that are alike.
    ...(fault.kind === 'write' ? { next: (at: number) => at + (at < 20 ? 1 : at < 1_950 ? 193 : 5) } : {}),
    before: () => requestPin(world, (isPinned = !isPinned)),
    check: ({ at, result, after }) => {
      const what = `call ${at}: ${result.exitStatus} ${result.err.slice(0, 400)}`;
      // SQLite itself syncs once more when it is closed; a row is never written again.
      if (fault.kind === 'sync')
        expect(
          after.filter((line) => /write/.test(line)),
          what,
        ).toEqual([]);
      // The last calls are those of closing, when everything is safe already.
      if (result.exitStatus === 0 && fault.kind === 'sync') return;
      expect(result.exitStatus, what).toBe(6);
      expect(result.err, what).toMatch(/^(DISK_FULL|LEDGER_UNAVAILABLE) /);
    },
  });
  expect(nTried).toBeGreaterThan(3);
  process.stdout.write(`  ${nTried} ${fault.kind} calls on the record\n`);
  // Room is made: everything that was asked for meanwhile is answered, and the chain holds.
  await world.ok(['supervise', world.home]);
  const ledger = await openLedger({
    dir: world.state,
    clock: createSystemClock(),
    digest: createDigest(),
    mode: 'inline',
  });
  expect(ledger.openRequests()).toEqual([]);
  expect(ledger.verify().kind).toBe('holds');
  await ledger.close();
}

/** Runs a shell script in a mount namespace in which the folder cannot be written to. */
function withReadOnly(folder: string, script: string, env: Readonly<Record<string, string>>, cwd: string): string {
  const bind = `mount --bind "${folder}" "${folder}" && mount -o remount,bind,ro "${folder}" && ${script}`;
  return execFileSync('unshare', ['-Urm', 'sh', '-c', bind], { env: { ...env }, cwd, encoding: 'utf8', stdio: 'pipe' });
}

export const ioCases: readonly FaultCase[] = [
  {
    id: 'F16-export',
    title:
      'no room at the n-th write of a bundle, for every n: it is said, no bundle and nothing half is left, a repeat works',
    noProduction: true,
    control: tornInPlace({ kind: 'write', errno: errnos.ENOSPC, andLater: true }),
    fault: (world) => sweepExport(world, { kind: 'write', errno: errnos.ENOSPC, andLater: true }, /^DISK_FULL$/),
  },
  {
    id: 'F16-record',
    title:
      'no room at the n-th write of the record, for the first n and many more: the supervisor ends and says so, and what was asked for is done later',
    noProduction: true,
    control: lostRows({ kind: 'write', errno: errnos.ENOSPC, andLater: true }),
    fault: (world) => sweepRecord(world, { kind: 'write', errno: errnos.ENOSPC, andLater: true }),
  },
  {
    id: 'F17-write',
    title: 'the disk fails at the n-th write of a bundle, for the first n and many more: nothing half is left',
    noProduction: true,
    control: tornInPlace({ kind: 'write', errno: errnos.EIO }),
    fault: (world) => sweepExport(world, { kind: 'write', errno: errnos.EIO }, /^FILE_ACCESS$/, thinned),
  },
  {
    id: 'F17-fsync',
    title:
      'the disk fails at the n-th fsync, for every n: a bundle is not there then, and the supervisor ends; no fsync is tried again',
    noProduction: true,
    control: trustedAfterFailure,
    fault: async (world) => {
      await sweepExport(world, { kind: 'sync', errno: errnos.EIO }, /^FILE_ACCESS$/);
      await sweepRecord(world, { kind: 'sync', errno: errnos.EIO });
    },
  },
  {
    id: 'F17-read',
    title:
      'the disk fails at the n-th read of a bundle, for the first n and many more: it is said, and nothing of it is used',
    noProduction: true,
    control: acceptedGarbage,
    fault: async (world) => {
      fs.mkdirSync(join(world.live, 'stick'), { recursive: true });
      await world.ok(exportArgs(world));
      const nTried = await sweepCalls(world, {
        args: ['bundle', 'show', bundleOf(world), '--json'],
        fault: { kind: 'read', errno: errnos.EIO, under: bundleOf(world) },
        next: thinned,
        check: ({ at, result }) => {
          const what = `read ${at}: ${result.out.slice(0, 300)}${result.err.slice(0, 300)}`;
          expect([result.exitStatus, faultCode(result)], what).toEqual([6, 'FILE_ACCESS']);
        },
      });
      expect(nTried).toBeGreaterThan(10);
      process.stdout.write(`  ${nTried} reads of a bundle\n`);
    },
  },
  {
    id: 'F19-EROFS',
    title:
      'the state folder is on a disk that became read-only: a run is refused with the folder named, and nothing begins',
    noProduction: true,
    control: begunUnseen(async (mutant) => withReadOnly(mutant.state, upgradeIn(mutant), mutant.env, mutant.home)),
    fault: async (world) => {
      const before = {
        home: world.trackedBytes(),
        nRows: world.journal().length,
        head: world.git(['rev-parse', 'HEAD']),
      };
      const said = withReadOnly(world.state, upgradeIn(world), world.env, world.home);
      expect(said).toMatch(/"code": ?"(LEDGER_UNAVAILABLE|FILE_ACCESS)"/);
      expect(said).toContain(world.state);
      expect(said).toContain('exit 6');
      expect(world.journal().length).toBe(before.nRows);
      expect([world.trackedBytes(), world.git(['rev-parse', 'HEAD'])]).toEqual([before.home, before.head]);
    },
  },
  {
    id: 'F19-EACCES',
    title: 'the state folder may not be opened: every command says which file and why, and nothing begins',
    noProduction: true,
    control: begunUnseen((mutant) => mutant.run(upgrade, { env: unopenable(mutant) })),
    fault: async (world) => {
      const log = join(world.base, 'io-fault.log');
      const env = unopenable(world);
      const before = world.trackedBytes();
      for (const args of [
        ['run', 'upgrade pytorch', '--yes'],
        ['restore', 'list'],
        ['restore', 'prune', '--yes'],
      ]) {
        const result = await world.run([...args, '--json'], { env });
        expect(readFaultLog(log).nFired).toBeGreaterThan(0);
        expect(result.exitStatus, result.out).toBe(6);
        expect(String(faultCode(result))).toMatch(/^(LEDGER_UNAVAILABLE|FILE_ACCESS)$/);
        expect(result.out).toContain(world.state);
      }
      expect(world.trackedBytes()).toBe(before);
      expect(world.rows('run.created')).toEqual([]);
    },
  },
];
