import { Fault } from '../../base/fault.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { isOnItsWay } from '../../domain/removal/trash.ts';
import { spanOfDays } from '../../domain/restore/days.ts';
import { pruneHash, type KeptEnvironment, type PrunePlan, type Removal } from '../../domain/restore/prune-plan.ts';
import { chooseEvictions, type FoundEnvironment, type RetainedPoint } from '../../domain/restore/retention.ts';
import type { EngineContext } from '../context.ts';
import { readTrash } from '../removal/read-trash.ts';
import { listRestorePoints, type RestorePoint } from '../restore/points.ts';
import { planUndo } from '../restore/targets.ts';
import { unfitHome } from '../runs/unfit-home.ts';
import { createWheelFinder, type WheelsOfTree } from './kept-wheels.ts';
import { findNeeded, nameOfLock, type Needed } from './needed.ts';

export interface PrunePreview {
  readonly plan: PrunePlan;
  readonly hash: string;
  readonly kept: readonly KeptEnvironment[];
}

/**
 * Finds out what pruning takes away by `policy.keep`, and takes nothing. With `wheels` kept wheels may go, too.
 * An environment is compared with its manifest before it may go: what somebody changed in it may be wanted.
 */
export async function planPrune(context: EngineContext, options: { wheels: boolean }): Promise<PrunePreview> {
  const { clock, digest } = context.outside;
  const { keep } = context.config.policy;
  const keepMs = keep.youngerThanSeconds * 1000;
  const head = await importHead(context);
  const needed = await findNeeded(context, head);
  const found = (await listRestorePoints(context)).filter((point) => !point.isVoid);
  const finder = await createWheelFinder(context);
  const wayBack = await findWayBack(context, head);
  const points: RetainedPoint[] = [];
  const locks = new Map<number, WheelsOfTree | null>();
  for (const point of found) {
    const kept = await finder.ofTree(point.manifest.tree);
    locks.set(point.manifest.number, kept);
    points.push({
      number: point.manifest.number,
      name: point.name,
      environment: point.manifest.environment,
      atMs: madeAtMs(context, point),
      isPinned: dataOf('restore.pinned', context.ledger.latest(`pin:${point.manifest.number}`))?.isPinned ?? false,
      isWayBack: point.commit === wayBack,
      wheels: kept?.wheels ?? null,
      hasAllWheels: kept?.hasAll ?? false,
      isBorrowed: kept?.isBorrowed ?? false,
    });
  }
  const environments = await findEnvironments(context, { points, locks });
  const choose = (all: readonly FoundEnvironment[], wheels: Awaited<ReturnType<typeof finder.all>> | null) =>
    chooseEvictions({
      points,
      environments: all,
      needed:
        needed.undecided === null
          ? needed.environments
          : new Map([...all.map(({ id }) => [id, needed.undecided ?? ''] as const), ...needed.environments]),
      openRun: needed.openRun,
      keep: { last: keep.last, youngerThanMs: keepMs },
      nowMs: clock.nowMs(),
      wheels,
    });
  const wheels = options.wheels ? await finder.all() : null;
  const first = choose(environments, wheels);
  const chosen = choose(
    await withDrift(
      context,
      environments,
      first.evictions.map((one) => one.environment),
    ),
    wheels,
  );
  const removals = await findRemovals(context, { needed, olderThanMs: keepMs });
  const sizes = [...chosen.evictions, ...chosen.wheels, ...removals].map((one) => one.sizeBytes ?? 0);
  const plan: PrunePlan = {
    evictions: chosen.evictions,
    wheels: chosen.wheels,
    removals,
    freedBytes: sizes.reduce((sum, one) => sum + one, 0),
  };
  return { plan, hash: pruneHash(plan, (text) => digest.sha256(text)), kept: chosen.kept };
}

async function importHead(context: EngineContext): Promise<string> {
  const state = await context.home.inspect();
  if (state.kind === 'unfit') throw await unfitHome(context, state);
  await context.store.importCommit({ gitDir: context.paths.gitDir, commit: state.head, name: 'branch' });
  return state.head;
}

/** The commit that `undo` leads to, if there is one. */
async function findWayBack(context: EngineContext, head: string): Promise<string | undefined> {
  try {
    return (await planUndo(context, head as Parameters<typeof planUndo>[1])).commit;
  } catch (error) {
    if (error instanceof Fault && ['NOTHING_TO_DO', 'CHANGE_CONFLICT'].includes(error.code)) return undefined;
    throw error;
  }
}

