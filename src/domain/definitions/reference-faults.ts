import { Fault } from '../../base/fault.ts';
import type { KnownNames } from './known-names.ts';
import type { Located } from './locator.ts';
import { unknownReference } from './references.ts';
import { reportFaults } from './report-faults.ts';
import type { Agent, Playbook, Tree } from './types.ts';
import { workFaults } from './work-faults.ts';

export interface LocatedDefinitions {
  readonly agents: ReadonlyMap<string, Located<Agent>>;
  readonly trees: ReadonlyMap<string, Located<Tree>>;
  readonly playbooks: ReadonlyMap<string, Located<Playbook>>;
}

/** Names of files that could not be read: whoever names them is not wrong for that. */
export type BrokenNames = Readonly<Record<keyof LocatedDefinitions, ReadonlySet<string>>>;

interface Context extends LocatedDefinitions {
  readonly known: KnownNames;
  readonly broken: BrokenNames;
}

/** Where every file could be read. */
export const noneBroken: BrokenNames = { agents: new Set(), trees: new Set(), playbooks: new Set() };

/** Returns what is wrong in what definitions say about each other; see `checkReferences`. */
export function* referenceFaults(
  definitions: LocatedDefinitions,
  { known, broken = noneBroken }: { readonly known: KnownNames; readonly broken?: BrokenNames },
): Generator<Fault> {
  const context = { ...definitions, known, broken };
  yield* treeFaults(context);
  for (const agent of definitions.agents.values()) yield* agentFaults(agent, context);
  for (const playbook of definitions.playbooks.values()) yield* playbookFaults(playbook, context);
}

function* treeFaults(context: Context): Generator<Fault> {
  const treeOfPort = new Map<number, Tree>();
  const treeOfScope = new Map<string, Tree>();
  for (const located of context.trees.values()) {
    const { value: tree, locate } = located;
    const other = treeOfPort.get(tree.homePort);
    if (other !== undefined) {
      yield new Fault(
        'DEFINITION_INVALID',
        `The home port ${tree.homePort} is also that of ${other.id} (${other.file}).`,
        { at: locate.value(['home-port']), hints: ['Give one of them a port that is free.'] },
      );
    }
    treeOfPort.set(tree.homePort, tree);
    const scope = [...tree.scope].sort().join('\n');
    const twin = treeOfScope.get(scope);
    if (twin !== undefined) {
      yield new Fault(
        'DEFINITION_INVALID',
        `The scope is also that of ${twin.id} (${twin.file}): nobody could tell who owns a path.`,
        { at: locate.value(['scope']), hints: ['Give each tree paths of its own.'] },
      );
    }
    treeOfScope.set(scope, tree);
    yield* reviewFaults(located, context);
  }
}

function* reviewFaults({ value: tree, locate }: Located<Tree>, context: Context): Generator<Fault> {
  for (const [index, reviewer] of tree.reviewers.entries()) {
    const at = locate.value(['reviewers', index]);
    if (reviewer === tree.id)
      yield new Fault('DEFINITION_INVALID', 'A tree cannot review its own changes.', { at, hints: ['Take it out.'] });
    else if (isUnknown(context, 'trees', reviewer))
      yield unknownReference({ kind: 'tree', name: reviewer, known: context.trees.keys(), at });
  }
  const { questions } = context.known;
  for (const field of ['questions', 'checks'] as const) {
    for (const [index, question] of tree[field].entries()) {
      if (questions === undefined || questions.has(question)) continue;
      yield unknownReference({ kind: 'question', name: question, known: questions, at: locate.value([field, index]) });
    }
  }
}

function* agentFaults({ value: agent, locate }: Located<Agent>, context: Context): Generator<Fault> {
  if (agent.tree !== null && isUnknown(context, 'trees', agent.tree))
    yield unknownReference({ kind: 'tree', name: agent.tree, known: context.trees.keys(), at: locate.value(['tree']) });
  const { actions } = context.known;
  for (const tool of agent.tools) {
    if (actions.has(tool)) continue;
    yield unknownReference({ kind: 'action', name: tool, known: actions.keys(), at: locate.value(['tools', tool]) });
  }
}

/** Returns what is wrong in what a playbook says about trees, agents and actions. */
export function* playbookFaults({ value, locate }: Located<Playbook>, context: Context): Generator<Fault> {
  const { known } = context;
  const unknownTree = (name: string, at = locate.value(['tree'])): Fault =>
    unknownReference({ kind: 'tree', name, known: context.trees.keys(), at });
  if (isUnknown(context, 'trees', value.tree)) yield unknownTree(value.tree);
  for (const [index, tree] of value.trees.entries()) {
    const at = locate.value(['trees', index]);
    if (isUnknown(context, 'trees', tree)) yield unknownTree(tree, at);
    else if (tree === value.tree)
      yield new Fault('DEFINITION_INVALID', `${tree} is named by "tree" already: "trees" are the others.`, {
        at,
        hints: ['Take it out.'],
      });
  }
  yield* workFaults({ value, locate }, { known, agents: context.agents, broken: context.broken.agents });
  yield* reportFaults({ value, locate }, known);
}

const isUnknown = (context: Context, kind: 'trees' | 'agents', name: string): boolean =>
  !context[kind].has(name) && !context.broken[kind].has(name);
