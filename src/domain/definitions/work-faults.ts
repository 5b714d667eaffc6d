import { Fault } from '../../base/fault.ts';
import { didYouMean } from './did-you-mean.ts';
import type { KnownAction, KnownNames } from './known-names.ts';
import type { Located, ValuePath } from './locator.ts';
import { unknownReference } from './references.ts';
import type { Agent, Playbook, PlaybookStep } from './types.ts';

interface Workers {
  readonly known: KnownNames;
  readonly agents: ReadonlyMap<string, Located<Agent>>;
  /** Agents whose files could not be read. */
  readonly broken: ReadonlySet<string>;
}

/**
 * Returns what is wrong with who does what in a playbook: what plans it makes plans, what its steps and whatever takes them back
 * give to an action is what that action takes, and their agents may use it.
 */
export function* workFaults(playbook: Located<Playbook>, workers: Workers): Generator<Fault> {
  const { value, locate } = playbook;
  const { actions } = workers.known;
  const plan = actions.get(value.plan);
  const at = locate.value(['plan']);
  if (plan === undefined) yield unknownReference({ kind: 'action', name: value.plan, known: idsOf(actions, true), at });
  else if (!plan.plans)
    yield new Fault('DEFINITION_INVALID', `${value.plan} does the work of a step: it makes no plan.`, {
      at,
      hints: [`Name an action that plans: ${idsOf(actions, true).join(', ')}.`],
    });
  for (const [index, step] of value.steps.entries()) {
    yield* oneFaults(playbook, { work: step, path: ['steps', index] }, workers);
    const back = { work: step.compensate, path: ['steps', index, 'compensate'] };
    if (back.work !== undefined) yield* oneFaults(playbook, { ...back, work: back.work }, workers);
  }
}

interface Placed {
  readonly work: Pick<PlaybookStep, 'action' | 'agent' | 'with'>;
  readonly path: ValuePath;
}

function* oneFaults({ locate }: Located<Playbook>, { work, path }: Placed, workers: Workers): Generator<Fault> {
  const { actions } = workers.known;
  const action = actions.get(work.action);
  const at = locate.value([...path, 'action']);
  if (action === undefined)
    yield unknownReference({ kind: 'action', name: work.action, known: idsOf(actions, false), at });
  else if (action.plans)
    yield new Fault('DEFINITION_INVALID', `${work.action} makes a plan: it is no work of a step.`, {
      at,
      hints: [`Name it with "plan", and here one of: ${idsOf(actions, false).join(', ')}.`],
    });
  else {
    for (const name of Object.keys(work.with))
      if (!action.takes.includes(name)) {
        const near = didYouMean(name, action.takes);
        const list = action.takes.length === 0 ? ' It takes none.' : ` It takes: ${action.takes.join(', ')}.`;
        yield new Fault('PLAYBOOK_UNKNOWN_REFERENCE', `${work.action} has no argument ${name}.${near || list}`, {
          at: locate.key([...path, 'with', name]),
          data: { action: work.action, name, known: [...action.takes] },
          hints: ['Write the argument that is meant, or take it out.'],
        });
      }
    for (const name of action.needs)
      if (work.with[name] === undefined)
        yield new Fault('DEFINITION_INVALID', `${work.action} needs ${name}, which it is not given.`, {
          at,
          hints: [`Add it below "with": ${name}: \${inputs.${name}}`],
        });
  }
  yield* agentFaults({ work, path }, { locate, workers, isKnown: action !== undefined && !action.plans });
}

function* agentFaults(
  { work: { action, agent: name }, path }: Placed,
  {
    locate,
    workers,
    isKnown,
  }: Pick<Located<Playbook>, 'locate'> & { readonly workers: Workers; readonly isKnown: boolean },
): Generator<Fault> {
  const at = locate.value([...path, 'agent']);
  const agent = workers.agents.get(name)?.value;
  if (agent === undefined) {
    if (!workers.broken.has(name)) yield unknownReference({ kind: 'agent', name, known: workers.agents.keys(), at });
  } else if (isKnown && !agent.tools.includes(action)) {
    yield new Fault(
      'DEFINITION_INVALID',
      `The agent ${agent.id} may not use ${action}: it is not one of its tools (${agent.file}).`,
      { at, hints: [`Name an agent that may, or add ${action} to the tools of ${agent.id}.`] },
    );
  }
}

const idsOf = (actions: ReadonlyMap<string, KnownAction>, plans: boolean): readonly string[] =>
  [...actions].filter(([, action]) => action.plans === plans).map(([id]) => id);
