import { Fault } from '../../base/fault.ts';
import { inputsOfTrigger, wordsOfTrigger } from '../plans/trigger.ts';
import { checkExpressions } from './check-expressions.ts';
import { attempt, throwTogether } from './faults.ts';
import { findCycle } from './find-cycle.ts';
import type { Located } from './locator.ts';
import { unknownReference } from './references.ts';
import type { Playbook } from './types.ts';

/**
 * Checks what a playbook says about itself: step ids are unique, needs and inputs exist, nothing needs itself in a
 * circle, every trigger has a word of its own, expressions and arguments read what is there by then.
 * Faults, all together: `DEFINITION_INVALID`, `PLAYBOOK_UNKNOWN_REFERENCE`, `PLAYBOOK_CYCLE`, `EXPRESSION_INVALID`.
 */
export function checkPlaybook(playbook: Located<Playbook>): void {
  const faults = [...triggerFaults(playbook), ...stepFaults(playbook), ...cycleFaults(playbook)];
  attempt(faults, () => checkExpressions(playbook));
  throwTogether(faults);
}

function* triggerFaults({ value, locate }: Located<Playbook>): Generator<Fault> {
  const inputs = Object.keys(value.inputs);
  for (const [index, trigger] of value.triggers.entries()) {
    const at = locate.value(['triggers', index]);
    for (const name of inputsOfTrigger(trigger)) {
      if (!inputs.includes(name)) yield unknownReference({ kind: 'input', name, known: inputs, at });
    }
    if (wordsOfTrigger(trigger).some((word) => word.kind === 'word')) continue;
    yield new Fault('DEFINITION_INVALID', `triggers[${index}] has no word that would tell a goal from any other.`, {
      at,
      hints: ['Write a word beside what is in braces, such as: upgrade {package}'],
    });
  }
}

function* stepFaults({ value, locate }: Located<Playbook>): Generator<Fault> {
  const ids = value.steps.map((step) => step.id);
  for (const [index, step] of value.steps.entries()) {
    const path = ['steps', index];
    if (ids.indexOf(step.id) < index) {
      yield new Fault('DEFINITION_INVALID', `Two steps have the id ${step.id}.`, {
        at: locate.value([...path, 'id']),
        hints: ['Give one of them another id.'],
      });
    }
    if (step.approvalUnless !== undefined && step.approval === undefined) {
      yield new Fault('DEFINITION_INVALID', `Step ${step.id} says when nobody is asked, and asks nobody.`, {
        at: locate.value([...path, 'approval-unless']),
        hints: ['Write approval: with what a person is asked, or take approval-unless out.'],
      });
    }
    for (const [needIndex, need] of step.needs.entries()) {
      const at = locate.value([...path, 'needs', needIndex]);
      if (!ids.includes(need)) yield unknownReference({ kind: 'step', name: need, known: ids, at });
    }
  }
}

function* cycleFaults({ value, locate }: Located<Playbook>): Generator<Fault> {
  const cycle = findCycle(value.steps);
  if (cycle === undefined) return;
  const [first = '', second = first] = cycle;
  const index = value.steps.findIndex((step) => step.id === first);
  const needIndex = value.steps[index]?.needs.indexOf(second) ?? 0;
  yield new Fault('PLAYBOOK_CYCLE', `The steps need each other in a circle: ${[...cycle, first].join(' → ')}.`, {
    at: locate.value(['steps', index, 'needs', needIndex]),
    data: { cycle },
    hints: [`Take one need out of the circle: the one of ${first} is shown.`],
  });
}
