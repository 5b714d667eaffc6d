import type { Agent } from '../definitions/types.ts';
import type { Actor } from '../journal/actor.ts';
import { isApproval, treeOfCondition } from './name.ts';

/**
 * Returns why an actor may not set or clear a condition, as the end of a sentence, or undefined when it may: persons and the
 * supervisor's own rules always, an agent for its own tree and for nothing that is called approved.
 */
export function whyNotOwner(
  name: string,
  by: Actor,
  agents: ReadonlyMap<string, Pick<Agent, 'tree'>>,
): string | undefined {
  if (by.kind === 'person' || by.kind === 'rule') return undefined;
  const tree = treeOfCondition(name);
  const agent = agents.get(by.name);
  if (agent === undefined) return `${by.name} is no agent of this installation`;
  if (agent.tree !== tree) return `${by.name} works in ${agent.tree}, and ${name} is of ${tree}`;
  return isApproval(name) ? `${name} says that somebody agreed, and agents do not` : undefined;
}
