import { Fault } from '../../base/fault.ts';
import { referencesIn } from '../plans/fill.ts';
import { didYouMean } from './did-you-mean.ts';
import { inputFaults } from './input-faults.ts';
import { type KnownAction, type KnownNames, neededBy, takenBy } from './known-names.ts';
import type { Located, ValuePath } from './locator.ts';
import { unknownReference } from './references.ts';
import { shapeSentence } from './shape-sentences.ts';
import type { Agent, Playbook, PlaybookStep } from './types.ts';

interface Workers {
  readonly known: KnownNames;
  readonly agents: ReadonlyMap<string, Located<Agent>>;
  /** Agents whose files could not be read. */
  readonly broken: ReadonlySet<string>;
}

/**
 * Returns what is wrong with who does what in a playbook: what plans it makes plans from its inputs, what its steps and whatever takes them back
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
  else yield* inputFaults(playbook, plan);
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
  else yield* argumentFaults({ locate }, { work, path }, action);
  yield* agentFaults({ work, path }, { locate, workers, isKnown: action !== undefined && !action.plans });
}

/** Arguments that it does not take, that are not as it takes them, or that it is not given. */
function* argumentFaults(
  { locate }: Pick<Located<Playbook>, 'locate'>,
  { work, path }: Placed,
  action: KnownAction,
): Generator<Fault> {
  const takes = takenBy(action);
  for (const [name, text] of Object.entries(work.with)) {
    const where = [...path, 'with', name];
    if (!takes.includes(name)) {
      const list = takes.length === 0 ? ' It takes none.' : ` It takes: ${takes.join(', ')}.`;
      yield new Fault(
        'PLAYBOOK_UNKNOWN_REFERENCE',
        `${work.action} has no argument ${name}.${didYouMean(name, takes) || list}`,
        {
          at: locate.key(where),
          data: { action: work.action, name, known: [...takes] },
          hints: ['Write the argument that is meant, or take it out.'],
        },
      );
      continue;
    }
    const wrong = wrongValue(action, name, text);
    if (wrong !== undefined)
      yield new Fault('DEFINITION_INVALID', `${work.action} does not take this: ${wrong}`, {
        at: locate.value(where),
        hints: ['Write what it takes, or take it out.'],
      });
  }
  for (const name of neededBy(action))
    if (work.with[name] === undefined)
      yield new Fault('DEFINITION_INVALID', `${work.action} needs ${name}, which it is not given.`, {
        at: locate.value([...path, 'action']),
        hints: [`Add it below "with": ${name}: \${inputs.${name}}`],
      });
}

/** What is wrong with an argument that is written out; one that is filled in later is not known here. */
function wrongValue({ input }: KnownAction, name: string, text: string): string | undefined {
  if (referencesIn(text).length > 0) return undefined;
  const value = text.replaceAll('$$', () => '$');
  const issue = input.safeParse({ [name]: value }).error?.issues.find(({ path }) => path[0] === name);
  return issue === undefined ? undefined : shapeSentence(issue, value);
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
