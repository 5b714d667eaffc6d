import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { createDigest } from '../../../src/adapters/clock/digest.ts';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';
import { openLedger } from '../../../src/adapters/sqlite/open-ledger.ts';
import type { CommandResult } from '../../support/fault-program.ts';
import { faultCode } from '../../support/fault-steps.ts';
import type { FaultCase } from '../../support/fault-suite.ts';
import type { FaultWorld } from '../../support/fault-world.ts';
import { buildIoFault, errnos, faultyEnv, type IoFault, readFaultLog } from '../../support/io-fault.ts';

/** No sweep is longer: an operation with more calls is not bounded. */
const maxCalls = 20_000;

interface Tried {
  readonly at: number;
  readonly result: CommandResult;
  readonly after: readonly string[];
}

/** Runs the command with each of its calls failing in turn, until it has no further one. Returns what came of each. */
async function sweepCalls(
  world: FaultWorld,
  options: {
    args: readonly string[];
    fault: Omit<IoFault, 'at'>;
    before?: (at: number) => Promise<void> | void;
    check: (tried: Tried) => Promise<void> | void;
    /** The call that is tried after this one; each when left out. */
    next?: (at: number) => number;
  },
): Promise<number> {
  const library = buildIoFault(world.base);
  if (library === undefined) throw new Error('nothing can be made to fail here');
  const log = join(world.base, 'io-fault.log');
  const next = options.next ?? ((at: number) => at + 1);
  for (let at = 1, nTried = 0; at <= maxCalls; at = next(at), nTried += 1) {
    await options.before?.(at);
    const env = faultyEnv(library, { ...options.fault, at }, log);
    const result = await world.run(options.args, { env });
    const { nFired, after } = readFaultLog(log);
    if (nFired === 0) return nTried;
    await options.check({ at, result, after });
  }
  throw new Error(`more than ${maxCalls} calls`);
}

/** The first ones all, then some: many calls are alike. */
const thinned = (at: number): number => (at < 20 ? at + 1 : at + 37);

/** A program that goes on after the failed call as if nothing had been. Returns what is on disk then. */
function naive(world: FaultWorld, fault: Omit<IoFault, 'under'>, script: string): string | undefined {
  const library = buildIoFault(world.base);
  if (library === undefined) return undefined;
  const folder = join(world.base, 'naive');
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder);
  fs.writeFileSync(join(folder, 'file'), 'the old file, whole');
  const env = faultyEnv(library, { ...fault, under: folder }, join(world.base, 'naive.log'));
  spawnSync(process.execPath, ['-e', script, join(folder, 'file')], { env: { ...world.env, ...env } });
  return fs.readFileSync(join(folder, 'file'), 'utf8');
}

const inPlace =
  "const fs=require('fs');const f=fs.openSync(process.argv[1],'w');fs.writeSync(f,'half ');fs.writeSync(f,'and half')";

const tornInPlace = (errno: number) => (world: FaultWorld) => {
  const left = naive(world, { kind: 'write', errno, at: 2 }, inPlace);
  return left === 'half ' ? 'a file that is written in place is neither old nor new' : undefined;
};

const bundleOf = (world: FaultWorld): string => join(world.live, 'stick', 'out.tar');
const exportArgs = (world: FaultWorld): readonly string[] => [
  ...['restore', 'export', '0', '--without-wheels', '--bundle', bundleOf(world), '--json'],
];

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

/** Puts a request into the mailbox, as a command does before it waits for the answer. */
async function requestPin(world: FaultWorld, isPinned: boolean): Promise<void> {
  const ledger = await openLedger({
    dir: world.state,
    clock: createSystemClock(),
    digest: createDigest(),
    mode: 'inline',
  });
  const by = { kind: 'person', name: 'anna' };
  await ledger.request('restore.pin', { number: 0, isPinned, reason: 'a sweep', by });
  await ledger.close();
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
    control: tornInPlace(errnos.ENOSPC),
    fault: (world) => sweepExport(world, { kind: 'write', errno: errnos.ENOSPC, andLater: true }, /^DISK_FULL$/),
  },
  {
    id: 'F16-record',
    title:
      'no room at the n-th write of the record, for the first n and many more: the supervisor ends and says so, and what was asked for is done later',
    noProduction: true,
    control: tornInPlace(errnos.ENOSPC),
    fault: (world) => sweepRecord(world, { kind: 'write', errno: errnos.ENOSPC, andLater: true }),
  },
  {
    id: 'F17-write',
    title: 'the disk fails at the n-th write of a bundle, for the first n and many more: nothing half is left',
    noProduction: true,
    control: tornInPlace(errnos.EIO),
    fault: (world) => sweepExport(world, { kind: 'write', errno: errnos.EIO }, /^FILE_ACCESS$/, thinned),
  },
  {
    id: 'F17-fsync',
    title:
      'the disk fails at the n-th fsync, for every n: a bundle is not there then, and the supervisor ends; no fsync is tried again',
    noProduction: true,
    control: (world) => {
      const retry =
        "const fs=require('fs');const f=fs.openSync(process.argv[1],'w');fs.writeSync(f,'new');try{fs.fsyncSync(f)}catch{fs.fsyncSync(f)};fs.writeSync(f,' and safe')";
      return naive(world, { kind: 'sync', errno: errnos.EIO, at: 1 }, retry) === 'new and safe'
        ? 'a second fsync says that all is safe, after the kernel gave the bytes up'
        : undefined;
    },
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
    control: (world) => {
      const skip =
        "const fs=require('fs');const out=[];const f=fs.openSync(process.argv[1]);for(let i=0;i<4;i++){const b=Buffer.alloc(5);try{out.push(b.subarray(0,fs.readSync(f,b,0,5,i*5)))}catch{}}fs.writeFileSync(process.argv[1],Buffer.concat(out))";
      const left = naive(world, { kind: 'read', errno: errnos.EIO, at: 2 }, skip);
      return left !== undefined && left !== 'the old file, whole'
        ? `who reads on copies a file with a hole: ${left}`
        : undefined;
    },
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
    control: (world) => {
      if (spawnSync('unshare', ['-Urm', 'true']).status !== 0) return undefined;
      const begun = join(world.live, 'begun');
      const act = `echo begun > '${begun}'; echo 'and on record' > '${world.state}/new' || true`;
      withReadOnly(world.state, act, world.env, world.home);
      return fs.existsSync(begun) && !fs.existsSync(join(world.state, 'new'))
        ? 'who acts before it looks has begun, and has no record of it'
        : undefined;
    },
    fault: async (world) => {
      const before = {
        home: world.trackedBytes(),
        nRows: world.journal().length,
        head: world.git(['rev-parse', 'HEAD']),
      };
      const command = `'${process.execPath}' --disable-warning=ExperimentalWarning '${world.entry}' run 'upgrade pytorch' --yes --json || echo "exit $?"`;
      const said = withReadOnly(world.state, command, world.env, world.home);
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
    control: (world) => {
      const begun =
        "const fs=require('fs');fs.writeFileSync(process.argv[1],'begun');fs.writeFileSync(process.argv[1]+'.state','and on record')";
      const left = naive(world, { kind: 'open', errno: errnos.EACCES, at: 2, andLater: true }, begun);
      return left === 'begun' ? 'who acts before it looks has begun, and has no record of it' : undefined;
    },
    fault: async (world) => {
      const library = buildIoFault(world.base) ?? '';
      const log = join(world.base, 'io-fault.log');
      const env = faultyEnv(
        library,
        { kind: 'open', errno: errnos.EACCES, at: 1, andLater: true, under: world.state },
        log,
      );
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
