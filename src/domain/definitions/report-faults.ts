import { Fault } from '../../base/fault.ts';
import { pathsIn, type ReadPath } from '../expressions/paths.ts';
import { referencesIn } from '../plans/fill.ts';
import { didYouMean } from './did-you-mean.ts';
import type { KnownNames } from './known-names.ts';
import type { Located, ValuePath } from './locator.ts';
import { placeWithin } from './place-within.ts';
import type { Playbook, PlaybookStep } from './types.ts';

/** Returns what expressions of a playbook read of what steps report, and what their actions never report. */
export function* reportFaults({ value, locate }: Located<Playbook>, { actions }: KnownNames): Generator<Fault> {
  const steps = new Map(value.steps.map((step) => [step.id, step]));
  for (const [index, step] of value.steps.entries())
    for (const { text, within, offset, path } of expressionsOf(step, ['steps', index]))
      for (const read of pathsIn(text)) {
        const wrong = wrongIn(read, { own: step, steps, actions });
        if (wrong === undefined) continue;
        const { message, name, known, at } = wrong;
        yield new Fault('PLAYBOOK_UNKNOWN_REFERENCE', message, {
          at: placeWithin(locate.value(path), within, offset + at),
          data: { name, known: [...known] },
          hints: ['Write the name that is meant: it is looked for when the step is over, and is not there.'],
        });
      }
}

interface Wrong {
  readonly message: string;
  readonly name: string;
  readonly known: readonly string[];
  readonly at: number;
}

interface Around {
  readonly own: PlaybookStep;
  readonly steps: ReadonlyMap<string, PlaybookStep>;
  readonly actions: KnownNames['actions'];
}

/** `output.x`, `steps.a.x`, `steps.a.output.x` and `steps.a.outputs[0].x`; what is below is known to its action alone. */
function wrongIn({ root, names }: ReadPath, { own, steps, actions }: Around): Wrong | undefined {
  const [id, part] = names;
  const step = root === 'output' ? own : root === 'steps' ? steps.get(id?.name ?? '') : undefined;
  if (step === undefined) return undefined;
  if (root === 'steps') {
    const parts = step.forEach === undefined ? ['state', 'output'] : ['state', 'items', 'outputs'];
    const wrong = unless(parts, part, `The step ${step.id}`);
    if (wrong !== undefined) return wrong;
  }
  const field = root === 'output' ? id : part?.name === 'output' ? names[2] : names[3];
  const reports = actions.get(step.action)?.reports;
  if (reports === undefined || (root === 'steps' && !part?.name?.startsWith('output'))) return undefined;
  return unless(reports, field, step.action);
}

function unless(known: readonly string[], read: ReadPath['names'][number] | undefined, who: string): Wrong | undefined {
  if (read?.name === undefined || known.includes(read.name)) return undefined;
  const list = known.length === 0 ? ' It reports nothing.' : ` There are: ${known.join(', ')}.`;
  const message = `${who} reports no ${read.name}.${didYouMean(read.name, known) || list}`;
  return { message, name: read.name, known, at: read.offset };
}

interface Expression {
  readonly text: string;
  readonly path: ValuePath;
  /** The text that the expression is a part of, and where in it it begins. */
  readonly within: string;
  readonly offset: number;
}

function* expressionsOf(step: PlaybookStep, path: ValuePath): Generator<Expression> {
  for (const [field, text] of [
    ['when', step.when],
    ['for-each', step.forEach],
    ['check', step.check],
  ] as const)
    if (text !== undefined) yield { text, path: [...path, field], within: text, offset: 0 };
  yield* inArguments(step.with, [...path, 'with']);
  yield* inArguments(step.compensate?.with ?? {}, [...path, 'compensate', 'with']);
}

function* inArguments(args: PlaybookStep['with'], path: ValuePath): Generator<Expression> {
  for (const [name, within] of Object.entries(args))
    for (const { expression: text, offset } of referencesIn(within))
      if (text !== undefined) yield { text, path: [...path, name], within, offset: offset + 2 };
}
