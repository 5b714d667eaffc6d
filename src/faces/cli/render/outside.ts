import type { OutsideOverview, OutsideView } from '../../../app/views/outside-view.ts';
import { timeText } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { dim, good, strong, warn, type Line } from '../line.ts';
import { rowsText } from './words.ts';

/** Renders `outside list`. */
export function renderOutsideList({ differences, restorePoint, sinceMs }: OutsideOverview): readonly Line[] {
  if (differences.length === 0)
    return [[good('✓ '), `nothing changed outside${sinceMs === null ? '' : ` since ${timeText(sinceMs)}`}`]];
  const [first] = differences;
  return [
    ...differences.flatMap(differenceLines),
    '',
    ...(restorePoint === null ? [] : [nextLine(`orchestrate outside keep --all`)]),
    nextLine(`orchestrate outside discard ${first?.id ?? ''}`),
  ];
}

/** Renders `outside show`. */
export function renderOutsideShow(one: OutsideView): readonly Line[] {
  const left = one.nDetails - one.details.length;
  return [
    ...differenceLines(one),
    [dim('   '), one.subject, dim(rowsText([one.row]))],
    ...one.details.map((detail): Line => [dim('   '), detail]),
    ...(left > 0 ? [[dim(`   and ${left} more`)]] : []),
    '',
    nextLine(`orchestrate outside ${one.canKeep ? 'keep' : 'discard'} ${one.id}`),
  ];
}

/** Renders `outside discard`. */
export function renderOutsideDiscard(
  output: OutsideOverview & {
    readonly told: readonly { readonly id: string; readonly sentence: string; readonly trash: string | null }[];
  },
): readonly Line[] {
  return [
    ...output.told.flatMap(({ id, sentence, trash }): Line[] => [
      [strong(id), `  ${sentence}`],
      ...(trash === null ? [] : [[dim('    trash  '), trash]]),
    ]),
    '',
    ...renderOutsideList(output),
  ];
}

function differenceLines({ id, what, when, who, fact, canKeep, whyNot }: OutsideView): readonly Line[] {
  const by = who === null ? `by whom is unknown${fact === null ? '' : `; ${fact}`}` : `probably ${who}: ${fact ?? ''}`;
  return [
    [canKeep ? warn('! ') : dim('· '), strong(id), `  ${what}`],
    [dim(`     ${when} · `), by],
    ...(whyNot === null ? [] : [[dim('     not to be kept: '), whyNot]]),
  ];
}
