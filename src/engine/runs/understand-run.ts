import { Fault } from '../../base/fault.ts';
import { didYouMean } from '../../domain/definitions/did-you-mean.ts';
import type { Playbook } from '../../domain/definitions/types.ts';
import { understandGoal } from '../../domain/plans/understand.ts';
import type { EngineContext } from '../context.ts';
import { hasPlanner } from './draft-plan.ts';

export interface UnderstoodRun {
  readonly playbook: Playbook;
  /** Share of the goal that the playbook's trigger explained; 0 when the person named the playbook. */
  readonly score: number;
  readonly inputs: Readonly<Record<string, string>>;
}

/**
 * Finds the playbook of a goal, or takes the one that was asked for, and fills in what was given as options.
 * Faults: `GOAL_UNKNOWN` names the nearest, `USAGE_BAD_ARGUMENT` for an input that the playbook does not have.
 */
export function understandRun(
  context: EngineContext,
  goal: string,
  options: { readonly asked: string | null; readonly given: Readonly<Record<string, string>> },
): UnderstoodRun {
  const understood = findPlaybook(context, goal, options);
  const { playbook } = understood;
  for (const name of Object.keys(options.given)) {
    if (Object.hasOwn(playbook.inputs, name)) continue;
    const known = Object.keys(playbook.inputs);
    throw new Fault('USAGE_BAD_ARGUMENT', `${playbook.id} takes no ${name}.${didYouMean(name, known)}`, {
      hints: [known.length === 0 ? 'It takes none.' : `It takes: ${known.join(', ')}`],
      state: 'Nothing was changed.',
      data: { input: name, known },
    });
  }
  return { ...understood, inputs: { ...understood.inputs, ...options.given } };
}

function findPlaybook(
  context: EngineContext,
  goal: string,
  { asked, given }: { readonly asked: string | null; readonly given: Readonly<Record<string, string>> },
): UnderstoodRun {
  const all = [...context.definitions.playbooks.values()];
  const among = asked === null ? all : all.filter((one) => one.id === asked);
  if (asked !== null && among.length === 0) {
    throw new Fault('GOAL_UNKNOWN', `There is no playbook ${asked}.`, {
      hints: [all.length === 0 ? 'There is none here.' : `Playbooks: ${all.map((one) => one.id).join(', ')}`],
      state: 'Nothing was changed.',
    });
  }
  const understood = understandGoal(goal, among, given);
  if (understood.kind === 'understood') return asked === null ? understood : { ...understood, score: 0 };
  if (asked !== null && among[0]) return { playbook: among[0], score: 0, inputs: defaultInputs(among[0]) };
  if (all.length === 0)
    throw new Fault('GOAL_UNKNOWN', `No playbook understands ${JSON.stringify(goal)}: there is none here.`, {
      hints: ['A playbook of your own: playbooks/<id>.yaml', 'orchestrate restore list', 'orchestrate service status'],
      state: 'Nothing was changed.',
      data: { nearest: [] },
    });
  throw new Fault('GOAL_UNKNOWN', `No playbook understands ${JSON.stringify(goal)}.${withoutModel(context)}`, {
    hints: understood.nearest.map((one) => {
      const words = JSON.stringify(one.trigger.replaceAll(/\{(\S+?)\}/g, '<$1>'));
      return `orchestrate run ${words}${besideText(context, one)}   (${one.title})`;
    }),
    state: 'Nothing was changed.',
    data: { nearest: understood.nearest },
  });
}

function withoutModel(context: EngineContext): string {
  if (hasPlanner(context)) return '';
  return (context.config.compute?.providers.length ?? 0) === 0
    ? ' A language model could plan it; none is configured.'
    : ' A language model could plan it; there is no agent planner with runner: model to ask one.';
}

/** Returns the options for what a playbook needs and its trigger does not say. */
const besideText = (
  { definitions }: EngineContext,
  { id, trigger }: { readonly id: string; readonly trigger: string },
): string =>
  Object.entries(definitions.playbooks.get(id)?.inputs ?? {})
    .filter(([name, input]) => input.default === null && !trigger.includes(`{${name}}`))
    .map(([name]) => ` --set ${name}=<${name}>`)
    .join('');

/** Returns the inputs that a playbook says itself; those without a default are empty. */
export function defaultInputs(playbook: Playbook): Readonly<Record<string, string>> {
  const inputs: Record<string, string> = {};
  for (const [name, input] of Object.entries(playbook.inputs)) inputs[name] = input.default ?? '';
  return inputs;
}
