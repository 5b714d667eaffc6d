import { pathRisk, type Risk } from '../../domain/changes/risk.ts';
import { matchesAny } from '../../domain/definitions/match-path.ts';
import type { Tree } from '../../domain/definitions/types.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { asksOf, builtIn, ruleSuffices, tierOf } from '../../domain/policy/ask.ts';
import type { ChangeFacts } from '../../domain/policy/facts.ts';
import { type Approvers, approversOf, mayApprove } from '../../domain/policy/principals.ts';
import { noRules, type PolicyAsk, type Principal, type TierReason } from '../../domain/policy/rules.ts';
import { type Drafted, draftOf } from '../changes/draft.ts';
import type { EngineContext } from '../context.ts';
import { planOf, runOf } from '../tasks/task-view.ts';

/** What the policy as it is now says about a change. */
export interface Ruled {
  readonly risk: Risk;
  readonly tiers: readonly TierReason[];
  readonly asks: readonly PolicyAsk[];
  readonly approvers: Approvers;
  /** Persons who made it. */
  readonly authors: readonly string[];
  /** A rule may approve it alone. */
  readonly ruleMay: boolean;
  /** Files that no tree has in its scope, or another one than the author's. */
  readonly outsideScope: readonly string[];
  /** Trees whose rules look at it. */
  readonly reviewers: readonly string[];
  /** Agents whose model reads it. */
  readonly readers: readonly string[];
}

/** Reads the journal and the configuration only. `facts` is what a check found; without it, what the newest check has on record. */
export function ruledOf(context: EngineContext, change: string, facts?: ChangeFacts): Ruled {
  const drafted = draftOf(context, change);
  const { config, definitions } = context;
  const rules = config.policy.rules ?? noRules;
  const found = facts ?? recordedFacts(context, drafted);
  const scope = scopeOf(context, drafted, found);
  const reasons = [...builtInReasons(context, drafted, found), ...scope.reasons];
  const { risk, tiers } = tierOf(found, { rules, reasons });
  // A way back is not held up by anything but one person's answer: it is what is needed when something is wrong.
  const isBack = isWayBack(context, drafted.run);
  const asks = asksOf(found, { rules: isBack ? noRules : rules, risk });
  const authors = personAuthors(context, drafted);
  const asked = asks.flatMap((one) => (one.what === 'tree' ? [one.tree] : []));
  return {
    risk,
    tiers,
    asks,
    authors,
    approvers: approversOf(config.principals, { tree: isBack ? null : drafted.tree, authors }),
    ruleMay: !isThought(context, drafted.run) && ruleSuffices(asks, { risk, autoMerge: config.policy.autoMerge }),
    outsideScope: scope.outside,
    readers: [...new Set(asks.flatMap((one) => (one.what === 'agent' ? [one.agent] : [])))],
    reviewers: reviewersOf(definitions.trees.get(drafted.tree), [...scope.owners, ...asked]),
  };
}

/** What a model planned or wrote is never merged by a rule alone, whatever tier it has. */
function isThought(context: EngineContext, run: string): boolean {
  const { model, steps } = planOf(context, run);
  return model !== null || steps.some(({ thinks }) => thinks !== undefined);
}

function recordedFacts({ ledger }: EngineContext, drafted: Drafted): ChangeFacts {
  const checked = dataOf('change.checked', ledger.latest(`check:${drafted.change}`));
  return {
    tree: drafted.tree,
    paths: checked?.paths ?? drafted.paths.map(({ path }) => path),
    facts: checked?.facts ?? [],
    sizeBytes: checked?.sizeBytes ?? 0,
  };
}

/** Tiers that no configuration lowers: what the playbook says, and paths that steer orchestrate or another tool. */
function builtInReasons(context: EngineContext, drafted: Drafted, { paths }: ChangeFacts): readonly TierReason[] {
  const { playbook, model } = planOf(context, drafted.run);
  const file = context.definitions.playbooks.get(playbook)?.file ?? builtIn;
  const says = model === null ? `the playbook ${playbook} says so` : `the plan is written by ${model}`;
  const reasons: TierReason[] = [{ tier: drafted.risk, sentence: says, at: file }];
  if (runOf(context, drafted.run).options.unsandboxed === true)
    reasons.push({ tier: 'high', sentence: 'programs of its agents may have run without a wall', at: builtIn });
  for (const path of paths) {
    const steering = pathRisk(path);
    if (steering) reasons.push({ tier: steering.risk, sentence: `${path}: ${steering.why}`, at: builtIn });
  }
  return reasons;
}

/** A way back may touch everything: its tree was live before. */
function scopeOf(context: EngineContext, drafted: Drafted, { paths }: ChangeFacts) {
  const { trees } = context.definitions;
  const isRestore = planOf(context, drafted.run).goal.kind === 'restore';
  const own = trees.get(drafted.tree)?.scope ?? [];
  const outside = paths.filter((path) => !isRestore && !matchesAny(own, path));
  const owners = [...trees.values()].filter((one) => outside.some((path) => matchesAny(one.scope, path)));
  const [unowned] = outside.filter((path) => !owners.some((one) => matchesAny(one.scope, path)));
  const reasons: TierReason[] =
    unowned === undefined
      ? []
      : [{ tier: 'high', sentence: `${unowned}: outside the scope of every tree`, at: builtIn }];
  return { outside, owners: owners.map(({ id }) => id), reasons };
}

/**
 * Agents make a run's changes; a person does who hands in work of their own, or files that they changed by hand. A way back has no
 * author: it was live before.
 */
function personAuthors(context: EngineContext, drafted: Drafted): readonly string[] {
  if (isWayBack(context, drafted.run)) return [];
  const steps = planOf(context, drafted.run).steps.map((one) => one.agent);
  const agents = new Set([...context.definitions.agents.keys(), ...steps]);
  const again = context.ledger
    .read({ key: `change:${drafted.change}` })
    .flatMap((entry) => dataOf('change.drafted', entry)?.by ?? [])
    .filter(({ kind }) => kind === 'person');
  return [...new Set([...drafted.authors.filter((name) => !agents.has(name)), ...again.map(({ name }) => name)])];
}

/** Whether a run leads back to what was live before. */
export const isWayBack = (context: EngineContext, run: string): boolean =>
  ['undo', 'restore'].includes(runOf(context, run).kind);

/** Whether a principal looks after the tree of a change. A way back may be answered by any of them. */
export const mayAnswer = (context: EngineContext, principal: Principal, { tree, run }: Drafted): boolean =>
  isWayBack(context, run) || mayApprove(principal, tree);

/** Trees whose rules look at a change: the others, and its own where it has checks of its own. */
function reviewersOf(tree: Tree | undefined, others: readonly string[]): readonly string[] {
  const asked = [...(tree?.reviewers ?? []), ...others].filter((id) => id !== tree?.id);
  return [...new Set([...asked, ...(tree !== undefined && tree.checks.length > 0 ? [tree.id] : [])])];
}
