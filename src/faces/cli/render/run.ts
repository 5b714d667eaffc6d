import type { RunView } from '../../../app/views/run-view.ts';
import { countText, moveText } from '../../../app/views/text.ts';
import { nextLine, faultLines } from '../failure.ts';
import { accent, bad, dim, good, strong, warn, type Line } from '../line.ts';
import { planLine } from './progress-lines.ts';
import { rowsText, sentenceCase } from './words.ts';

/** Renders the outcome of a run that was followed: `run`, `undo`, `restore to`, and answers to them. */
export function renderRun(view: RunView): readonly Line[] {
  const { run, waiting, state, next } = view;
  if (waiting !== null) return [[strong(`${sentenceCase(waiting.sentence)}.`)], ...waiting.commands.map(nextLine)];
  const nextLines = next === null ? [] : [nextLine(next)];
  switch (state) {
    case 'done':
      return view.previewOnly && view.restorePoint === null
        ? [...(view.plan?.lines ?? []).map(planLine), [dim('Nothing was executed.')], ...nextLines]
        : doneLines(view);
    case 'failed':
    case 'rolledBack':
    case 'cancelled':
      return endedLines(view);
    default:
      return [`${run} is ${state}.`, ...nextLines];
  }
}

/** What may be said comes from the rows of merge and switch alone. */
function doneLines(view: RunView): readonly Line[] {
  const { run, stages, restorePoint, change, plan, next, goBack, actions } = view;
  if (restorePoint === null) return [[good('Done: '), unmergedText(view)]];
  const moves = plan?.moves ?? [];
  const what = moves.length === 0 ? (change?.title ?? run) : moves.slice(0, 3).map(moveText).join(' · ');
  const others = moves.length > 3 ? ` and ${countText(moves.length - 3, 'more package')}` : '';
  const switched = stages.findLast(({ id }) => id === 'switch');
  return [
    [
      good('Done: '),
      strong(`${what}${others}`),
      ` is merged as restore/${restorePoint.name}`,
      dim(` #${restorePoint.row}`),
    ],
    [
      switched === undefined ? 'Production: not proven, no switch was recorded' : sentenceCase(switched.sentence),
      dim(rowsText(switched?.rows ?? [])),
    ],
    ...(next === null ? [] : [goBackLine(goBack, next)]),
    ...furtherLines(actions, [next]),
  ];
}

/** One whose plan says that nothing is to be merged did what it says; any other one found all as it was asked for. */
const unmergedText = ({ run, plan, steps }: RunView): string =>
  plan?.estimates.productionDownSeconds === 0 && steps.length > 0
    ? `${run} did what its plan says; nothing was to be merged.`
    : `${run} changed nothing; everything was as asked for already.`;

/** More than this is a list of its own: `next-actions`. */
const maxFurther = 3;

/** What else can be done now, without what is shown already. */
const furtherLines = (actions: RunView['actions'], shown: readonly (string | null)[]): readonly Line[] =>
  actions
    .filter(({ command }) => !shown.includes(command))
    .slice(0, maxFurther)
    .map(({ sentence, command }) => [dim('then: '), accent(command), dim(`  ${sentence}`)]);

/** An adopted environment that is not as it was recorded is no way back: what says so is named, not the command. */
function goBackLine(goBack: RunView['goBack'], next: string): Line {
  if (goBack?.condition !== 'drifted' && goBack?.condition !== 'gone')
    return [`${goBackWords(goBack)}: `, accent(next)];
  const why = goBack.condition === 'gone' ? 'is gone' : 'has changed since';
  return [
    warn(`No way back to ${goBack.name} now: `),
    `its environment was adopted and ${why}: `,
    accent(`orchestrate restore show ${goBack.name}`),
  ];
}

/** `offline` is said only where the state before can be brought back without the network. */
function goBackWords(goBack: RunView['goBack']): string {
  if (goBack === null) return 'Go back any time';
  return {
    ready: 'Go back any time, offline',
    offline: 'Go back any time, offline',
    'needs-network': 'Go back any time, with the network',
    files: 'Go back any time, offline (the files; nothing that is installed)',
    borrowed: `Go back${goBack.condition === 'intact' ? ' any time' : ''} (${goBack.name} was adopted, not sealed)`,
  }[goBack.grade];
}

function endedLines({ run, state, fault, stages, next, actions }: RunView): readonly Line[] {
  const isMerged = stages.some(({ id }) => id === 'merge');
  const words = { failed: 'failed', rolledBack: 'was rolled back', cancelled: 'was called off' }[
    state as 'failed' | 'rolledBack' | 'cancelled'
  ];
  const work = isMerged
    ? sentenceCase(
        stages.findLast(({ id }) => id === 'switch')?.sentence ?? 'it was merged; the switch was not recorded',
      )
    : 'Nothing was merged: the branch and production are as they were.';
  return [
    [bad(`${run} ${words}`), fault === null ? '' : ':'],
    ...(fault === null ? [] : faultLines({ ...fault, hints: [], state: fault.state ?? work })),
    ...(fault === null ? [work] : []),
    ...(fault?.hints ?? []).map(nextLine),
    ...(state === 'cancelled'
      ? []
      : [nextLine(`orchestrate runs show ${run}`)].filter(() => next !== `orchestrate runs show ${run}`)),
    ...furtherLines(actions, fault?.hints ?? []),
  ];
}
