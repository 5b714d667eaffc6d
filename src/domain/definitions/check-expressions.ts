import { Fault } from '../../base/fault.ts';
import { type ExpressionResult, readExpression } from '../expressions/read.ts';
import type { ExpressionScope } from '../expressions/scope.ts';
import { referencesIn } from '../plans/fill.ts';
import { attempt, throwTogether } from './faults.ts';
import type { Located, ValuePath } from './locator.ts';
import { placeWithin } from './place-within.ts';
import { unknownReference } from './references.ts';
import type { Playbook, PlaybookStep } from './types.ts';

/**
 * Checks every expression of a playbook where it stands: it can be read, gives what is wanted there, and reads only what is known by
 * then. Nothing is evaluated. Faults, the first of each step together, with the place within the expression: `EXPRESSION_INVALID`, `PLAYBOOK_UNKNOWN_REFERENCE`.
 */
export function checkExpressions(playbook: Located<Playbook>): void {
  const faults: Fault[] = [];
  for (const [index, step] of playbook.value.steps.entries())
    attempt(faults, () => checkStepExpressions(playbook, step, ['steps', index]));
  throwTogether(faults);
}

function checkStepExpressions(playbook: Located<Playbook>, step: PlaybookStep, path: ValuePath): void {
  const item = step.forEach !== undefined;
  const scope: ExpressionScope = {
    inputs: Object.keys(playbook.value.inputs),
    steps: neededBy(playbook.value.steps, step),
    conditions: true,
    item,
    output: false,
  };
  const steady = { ...scope, conditions: false };
  const check = (text: string | undefined, field: string, wanted: ExpressionResult, of: ExpressionScope): void => {
    if (text !== undefined) checkOne(playbook, { text, path: [...path, field], wanted, scope: of });
  };
  check(step.when, 'when', 'truth', scope);
  check(step.forEach, 'for-each', 'list', { ...steady, item: false });
  check(step.check, 'check', 'truth', { ...steady, output: true });
  check(step.approvalUnless, 'approval-unless', 'truth', steady);
  checkArguments(playbook, { args: step.with, path: [...path, 'with'], scope: steady });
  const asked = step.approval === undefined ? {} : { approval: step.approval };
  // What is done for many things is asked about once.
  checkArguments(playbook, { args: asked, path, scope: { ...steady, item: false } });
  const taken = { ...steady, steps: [...scope.steps, step.id] };
  const compensating = [...path, 'compensate', 'with'];
  checkArguments(playbook, { args: step.compensate?.with ?? {}, path: compensating, scope: item ? steady : taken });
}

/** Steps that are over before the step starts: those that it needs, straight or through others. */
function neededBy(steps: readonly PlaybookStep[], { needs }: PlaybookStep): readonly string[] {
  const found = new Set(needs);
  for (const id of found) for (const need of steps.find((one) => one.id === id)?.needs ?? []) found.add(need);
  return [...found];
}

function checkArguments(
  { value, locate }: Located<Playbook>,
  { args, path, scope }: { args: PlaybookStep['with']; path: ValuePath; scope: ExpressionScope },
): void {
  for (const [name, text] of Object.entries(args)) {
    const at = locate.value([...path, name]);
    for (const { text: found, input, expression, offset } of referencesIn(text)) {
      if (input !== undefined) {
        if (scope.inputs.includes(input)) continue;
        throw unknownReference({ kind: 'input', name: input, known: scope.inputs, at });
      }
      if (expression === undefined)
        throw new Fault(
          'PLAYBOOK_UNKNOWN_REFERENCE',
          `${found} is no reference: write \${inputs.name} or another expression between braces, and $$ for a dollar sign.`,
          { at, hints: ['Write ${inputs.name}, or $$ for a dollar sign.'] },
        );
      const where = { text: expression, path: [...path, name], wanted: 'text', scope, within: text } as const;
      checkOne({ value, locate }, { ...where, offset: offset + 2 });
    }
  }
}

interface Checked {
  readonly text: string;
  readonly path: ValuePath;
  readonly wanted: ExpressionResult;
  readonly scope: ExpressionScope;
  /** The text that the expression is a part of, and where in it it begins. */
  readonly within?: string;
  readonly offset?: number;
}

function checkOne({ locate }: Located<Playbook>, checked: Checked): void {
  const { text, path, wanted, scope, within = text, offset = 0 } = checked;
  const read = readExpression(text, scope, wanted);
  if (read.kind === 'read') return;
  const { message, offset: inside } = read.problem;
  throw new Fault('EXPRESSION_INVALID', `The expression ${shown(text)} ${message}`.replace(/(?<![.?!])$/, '.'), {
    at: placeWithin(locate.value(path), within, offset + inside),
    data: { expression: text },
    hints: [
      "Change it at the caret; it reads inputs, output, conditions and steps that this one needs: inputs.version != ''",
    ],
  });
}

/** Text of an expression that is quoted in a message. */
const MAX_SHOWN = 60;
const shown = (text: string): string => (text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN - 1)}…`);
