// Fills the disk at chosen points of a run, on a small disk of its own, and says as JSON what came of it. Started in a
// mount namespace by the case that wants it: node test/support/fault-disk-full.ts <mount point>.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { checkInvariants } from './fault-invariants.ts';
import { until } from './fault-processes.ts';
import { FaultWorld } from './fault-world.ts';

export interface DiskFullOutcome {
  readonly at: string;
  readonly exitStatus: number | null;
  readonly codes: readonly string[];
  readonly said: string;
  readonly broken: readonly string[];
  readonly state: unknown;
}

interface Point {
  readonly kind: string;
  readonly wanted: Readonly<Record<string, unknown>>;
  /** Bytes that are left free: enough for some of the writes that follow. */
  readonly leaveBytes: number;
}

const approved = { kind: 'machine.moved', wanted: { subject: 'c1', to: 'approved' } } as const;
const points: readonly Point[] = [
  { kind: 'run.created', wanted: {}, leaveBytes: 0 },
  { kind: 'lease.taken', wanted: {}, leaveBytes: 0 },
  { kind: 'machine.moved', wanted: { subject: 'r1.build', to: 'executing' }, leaveBytes: 0 },
  { kind: 'machine.moved', wanted: { subject: 'r1.boot', to: 'executing' }, leaveBytes: 0 },
  ...[0, 8_192, 24_576, 49_152, 98_304, 262_144, 1_048_576].map((leaveBytes) => ({ ...approved, leaveBytes })),
];

const [mountPoint = ''] = process.argv.slice(2);
process.env['TMPDIR'] = mountPoint;
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400m', 'tmpfs', mountPoint]);
const world = await FaultWorld.create();
const outcomes: DiskFullOutcome[] = [];
try {
  world.keep('start');
  for (const point of points) outcomes.push(await fillAt(point));
} finally {
  await world.remove();
}
process.stdout.write(JSON.stringify(outcomes));

async function fillAt({ kind, wanted, leaveBytes }: Point): Promise<DiskFullOutcome> {
  await world.bringBack('start');
  const ballast = join(mountPoint, 'ballast');
  await world.ok(['service', 'start', '--json']);
  // Most of it beforehand, so that the rest is a matter of a millisecond.
  fill(ballast, 16 << 20);
  const command = world.start(['run', 'upgrade pytorch', '--yes', '--json']);
  const isThere = (): boolean =>
    world.rows(kind).some(({ data }) => Object.entries(wanted).every(([name, value]) => data[name] === value));
  await until(kind, () => isThere() || undefined, 60_000, 2);
  fill(ballast, leaveBytes);
  const result = await Promise.race([command.done, wait(20_000, undefined)]);
  const codes = world
    .journal()
    .map(
      ({ data }) =>
        (data['fault'] as { code?: string } | undefined)?.code ??
        (data['event'] as { error?: { code?: string } } | undefined)?.error?.code,
    )
    .filter((code) => code !== undefined);
  fs.rmSync(ballast);
  const told = result ?? (await Promise.race([command.done, wait(60_000, undefined)]));
  const run = world.rows('run.created').at(-1)?.run ?? 'r1';
  // Room is made: what waits for a person is asked to go on, what ended is asked for again.
  for (const args of [
    ['runs', 'resume', run, '--json'],
    ['run', 'upgrade pytorch', '--yes', '--json'],
  ]) {
    if (
      world.git(['log', '--format=%s']).includes('upgrade torch') &&
      world.rows('run.closed').length === world.rows('run.created').length
    )
      break;
    await world.run(args);
  }
  await until(
    'all runs to be closed',
    () => world.rows('run.closed').length === world.rows('run.created').length,
    60_000,
  ).catch(() => undefined);
  const said = `${told?.err ?? ''}${told?.out ?? ''}`;
  return {
    at: `${kind} ${JSON.stringify(wanted)}, ${leaveBytes} bytes left`,
    exitStatus: told?.exitStatus ?? null,
    codes: [...new Set(codes)],
    said: /DISK_FULL|No space left|disk (?:is|was) full/i.exec(said)?.[0] ?? said.slice(-300),
    broken: await checkInvariants(world),
    state: world.rows('run.closed').at(-1)?.data['state'],
  };
}

/** Grows the file until no more than `leaveBytes` are free. */
function fill(file: string, leaveBytes: number): void {
  const { bavail, bsize } = fs.statfsSync(mountPoint);
  const sizeBytes = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const more = bavail * bsize - leaveBytes;
  if (more <= 0) return;
  const fd = fs.openSync(file, 'a');
  try {
    fs.writeSync(fd, Buffer.alloc(more), 0, more, sizeBytes);
  } catch {
    // Somebody else was quicker with the last of it.
  } finally {
    fs.closeSync(fd);
  }
}
