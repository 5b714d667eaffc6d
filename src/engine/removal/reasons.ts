import { Fault } from '../../base/fault.ts';
import { asCommitId, type CommitId } from '../../base/ids.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { RemovalReason, RemovalTarget } from '../../domain/removal/plan.ts';
import type { WorktreeFacts } from '../../ports/git.ts';
import type { EngineContext } from '../context.ts';
import { unfitHome } from '../runs/unfit-home.ts';
import { liveInstances } from '../space/needed.ts';
import { isInStore, notOnBranch, storeFolder } from './back-up.ts';

export interface Looked {
  readonly reasons: readonly RemovalReason[];
  /** What was seen, for the state of the item. */
  readonly seen: unknown;
}

/** Names told in a sentence; the rest is counted. */
const toldNames = 3;

/**
 * Why the target is not simply taken away: everything that speaks against it, not the first of it. Reads only, apart
 * from objects that nothing names.
 */
export async function findReasons(context: EngineContext, target: RemovalTarget): Promise<Looked> {
  switch (target.kind) {
    case 'worktree':
      return adopted(context, target);
    case 'slot':
      return lookAtSlot(context, target);
    case 'instance':
      return lookAtInstance(context, target);
  }
}

/** What the person or another tool made is theirs: it is only ever read. */
async function adopted({ home }: EngineContext, { dir }: RemovalTarget): Promise<Looked> {
  const facts = (await home.listWorktrees()).find((one) => one.dir === dir);
  const sentence = `it is ${facts === undefined ? 'none of the folders of orchestrate' : 'a work tree of yours'}`;
  return { reasons: [{ obstacle: 'adopted', sentence }], seen: { head: facts?.head ?? null } };
}

async function lookAtSlot(context: EngineContext, target: RemovalTarget): Promise<Looked> {
  const { name, dir } = target;
  const facts = (await context.home.listWorktrees()).find((one) => one.dir === dir || one.name === name);
  // Somebody else's work tree has the name: git would be told to forget that one.
  if (facts !== undefined && facts.dir !== dir) return adopted(context, { ...target, dir: facts.dir });
  if (!isOurs(context, target)) return adopted(context, target);
  const lease = dataOf('lease.taken', context.ledger.latest(`lease:slot:${name}`));
  const reasons: RemovalReason[] = [
    ...(lease === undefined ? [] : [{ obstacle: 'leased' as const, sentence: `${lease.run} works in it` }]),
    ...lockReason(facts),
    ...(await insideReasons(context, dir)),
  ];
  const head = await branchHead(context);
  const work = await findWork(context, { dir, name, facts, head });
  return {
    reasons: [...reasons, ...work.reasons],
    seen: { commits: facts?.commits ?? [], branch: facts?.branch ?? null, tree: work.tree, leftOut: work.leftOut },
  };
}

/** A slot of a tree that there is or was: anything else below `trees/` somebody else put there. */
function isOurs({ ledger, definitions, paths }: EngineContext, { name, dir }: RemovalTarget): boolean {
  if (dir !== `${paths.trees}/${name}`) return false;
  return definitions.trees.has(name.replace(/@\d+$/, '')) || ledger.latest(`lease:slot:${name}`) !== undefined;
}

const lockReason = (facts: WorktreeFacts | undefined): readonly RemovalReason[] =>
  facts === undefined || facts.locked === null
    ? []
    : [{ obstacle: 'locked', sentence: `git has it locked${facts.locked === '' ? '' : `: ${facts.locked}`}` }];

async function insideReasons({ outside }: EngineContext, dir: string): Promise<readonly RemovalReason[]> {
  const inside = (await outside.processes.inside(dir)) ?? [];
  const words = { cwd: 'works in it', program: 'runs from it', file: 'has a file of it open' } as const;
  return inside.map(({ pid, argv, by }) => ({
    obstacle: 'live',
    sentence: `process ${pid} (${argv[0]?.split('/').at(-1) ?? '?'}) ${words[by]}`,
  }));
}

async function branchHead(context: EngineContext): Promise<CommitId> {
  const state = await context.home.inspect();
  if (state.kind === 'unfit') throw await unfitHome(context, state);
  await context.store.importCommit({ gitDir: context.paths.gitDir, commit: state.head, name: 'branch' });
  return state.head;
}

async function findWork(
  context: EngineContext,
  options: { dir: string; name: string; facts: WorktreeFacts | undefined; head: CommitId },
) {
  const { dir, name, facts, head } = options;
  const { store } = context;
  const reasons: RemovalReason[] = [];
  if (facts?.branch) reasons.push({ obstacle: 'unmerged', sentence: `it has ${facts.branch} checked out` });
  for (const commit of facts?.commits ?? []) {
    const isHeld = await isInStore(store, commit);
    const isMerged = isHeld && (await store.isAncestor(asCommitId(commit), head));
    if (isHeld && (isMerged || commit !== facts?.head)) continue;
    reasons.push({ obstacle: 'unmerged', sentence: `its commit ${commit.slice(0, 7)} is not on the branch` });
  }
  const isFolder = (await context.outside.files.info(dir))?.kind === 'directory';
  if (!isFolder) return { reasons, tree: null, leftOut: [] };
  try {
    const { tree, leftOut } = await storeFolder(context, dir, { cacheKey: `slot:${name}` });
    const own = facts?.head && (await isInStore(store, facts.head)) ? await store.treeOf(asCommitId(facts.head)) : null;
    const known = new Set(own === null ? [] : (await store.list(own)).map(({ path, blob }) => `${blob} ${path}`));
    const entries = tree === null ? [] : await store.list(tree);
    const left = await notOnBranch(context, {
      entries: entries.filter(({ path, blob }) => !known.has(`${blob} ${path}`)),
      head,
    });
    const names = [...left.map(({ path }) => path), ...leftOut.map(({ path, reason }) => `${path} (${reason})`)];
    if (names.length > 0) reasons.push({ obstacle: 'dirty', sentence: `it holds ${namesText(names)}` });
    return { reasons, tree, leftOut };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return {
      reasons: [...reasons, { obstacle: 'unreadable' as const, sentence: error.message }],
      tree: null,
      leftOut: [],
    };
  }
}

const namesText = (names: readonly string[]): string =>
  names.length <= toldNames
    ? names.join(', ')
    : `${names.slice(0, toldNames).join(', ')} and ${names.length - toldNames} more that no commit of the branch has`;

async function lookAtInstance(context: EngineContext, { name, dir }: RemovalTarget): Promise<Looked> {
  if (dir !== `${context.paths.instances}/${name}`) return adopted(context, { kind: 'instance', name, dir });
  const live = liveInstances(context).find((one) => one.dir === dir);
  const reasons: RemovalReason[] = [
    ...(live === undefined
      ? []
      : [{ obstacle: 'live' as const, sentence: `${live.instance} (${live.purpose}) is not stopped` }]),
    ...(await insideReasons(context, dir)),
  ];
  return { reasons, seen: { modifiedMs: (await context.outside.files.info(dir))?.mtimeMs ?? 0 } };
}
