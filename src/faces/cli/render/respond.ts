import type { respond } from '../../../app/operations/respond.ts';
import { spanText } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { bad, dim, good, type Line, strong, warn } from '../line.ts';
import { renderRun } from './run.ts';
import { table } from './table.ts';
import { rowsText } from './words.ts';

type Responded = Awaited<ReturnType<(typeof respond)['run']>>;
type Emergency = NonNullable<Responded['emergency']>;
type Drill = Responded['drills'][number];

/** Renders `respond`: what was chosen with why, then the run; or that nothing is wrong; or what came of drills. */
export function renderRespond({ state, emergency, hints, run, drills }: Responded): readonly Line[] {
  if (state === 'drilled') return drillLines(drills);
  if (emergency === null)
    return [
      state === 'unanswered'
        ? [bad('Something is wrong, and no playbook answers it:')]
        : [good('Nothing is wrong that I can see.')],
      ...hints.map((hint): Line => [dim(state === 'unanswered' ? '  ' : 'not good, and no emergency: '), hint]),
      nextLine('orchestrate diagnose'),
      nextLine('orchestrate respond "<what you see>"'),
    ];
  return [...emergencyLines(emergency), ...(run === null ? [] : renderRun(run))];
}

function emergencyLines({ chosen, byHand, others }: Emergency): readonly Line[] {
  return [
    [strong(chosen.playbook), byHand ? ': you named it' : ''],
    ...chosen.why.map(({ sentence, rows }): Line => ['  ', sentence, dim(rowsText(rows))]),
    ...others.map(({ playbook, why }): Line => [
      dim('also possible: '),
      playbook,
      dim(`: ${why[0]?.sentence ?? ''}${rowsText(why[0]?.rows ?? [])}`),
    ]),
  ];
}

function drillLines(drills: readonly Drill[]): readonly Line[] {
  return [
    ...table(
      ['', 'emergency', 'detect', 'decide', 'recover', 'chosen'],
      drills.map((one) => [
        one.ok ? good('✓') : bad('✗'),
        strong(one.fault),
        timeOf(one.detect),
        timeOf(one.decide),
        timeOf(one.recover),
        one.chosen ?? 'nothing',
      ]),
    ),
    ...drills.flatMap(drillParts),
  ];
}

const timeOf = ({ ms }: Drill['detect']): string => (ms === null ? 'not proven' : spanText(Math.max(0, ms)));

function drillParts(one: Drill): readonly Line[] {
  const { fault, made, detect, decide, recover, steps, asked, unasked, worksAgain, problem, left } = one;
  return [
    '',
    [strong(fault), ': ', made],
    ...[detect, decide, recover].map((span): Line => [dim('  '), span.sentence, dim(rowsText(span.rows))]),
    ...steps.map(({ id, sentence, row }): Line => [dim(`  ${id}: `), sentence, dim(rowsText([row]))]),
    ...(asked.length === 0 ? [[dim('  a person was asked nothing')]] : []),
    ...asked.map(({ sentence, did }): Line => [warn('  asked: '), `${sentence}; ${did}`]),
    ...(unasked === null ? [] : [[warn('  unasked: '), unasked]]),
    [worksAgain ? good('  works again') : bad('  does not work again'), dim(', seen from outside')],
    ...(problem === null ? [] : [[bad('  problem: '), problem]]),
    ...(left === 0 ? [] : [[bad(`  ${left} processes are left`)]]),
  ];
}
