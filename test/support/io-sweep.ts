import { join } from 'node:path';

import { createDigest } from '../../src/adapters/clock/digest.ts';
import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { openLedger } from '../../src/adapters/sqlite/open-ledger.ts';
import type { CommandResult } from './fault-program.ts';
import type { FaultWorld } from './fault-world.ts';
import { buildIoFault, errnos, faultyEnv, type IoFault, readFaultLog } from './io-fault.ts';

/** No sweep is longer: an operation with more calls is not bounded. */
const maxCalls = 20_000;

export interface Tried {
  readonly at: number;
  readonly result: CommandResult;
  readonly after: readonly string[];
}

/** Runs the command with each of its calls failing in turn, until it has no further one. Returns what came of each. */
export async function sweepCalls(
  world: FaultWorld,
  options: {
    args: readonly string[];
    fault: Omit<IoFault, 'at'>;
    before?: (at: number) => Promise<void> | void;
    check: (tried: Tried) => Promise<void> | void;
    /** The call that is tried after this one; each when left out. */
    next?: (at: number) => number;
    /** Says that enough was seen. */
    isEnough?: () => boolean;
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
    if (options.isEnough?.() === true) return nTried + 1;
  }
  throw new Error(`more than ${maxCalls} calls`);
}

/** The first ones all, then some: many calls are alike. */
export const thinned = (at: number): number => (at < 20 ? at + 1 : at + 37);

export const bundleOf = (world: FaultWorld): string => join(world.live, 'stick', 'out.tar');
export const exportArgs = (world: FaultWorld): readonly string[] => [
  ...['restore', 'export', '0', '--without-wheels', '--bundle', bundleOf(world), '--json'],
];

/** Puts a request into the mailbox, as a command does before it waits for the answer. */
export async function requestPin(world: FaultWorld, isPinned: boolean): Promise<void> {
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

/** The upgrade as a line of a shell script that tells its exit status. */
export const upgradeIn = (world: FaultWorld): string =>
  `'${process.execPath}' --disable-warning=ExperimentalWarning '${world.entry}' run 'upgrade pytorch' --yes --json || echo "exit $?"`;

/** The environment in which no file of the state folder can be opened. */
export const unopenable = (world: FaultWorld): Readonly<Record<string, string>> =>
  faultyEnv(
    buildIoFault(world.base) ?? '',
    { kind: 'open', errno: errnos.EACCES, at: 1, andLater: true, under: world.state },
    join(world.base, 'io-fault.log'),
  );
