import { worseRisk, type Risk } from '../changes/risk.ts';
import { type ChangeFacts, whatMatches } from './facts.ts';
import type { PolicyAsk, PolicyRules, TierReason } from './rules.ts';

/** Where a rule stands that no file holds. */
export const builtIn = 'built in';

/**
 * Returns the tier of a change and everything that raised it. Rules of the configuration raise only: what is built in
 * (the playbook's tier, paths that steer orchestrate itself) is never lowered by them.
 */
export function tierOf(
  change: ChangeFacts,
  { rules, reasons }: { readonly rules: PolicyRules; readonly reasons: readonly TierReason[] },
): { readonly risk: Risk; readonly tiers: readonly TierReason[] } {
  const tiers = [...reasons];
  for (const { when, tier, why, at } of rules.risk) {
    const found = whatMatches(when, change, null);
    if (found === undefined) continue;
    const what = found.length === 0 ? 'every change' : found.join(', ');
    tiers.push({ tier, sentence: why === '' ? what : `${what}: ${why}`, at });
  }
  return { risk: tiers.reduce<Risk>((worst, { tier }) => worseRisk(worst, tier), 'low'), tiers };
}

/** Returns what has to be there before a change of this tier merges. At least one person, unless a rule may approve alone. */
export function asksOf(change: ChangeFacts, { rules, risk }: { rules: PolicyRules; risk: Risk }): readonly PolicyAsk[] {
  const asks: PolicyAsk[] = [{ what: 'persons', count: 1, at: builtIn, why: 'agents are authors, a person approves' }];
  for (const rule of rules.review) {
    const found = whatMatches(rule.when, change, risk);
    if (found === undefined) continue;
    const what = found.length === 0 ? 'every change' : found.join(', ');
    const placed = { at: rule.at, why: rule.why === '' ? what : `${what}: ${rule.why}` };
    for (const tree of rule.trees) asks.push({ what: 'tree', tree, ...placed });
    for (const agent of rule.agents) asks.push({ what: 'agent', agent, ...placed });
    if (rule.persons !== null) asks.push({ what: 'persons', count: rule.persons, ...placed });
    for (const principal of rule.principals) asks.push({ what: 'principal', principal, ...placed });
    for (const one of ['ticket', 'comment', 'signature', 'window'] as const)
      if (rule[one]) asks.push({ what: one, ...placed });
  }
  return asks;
}

/** Whether a rule may approve alone: the tier is one that merges by rule, and no rule asks for anything that only a person gives. */
export const ruleSuffices = (
  asks: readonly PolicyAsk[],
  { risk, autoMerge }: { readonly risk: Risk; readonly autoMerge: readonly Risk[] },
): boolean =>
  risk !== 'high' &&
  autoMerge.includes(risk) &&
  asks.every(
    ({ what, at }) =>
      what === 'tree' || what === 'agent' || what === 'window' || (what === 'persons' && at === builtIn),
  );
