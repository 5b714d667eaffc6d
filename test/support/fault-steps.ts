import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { expect } from 'vitest';

import { until } from './fault-processes.ts';
import type { CommandResult, RunningCommand } from './fault-program.ts';
import type { FaultWorld } from './fault-world.ts';

export const upgrade = ['run', 'upgrade pytorch', '--yes', '--json'] as const;

/** Is there a row of the kind whose data has all of these? */
export function hasRow(world: FaultWorld, kind: string, wanted: Readonly<Record<string, unknown>> = {}): boolean {
  try {
    return world.rows(kind).some(({ data }) => Object.entries(wanted).every(([name, value]) => data[name] === value));
  } catch {
    // The ledger is being made, or taken away.
    return false;
  }
}

export const untilRow = (
  world: FaultWorld,
  kind: string,
  wanted: Readonly<Record<string, unknown>> = {},
  limitMs = 90_000,
): Promise<true> =>
  until(`${kind} ${JSON.stringify(wanted)}`, () => hasRow(world, kind, wanted) || undefined, limitMs, 4);

/** Starts production and the upgrade, and waits until a subject came to a state. */
export async function upgradeUntil(world: FaultWorld, subject: string, to: string): Promise<RunningCommand> {
  await world.ok(['service', 'start', '--json']);
  const command = world.start(upgrade);
  await untilRow(world, 'machine.moved', { subject, to });
  return command;
}

/** The command succeeded and its run is done. */
export function expectDone(result: CommandResult): void {
  expect(
    { exitStatus: result.exitStatus, state: result.json?.['state'] },
    `${result.err}\n${result.out.slice(0, 500)}`,
  ).toEqual({ exitStatus: 0, state: 'done' });
}

/** The command went wrong in the named way. */
export function expectFault(result: CommandResult, code: string, exitStatus?: number): void {
  expect(faultCode(result), `${result.err}\n${result.out.slice(0, 800)}`).toBe(code);
  if (exitStatus !== undefined) expect(result.exitStatus).toBe(exitStatus);
}

export function faultCode({ json }: CommandResult): unknown {
  const fault = (json?.['error'] ?? json?.['fault']) as { code?: unknown } | null | undefined;
  return fault?.code;
}

/** A program of somebody else that listens on a port. */
export async function startStranger(port: number): Promise<ChildProcess> {
  const script = `require('node:http').createServer((_, answer) => answer.end('stranger')).listen({ port: ${port}, host: '127.0.0.1' }, () => process.stdout.write('up'))`;
  const stranger = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(stranger.stdout, 'data');
  return stranger;
}

export async function endStranger(stranger: ChildProcess): Promise<void> {
  const gone = once(stranger, 'exit');
  stranger.kill('SIGKILL');
  await gone;
}
