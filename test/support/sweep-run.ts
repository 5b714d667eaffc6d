import { FaultWorld } from './fault-world.ts';
import {
  type Commit,
  control,
  type Kill,
  type KillOutcome,
  type Original,
  type Phase,
  phases,
  regionOf,
  tryKill,
} from './sweep-cases.ts';

export interface SweepOptions {
  /** Every how many-th kill is tried; those of the regions `always` match are all tried. */
  readonly every: number;
  readonly always?: RegExp;
  /** Only kills whose region and commit match. */
  readonly only?: RegExp;
  /** Number of the first kill that is tried, from 1: a sweep that was stopped goes on where it was. */
  readonly from?: number;
  readonly nWorkers?: number;
  readonly report?: (outcome: KillOutcome, nDone: number, nAll: number) => void;
}

/** Kills the supervisor at commits of the demonstration's run, each in a world of its own start, and tells what came of it. */
export async function sweep({
  every,
  always = /^$/,
  only = /./,
  from = 1,
  nWorkers = 2,
  report = () => {},
}: SweepOptions): Promise<readonly KillOutcome[]> {
  const worlds: FaultWorld[] = [];
  const outcomes: KillOutcome[] = [];
  try {
    const starts = await Promise.all(
      Array.from({ length: nWorkers }, async () => {
        const world = await FaultWorld.create();
        worlds.push(world);
        return { world, ...(await control(world)) };
      }),
    );
    const kills = chosen(killsOf(starts[0]?.commits ?? { run: [], merge: [], undo: [] }), { every, always, only });
    const left = kills.slice(from - 1);
    await Promise.all(
      starts.map(async ({ world, original }) => {
        for (let kill = left.shift(); kill !== undefined; kill = left.shift()) {
          const outcome = await tryUntilFired(world, kill, original);
          outcomes.push(outcome);
          report(outcome, from - 1 + outcomes.length, kills.length);
        }
      }),
    );
    return outcomes;
  } finally {
    for (const world of worlds) await world.remove();
  }
}

const maxTries = 4;

/** Kills once at the commit, again where a run did not have it: the time decides on some. */
export async function tryUntilFired(world: FaultWorld, kill: Kill, original: Original): Promise<KillOutcome> {
  for (let nth = 1; ; nth += 1) {
    const outcome = await tryKill(world, kill, original);
    if (outcome.fired || outcome.broken.length > 0 || nth === maxTries) return outcome;
  }
}

function killsOf(commits: Readonly<Record<Phase, readonly Commit[]>>): readonly Kill[] {
  return phases.flatMap((phase) =>
    commits[phase].flatMap((commit) => (['before', 'after'] as const).map((when): Kill => ({ phase, commit, when }))),
  );
}

const titleOf = (kill: Kill): string => `${regionOf(kill)} ${kill.when} ${kill.commit.name}`;

function chosen(
  kills: readonly Kill[],
  { every, always, only }: { every: number; always: RegExp; only: RegExp },
): readonly Kill[] {
  return kills.filter((kill, index) => only.test(titleOf(kill)) && (always.test(titleOf(kill)) || index % every === 0));
}

/** One line on one kill. */
export function lineOf({ kill, fired, broken, recoveryMs, durationMs }: KillOutcome): string {
  const verdict = broken.length > 0 ? 'FAILED' : fired ? 'passed' : 'void';
  return `${verdict} ${Math.round(durationMs / 100) / 10} s, recovered in ${recoveryMs ?? '-'} ms: ${titleOf(kill)} (${kill.commit.nth})${broken.map((one) => `\n    ${one}`).join('')}`;
}

/** The table of a sweep: for each region how many kills there were and how they ended. */
export function tableOf(outcomes: readonly KillOutcome[]): string {
  const regions = Map.groupBy(outcomes, ({ kill }) => regionOf(kill));
  const lines = [...regions].map(([region, all]) => {
    const failed = all.filter((one) => one.broken.length > 0).length;
    const empty = all.filter((one) => !one.fired && one.broken.length === 0).length;
    const slowest = Math.max(0, ...all.map((one) => one.recoveryMs ?? 0));
    return [
      region.padEnd(28),
      ...[all.length, all.length - failed - empty, failed, empty, slowest].map((n) => String(n).padStart(8)),
    ].join('');
  });
  return [`${'region'.padEnd(28)}   kills  passed  failed    void  slowest recovery, ms`, ...lines].join('\n');
}