const madeAtMs = ({ ledger, outside }: EngineContext, { manifest }: RestorePoint): number =>
  // A point whose row is not to be found is as young as can be: it stays.
  ledger.latest(`restore:${manifest.number}`)?.atMs ?? outside.clock.nowMs();

/** A folder in which a build of ours was interrupted has this and no manifest. */
const buildingName = 'orchestrate-building';

async function findEnvironments(
  context: EngineContext,
  facts: {
    points: readonly RetainedPoint[];
    locks: ReadonlyMap<number, WheelsOfTree | null>;
  },
): Promise<readonly FoundEnvironment[]> {
  const { files, python } = context.outside;
  const environments: FoundEnvironment[] = [];
  for (const id of await files.list(context.paths.envs)) {
    const dir = `${context.paths.envs}/${id}`;
    const recorded = await python.recorded(dir);
    if (recorded === undefined) {
      const isUnfinished = (await files.info(`${dir}/${buildingName}`)) !== undefined;
      environments.push({
        id,
        sizeBytes: null,
        obstacle: isUnfinished ? null : 'it is no finished environment of ours',
      });
      continue;
    }
    const lock = facts.points
      .filter((point) => point.environment === id)
      .map((point) => facts.locks.get(point.number)?.lockText)
      .find((text) => text !== undefined);
    const now = lock === undefined ? id : await nameOfLock(context, lock);
    const obstacle =
      now === id
        ? null
        : `it was made with ${now === undefined ? 'a Python that is not here' : 'another Python than the one that is here now'}`;
    environments.push({ id, sizeBytes: recorded.sizeBytes, obstacle });
  }
  return environments;
}

async function withDrift(
  context: EngineContext,
  environments: readonly FoundEnvironment[],
  going: readonly string[],
): Promise<readonly FoundEnvironment[]> {
  const checked: FoundEnvironment[] = [];
  for (const one of environments) {
    const condition = going.includes(one.id)
      ? await context.outside.python.inspect(`${context.paths.envs}/${one.id}`)
      : undefined;
    const nChanged = condition?.kind === 'drifted' ? condition.changed.length : 0;
    checked.push(
      nChanged === 0
        ? one
        : {
            ...one,
            obstacle: `${nChanged === 1 ? 'a file of it was' : `${nChanged} files of it were`} changed since it was built`,
          },
    );
  }
  return checked;
}

/** What holds work that is on no branch, or has no record that says what it holds, goes by `trash empty` alone. */
function wantedInTrash(context: EngineContext): (path: string) => boolean {
  const items = readTrash(context).filter(({ state }) => state === 'there');
  return (path) => {
    const below = items.filter(({ place }) => place === path || place.startsWith(`${path}/`));
    return (
      !isOnItsWay(path.slice(path.lastIndexOf('/') + 1)) && (below.length === 0 || below.some((one) => one.holdsWork))
    );
  };
}

/** A folder in which an instance is composed has no row yet; this is longer than that takes. */
const composingMs = 3_600_000;

async function findRemovals(
  context: EngineContext,
  options: { needed: Needed; olderThanMs: number },
): Promise<readonly Removal[]> {
  const { files, clock } = context.outside;
  const { trash, logs, instances } = context.paths;
  const removals: Removal[] = [];
  const look = async (what: Removal['what'], dir: string, olderThanMs: number, isNeeded: (path: string) => boolean) => {
    for (const name of await files.list(dir)) {
      const path = `${dir}/${name}`;
      const info = await files.info(path);
      const ageMs = info === undefined ? 0 : clock.nowMs() - info.mtimeMs;
      if (info === undefined || ageMs < olderThanMs || isNeeded(path)) continue;
      removals.push({ what, path, sizeBytes: await files.sizeBytes(path), why: `${spanOfDays(ageMs)} old` });
    }
  };
  const live = [...options.needed.instances].map((dir) => dir.slice(dir.lastIndexOf('/') + 1));
  await look('trash', trash, options.olderThanMs, wantedInTrash(context));
  await look('log', `${logs}/instances`, options.olderThanMs, (path) => live.some((id) => path.endsWith(`/${id}.log`)));
  await look('instance', instances, composingMs, (path) => options.needed.instances.has(path));
  return removals;
}
