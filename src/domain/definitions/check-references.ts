import { Fault } from '../../base/fault.ts';
import type { Located } from './locator.ts';
import { unknownReference } from './references.ts';
import type { Agent, Playbook, Tree } from './types.ts';

/** Names that definitions may use and that are not definitions themselves. */
export interface KnownNames {
  /** Ids of all actions, those that plan included. */
  readonly actions: ReadonlySet<string>;
  /** Ids of all review questions; they are not checked when left out. */
  readonly questions?: ReadonlySet<string>;
}

export interface LocatedDefinitions {
  readonly agents: ReadonlyMap<string, Located<Agent>>;
  readonly trees: ReadonlyMap<string, Located<Tree>>;
  readonly playbooks: ReadonlyMap<string, Located<Playbook>>;
}

/**
 * Checks what definitions say about each other: every name stands for something, no home port and no scope is there twice, no tree
 * reviews itself, and an agent is only given steps whose action is one of its tools.
 * Faults: `PLAYBOOK_UNKNOWN_REFERENCE`, `DEFINITION_INVALID`.
 */
export function checkReferences(definitions: LocatedDefinitions, known: KnownNames): void {
  checkTrees(definitions, known);
  checkAgents(definitions, known);
  for (const playbook of definitions.playbooks.values()) checkPlaybookReferences(playbook, definitions, known);
}

function checkTrees({ trees }: LocatedDefinitions, { questions }: KnownNames): void {
  const treeOfPort = new Map<number, Tree>();
  const treeOfScope = new Map<string, Tree>();
  for (const { value: tree, locate } of trees.values()) {
    const other = treeOfPort.get(tree.homePort);
    if (other !== undefined) {
      throw new Fault(
        'DEFINITION_INVALID',
        `The home port ${tree.homePort} is also that of ${other.id} (${other.file}).`,
        { at: locate.value(['home-port']) },
      );
    }
    treeOfPort.set(tree.homePort, tree);
    const scope = [...tree.scope].sort().join('\n');
    const twin = treeOfScope.get(scope);
    if (twin !== undefined) {
      throw new Fault(
        'DEFINITION_INVALID',
        `The scope is also that of ${twin.id} (${twin.file}): nobody could tell who owns a path.`,
        { at: locate.value(['scope']) },
      );
    }
    treeOfScope.set(scope, tree);
    for (const [index, reviewer] of tree.reviewers.entries()) {
      const at = locate.value(['reviewers', index]);
      if (!trees.has(reviewer)) throw unknownReference({ kind: 'tree', name: reviewer, known: trees.keys(), at });
      if (reviewer === tree.id) throw new Fault('DEFINITION_INVALID', 'A tree cannot review its own changes.', { at });
    }
    for (const field of ['questions', 'checks'] as const) {
      for (const [index, question] of tree[field].entries()) {
        if (questions === undefined || questions.has(question)) continue;
        throw unknownReference({
          kind: 'question',
          name: question,
          known: questions,
          at: locate.value([field, index]),
        });
      }
    }
  }
}

function checkAgents({ agents, trees }: LocatedDefinitions, { actions }: KnownNames): void {
  for (const { value: agent, locate } of agents.values()) {
    if (agent.tree !== null && !trees.has(agent.tree))
      throw unknownReference({ kind: 'tree', name: agent.tree, known: trees.keys(), at: locate.value(['tree']) });
    for (const tool of agent.tools) {
      if (!actions.has(tool))
        throw unknownReference({ kind: 'action', name: tool, known: actions, at: locate.value(['tools', tool]) });
    }
  }
}

function checkPlaybookReferences(
  { value, locate }: Located<Playbook>,
  { agents, trees }: LocatedDefinitions,
  { actions }: KnownNames,
): void {
  if (!trees.has(value.tree))
    throw unknownReference({ kind: 'tree', name: value.tree, known: trees.keys(), at: locate.value(['tree']) });
  for (const [index, tree] of value.trees.entries()) {
    const at = locate.value(['trees', index]);
    if (!trees.has(tree)) throw unknownReference({ kind: 'tree', name: tree, known: trees.keys(), at });
    if (tree === value.tree)
      throw new Fault('DEFINITION_INVALID', `${tree} is named by "tree" already: "trees" are the others.`, { at });
  }
  if (!actions.has(value.plan))
    throw unknownReference({ kind: 'action', name: value.plan, known: actions, at: locate.value(['plan']) });
  for (const [index, step] of value.steps.entries()) {
    const actionAt = locate.value(['steps', index, 'action']);
    if (!actions.has(step.action))
      throw unknownReference({ kind: 'action', name: step.action, known: actions, at: actionAt });
    const agentAt = locate.value(['steps', index, 'agent']);
    const agent = agents.get(step.agent)?.value;
    if (agent === undefined)
      throw unknownReference({ kind: 'agent', name: step.agent, known: agents.keys(), at: agentAt });
    if (!agent.tools.includes(step.action)) {
      throw new Fault(
        'DEFINITION_INVALID',
        `The agent ${agent.id} may not use ${step.action}: it is not one of its tools (${agent.file}).`,
        { at: agentAt },
      );
    }
  }
}
