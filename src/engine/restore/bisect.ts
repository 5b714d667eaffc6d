import type { BisectAsked } from '../../actions/_context.ts';
import { Fault } from '../../base/fault.ts';
import type { CommitId } from '../../base/ids.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { type BisectSeen, judgeState, sound, watchedOf } from '../../domain/restore/bisect-health.ts';
import { bisectSteps, type BisectVerdict, nextBisectMove } from '../../domain/restore/bisect.ts';
import type { Bisected, Probed } from '../../domain/restore/bisected.ts';
import { branchHead } from '../changes/branch-head.ts';
import type { Engine } from '../engine.ts';
import { planOf } from '../tasks/task-view.ts';
import { type BisectLine, bisectLine } from './bisect-line.ts';
import { probeState } from './bisect-probe.ts';
import { describeSuspect } from './bisect-suspects.ts';
import { pointAt, type RestorePoint } from './points.ts';
import { planUndo } from './targets.ts';

export interface BisectOptions extends BisectAsked {
  readonly run: string;
  readonly attempt: string;
  readonly task: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

const state = 'The branch, home and production are as they were.';

/**
 * Finds the commit of the branch that broke what held at the good restore point: tries both ends, then halves what lies between,
 * each exact tree in the environment of its own lock, in the slot that the run leased. What has to be built is built from kept
 * wheels alone, and stays as for any restore point. Writes `restore.probed` for each, and
 * `restore.bisected`. A repeat tries nothing twice. Faults: those of `bisectLine`; `BISECT_GOOD_FAILS`, `BISECT_NOTHING_BROKEN`; at
 * the ends also those of build and start, which between them make a state one that is skipped.
 */
export async function bisectPoints(engine: Engine, options: BisectOptions): Promise<Bisected> {
  const { run, workflow } = options;
  const known = dataOf('restore.bisected', engine.ledger.latest(`bisected:${run}`));
  if (known !== undefined) return known;
  const line = await bisectLine(engine, planOf(engine, run).base, options);
  const course: Course = { engine, options, line };
  const good = await probeGood(course);
  const bad = await probeBad(course, good);
  const rule = { good, watched: watchedOf(good, bad) };
  const verdicts = new Map<number, BisectVerdict>([
    [0, 'good'],
    [line.commits.length - 1, 'bad'],
  ]);
  for (;;) {
    const move = nextBisectMove(line.commits.length, verdicts);
    if (move.kind === 'found') return await conclude(course, { ...move, ...rule, verdicts, workflow });
    const { verdict } = await probe(course, move.index, (seen) => judgeState(rule, seen), verdicts);
    verdicts.set(move.index, verdict);
  }
}

interface Course {
  readonly engine: Engine;
  readonly options: BisectOptions;
  readonly line: BisectLine;
}
type Judge = (seen: BisectSeen) => { readonly verdict: BisectVerdict; readonly sentence: string };

async function probeGood(course: Course): Promise<BisectSeen> {
  const { good } = course.line;
  const { workflow } = course.options;
  const probed = await probe(course, 0, (seen) => judgeGood(seen, workflow), new Map());
  const seen = requireSeen(probed, 'good', good);
  if (probed.verdict === 'good') return seen;
  throw new Fault('BISECT_GOOD_FAILS', `${good.name} is not good: ${probed.sentence}`, {
    hints: [
      'orchestrate restore bisect --good <another restore point>',
      'What fails wherever it is tried is no matter of a merge: orchestrate doctor',
    ],
    state,
    data: { good: good.name },
  });
}

function judgeGood(seen: BisectSeen, workflow: string): ReturnType<Judge> {
  if (seen.bootFailure !== null) return { verdict: 'bad', sentence: seen.bootFailure };
  const ran = sound(seen);
  const [failing] = seen.workflows.flatMap(({ name, failure }) =>
    failure === null ? [] : [`Workflow ${name} failed: ${failure}`],
  );
  if (failing !== undefined && (workflow !== '' || ran.length === 0)) return { verdict: 'bad', sentence: failing };
  return {
    verdict: 'good',
    sentence: `It boots on ${seen.device}; ${ran.length}/${seen.workflows.length} workflows ran.`,
  };
}

async function probeBad(course: Course, good: BisectSeen): Promise<BisectSeen> {
  const { line } = course;
  const judge: Judge = (seen) => judgeState({ good, watched: watchedOf(good, seen) }, seen);
  const probed = await probe(course, line.commits.length - 1, judge, new Map([[0, 'good']]));
  const seen = requireSeen(probed, 'bad', line.bad);
  if (probed.verdict === 'bad') return seen;
  throw new Fault(
    'BISECT_NOTHING_BROKEN',
    `${line.bad.name} has everything that ${line.good.name} has: ${probed.sentence}`,
    {
      hints: [
        'orchestrate restore bisect --bad <another restore point>',
        'orchestrate smoke list   (only what lies in workflows/ is tried)',
        'orchestrate diagnose',
      ],
      state,
      data: { good: line.good.name, bad: line.bad.name },
    },
  );
}

/** The ends have to be tried: without them there is nothing to halve. */
function requireSeen({ seen, fault }: Probed, end: 'good' | 'bad', { name }: RestorePoint): BisectSeen {
  if (seen !== null) return seen;
  const { message, hints, ...told } = fault ?? new Fault('RESTORE_UNAVAILABLE', 'Nothing was seen.').toRecord();
  throw Fault.fromRecord({
    ...told,
    message: `${name} could not be tried: ${message}`,
    hints: [`orchestrate restore bisect --${end} <another restore point>`, ...hints],
    state,
  });
}

/** Tries a state, or returns what a process before this one saw of it. */
async function probe(
  { engine, options, line }: Course,
  index: number,
  judge: Judge,
  verdicts: ReadonlyMap<number, BisectVerdict>,
): Promise<Probed> {
  const { run, task } = options;
  const commit = line.commits[index] as CommitId;
  const key = `probed:${run}:${commit}`;
  const known = dataOf('restore.probed', engine.ledger.latest(key));
  if (known !== undefined) return known;
  const tree = await engine.store.treeOf(commit);
  const { clock } = engine.outside;
  const startedMs = clock.monotonicMs();
  const outcome = await probeState(engine, { ...options, tree });
  const durationMs = Math.round(clock.monotonicMs() - startedMs);
  const judged =
    outcome.kind === 'seen'
      ? { ...judge(outcome.seen), seen: outcome.seen, fault: null }
      : { verdict: 'skipped' as const, sentence: outcome.fault.message, seen: null, fault: outcome.fault.toRecord() };
  const point = pointAt(line.points, commit)?.name ?? null;
  const left = leftAfter(line, new Map([...verdicts, [index, judged.verdict]]));
  const probed: Probed = { run, task, commit, point, tree, durationMs, ...left, ...judged };
  await engine.ledger.append([row('restore.probed', probed, { run, keys: [`bisect-of:${run}`, key] })]);
  return probed;
}

function leftAfter(
  { commits }: BisectLine,
  verdicts: ReadonlyMap<number, BisectVerdict>,
): Pick<Probed, 'nSuspects' | 'nStepsLeft'> {
  const last = commits.length - 1;
  if (verdicts.get(0) !== 'good' || (verdicts.has(last) && verdicts.get(last) !== 'bad'))
    return { nSuspects: last, nStepsLeft: 0 };
  // The bad end itself is tried second.
  if (!verdicts.has(last)) return { nSuspects: last, nStepsLeft: 1 + bisectSteps(last) };
  const move = nextBisectMove(commits.length, verdicts);
  if (move.kind === 'found') return { nSuspects: move.suspects.length, nStepsLeft: 0 };
  return { nSuspects: move.nSuspects, nStepsLeft: move.nStepsLeft };
}

interface Found {
  readonly suspects: readonly number[];
  readonly good: BisectSeen;
  readonly watched: readonly string[];
  readonly verdicts: ReadonlyMap<number, BisectVerdict>;
  readonly workflow: string;
}

async function conclude({ engine, options, line }: Course, found: Found): Promise<Bisected> {
  const { run } = options;
  const [first = 1] = found.suspects;
  const suspects = [];
  for (const index of found.suspects) suspects.push(await describeSuspect(engine, line, index));
  const named = line.commits.slice(0, first).map((commit) => pointAt(line.points, commit));
  const { manifest, name } = named.findLast((one) => one !== undefined) ?? line.good;
  const bisected: Bisected = {
    run,
    good: line.good.name,
    bad: line.bad.name,
    watched: found.watched,
    nProbes: found.verdicts.size,
    nSkipped: [...found.verdicts.values()].filter((one) => one === 'skipped').length,
    suspects,
    backTo: { number: manifest.number, name },
    isNewest: suspects.length === 1 && (await isNewestMerge(engine, run, suspects[0]?.commit)),
    notProven: notProven(found),
  };
  await engine.ledger.append([row('restore.bisected', bisected, { run, keys: [`bisected:${run}`] })]);
  return bisected;
}

/** Whether an undo takes back this commit, as the branch is now. */
async function isNewestMerge(engine: Engine, run: string, commit: CommitId | undefined): Promise<boolean> {
  try {
    const { dropped } = await planUndo(engine, await branchHead(engine, planOf(engine, run).branchRef));
    return dropped[0]?.commit === commit;
  } catch (error) {
    // Nothing to undo, or not without conflict: then it is no advice.
    if (error instanceof Fault) return false;
    throw error;
  }
}

const notProven = ({ good, workflow }: Found): readonly string[] => [
  'the commits between that were not tried: a fault that went and came back is found once',
  ...(good.device === 'cpu' ? ['GPU kernels: it booted on the CPU'] : []),
  ...(workflow === '' ? [] : [`anything but workflow ${workflow}`]),
  'model files and your user folder: they are in no restore point',
];
