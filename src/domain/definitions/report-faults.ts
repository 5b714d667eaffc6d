import type { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { pathsIn, type ReadPath } from '../expressions/paths.ts';
import { referencesIn } from '../plans/fill.ts';
import { didYouMean } from './did-you-mean.ts';
import type { KnownNames } from './known-names.ts';
import type { Located, ValuePath } from './locator.ts';
import { placeWithin } from './place-within.ts';
import { fieldsAt } from './schema-fields.ts';
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

/** `output.x.y`, `steps.a.x`, `steps.a.output.x.y` and `steps.a.outputs[0].x.y`. */
function wrongIn({ root, names }: ReadPath, { own, steps, actions }: Around): Wrong | undefined {
  const [id, part] = names;
  const step = root === 'output' ? own : root === 'steps' ? steps.get(id?.name ?? '') : undefined;
  if (step === undefined) return undefined;
  if (root === 'steps') {
    const parts = step.forEach === undefined ? ['state', 'output'] : ['state', 'items', 'outputs'];
    const wrong = unless(parts, part, `The step ${step.id}`);
    if (wrong !== undefined) return wrong;
  }
  const output = actions.get(step.action)?.output;
  if (output === undefined || (root === 'steps' && !part?.name?.startsWith('output'))) return undefined;
  return wrongField(output, root === 'output' ? names : names.slice(part?.name === 'output' ? 2 : 3), step.action);
}

/** The first field of a report that its action does not report there. Below a value of any kind everything may be. */
function wrongField(output: z.ZodType, names: ReadPath['names'], action: string): Wrong | undefined {
  for (const [depth, read] of names.entries()) {
    if (read.name === undefined) continue;
    const above = names.slice(0, depth).map(({ name }) => name ?? 0);
    const known = fieldsAt(output, above);
    if (depth > 0 && known.length === 0) return undefined;
    const wrong = unless(known, read, [action, ...above].join('.').replaceAll('.0', '[]'));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
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
  /** Name of the input where it is one and nothing else: it may hold a dash. */
  readonly input?: string | undefined;
}

/** Returns the expressions of a step, those within its arguments included. */
export function* expressionsOf(step: PlaybookStep, path: ValuePath): Generator<Expression> {
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
    for (const { expression: text, input, offset } of referencesIn(within))
      if (text !== undefined) yield { text, path: [...path, name], within, offset: offset + 2, input };
}
