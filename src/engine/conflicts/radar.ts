import { Fault } from '../../base/fault.ts';
import { type ConflictPair, meet, meetText, touchedByBoth } from '../../domain/conflicts/pairs.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { Plan } from '../../domain/plans/plan.ts';
import type { Engine } from '../engine.ts';
import { openWork, plannedWork, touching, type Work } from './members.ts';

type Found = JournalKinds['conflicts.found'];

/** Works looked at: their pairs grow with the square. The last in line are left out beyond it, and the row says how many. */
const maxWorks = 60;

/**
 * Looks at every pair of open changes and runs at work, all merges in one git process, and writes down who meets whom. Nothing is
 * written while what was looked at last is still what there is. Never in the way of work: a fault of git is logged, and it is tried again.
 */
export async function lookForConflicts(engine: Engine, because: string): Promise<void> {
  await unlessFaulty(engine, undefined, async () => {
    const { clock } = engine.outside;
    const startedMs = clock.monotonicMs();
    const open = await openWork(engine);
    const works = open.slice(0, maxWorks);
    const nLeftOut = open.length - works.length;
    const members = works.map(({ id, kind, run, title, base, tree }) => ({ id, kind, run, title, base, tree }));
    const last = dataOf('conflicts.found', engine.ledger.latest('conflicts'));
    if (works.length < 2 && (last === undefined || last.pairs.length === 0)) return;
    if (last !== undefined && isSame(last.members, members) && (last.nLeftOut ?? 0) === nLeftOut) return;
    const pairs = await pairsOf(engine, allPairs(works));
    const durationMs = Math.round(clock.monotonicMs() - startedMs);
    await engine.ledger.append([
      row(
        'conflicts.found',
        { members, pairs, because, durationMs, ...(nLeftOut === 0 ? {} : { nLeftOut }) },
        { keys: ['conflicts'] },
      ),
    ]);
  });
}

/** Returns what a plan would touch that open changes and other runs touch too, a sentence for each. It stops nothing. */
export async function conflictWarnings(
  engine: Engine,
  run: string,
  plan: Omit<Plan, 'hash'>,
): Promise<readonly string[]> {
  return unlessFaulty<readonly string[]>(engine, [], async () => {
    const mine = await plannedWork(engine, run, plan);
    const open = (await openWork(engine)).filter((one) => one.run !== run);
    const others = open.slice(0, maxWorks);
    if (mine === undefined || others.length === 0) return [];
    const titles = new Map(others.map(({ id, title }) => [id, title]));
    const pairs = await pairsOf(
      engine,
      others.map((other) => [other, mine] as const),
    );
    const warnings = pairs.map((pair) => warningOf(pair, titles.get(pair.first) ?? ''));
    const nLeftOut = open.length - others.length;
    return nLeftOut === 0 ? warnings : [...warnings, leftOutText(nLeftOut)];
  });
}

const leftOutText = (n: number): string =>
  `${n === 1 ? '1 more piece of work is open and was' : `${n} more pieces of work are open and were`} not compared with it: it was compared with the ${maxWorks} that come first`;

const consequence: Readonly<Record<ConflictPair['advice'], string>> = {
  regenerate: 'whoever merges second has its lock made anew',
  again: 'whoever merges second has to be made again',
  person: 'somebody will have to say which of the two is meant',
};

const warningOf = (pair: ConflictPair, title: string): string =>
  `${pair.first} “${title}” is open and makes something else of ${meetText(pair)}: ${consequence[pair.advice]}`;

const isSame = (a: Found['members'], b: Found['members']): boolean =>
  a.length === b.length &&
  a.every((one, index) => one.id === b[index]?.id && one.tree === b[index]?.tree && one.base === b[index]?.base);

type Pair = readonly [first: Work, second: Work];

const allPairs = (works: readonly Work[]): readonly Pair[] =>
  works.flatMap((first, index) => works.slice(index + 1).map((second) => [first, second] as const));

async function pairsOf(engine: Engine, pairs: readonly Pair[]): Promise<readonly ConflictPair[]> {
  const works = new Map(pairs.flat().map((work) => [work.id, work]));
  const touched = new Map<string, Awaited<ReturnType<typeof touching>>>();
  for (const [id, work] of works) touched.set(id, await touching(engine, work));
  const sides = [];
  for (const [first, second] of pairs)
    sides.push({ base: await olderBase(engine, first, second), ours: first.tree, theirs: second.tree });
  const conflicts = await engine.store.conflictsOf(sides);
  return pairs.flatMap(([first, second], index) => {
    const [mine, other] = [touched.get(first.id), touched.get(second.id)];
    if (mine === undefined || other === undefined) return [];
    const paths = conflicts[index] ?? [];
    // Of two bases one is newer: there the branch itself may be what stands in the way.
    return meet(mine, other, first.base === second.base ? paths : touchedByBoth(paths, mine, other)) ?? [];
  });
}

/** Both come from the branch: of the two commits the older one is what both began with. */
async function olderBase({ store }: Engine, first: Work, second: Work): Promise<Work['baseTree']> {
  if (first.base === second.base) return store.treeOf(first.base);
  return store.treeOf((await store.isAncestor(first.base, second.base)) ? first.base : second.base);
}

async function unlessFaulty<Value>(engine: Engine, otherwise: Value, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Fault) || ['EPOCH_OLD', 'LEDGER_UNAVAILABLE', 'DISK_FULL'].includes(error.code)) throw error;
    engine.outside.log.warn('looking for conflicts failed; it is tried again', { ...error.toRecord() });
    return otherwise;
  }
}
