import { durationText } from '../definitions/units.ts';
import { itemText } from './expand.ts';
import type { PlannedStep } from './plan.ts';
import { thinksText } from './thinking.ts';

/** Things of a list that a plan names. */
const MAX_SHOWN = 6;

/**
 * Returns on what terms a step is done, one clause each: whether at all, for what, after what and whose yes, what has to come of it, and
 * what takes it back. What the plan could decide already is told as decided.
 */
export function stepTerms(step: PlannedStep): readonly string[] {
  const { when, forEach, waitsFor = [], waitAtMostMs, check, compensate, late } = step;
  const { approval, approvalUnless } = step;
  return [
    ...(step.thinks === undefined ? [] : [thinksText(step.thinks)]),
    ...(when === undefined ? [] : [whenText(when)]),
    ...(forEach === undefined ? [] : [forEachText(forEach)]),
    ...(late === undefined
      ? []
      : [`${Object.keys(late).join(', ')}: known when it starts (${Object.values(late).join(', ')})`]),
    ...(waitsFor.length === 0
      ? []
      : [
          `waits for ${waitsFor.join(', ')}${waitAtMostMs === undefined ? '' : `, ${durationText(waitAtMostMs)} at most`}`,
        ]),
    ...(approval === undefined ? [] : [approvalText(approval, approvalUnless)]),
    ...(check === undefined ? [] : [`has failed unless ${check}`]),
    ...(compensate === undefined
      ? []
      : [`taken back by ${compensate.action} (${compensate.agent}) if the run does not come to its end`]),
  ];
}

/** A value that is known later stands as the name of its field. */
function approvalText(question: string, unless: PlannedStep['approvalUnless']): string {
  const asked = question.replaceAll(/\$\{[^}]*?([\w-]+)\}/g, '<$1>');
  if (unless === undefined || unless.holds === false) return `waits for your yes: ${asked}`;
  if (unless.holds === true) return `asks nobody, as ${unless.text}: ${asked}`;
  return `waits for your yes, unless ${unless.text}: ${asked}`;
}

function whenText({ text, holds }: NonNullable<PlannedStep['when']>): string {
  if (holds === null) return `only if ${text}`;
  return holds ? `done, as ${text}` : `left out: ${text} does not hold`;
}

function forEachText({ text, items }: NonNullable<PlannedStep['forEach']>): string {
  if (items === null) return `once for each of ${text}`;
  if (items.length === 0) return `left out: ${text} is empty`;
  const shown = items.slice(0, MAX_SHOWN).map(itemText).join(', ');
  const more = items.length > MAX_SHOWN ? ` and ${items.length - MAX_SHOWN} more` : '';
  return `once for each of ${shown}${more}`;
}
