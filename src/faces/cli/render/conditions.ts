import type { ConditionView } from '../../../app/views/condition-view.ts';
import { listText, timeText } from '../../../app/views/text.ts';
import { dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { table } from './table.ts';
import { rowsText } from './words.ts';

/** Renders `conditions list`. */
export function renderConditions({ conditions }: { readonly conditions: readonly ConditionView[] }): readonly Line[] {
  if (conditions.length === 0) return ['No condition was set yet, and no playbook waits for one.'];
  return table(
    ['condition', '', 'who says so', 'since', 'until', 'rests on', 'waits for it'],
    conditions.map((one): Span[] => [
      strong(one.name),
      stateSpan(one.state),
      one.by === null ? '' : one.by.kind === 'rule' ? dim('seen') : one.by.name,
      one.sinceMs === null ? '' : timeText(one.sinceMs),
      one.expiresAtMs === null ? '' : timeText(one.expiresAtMs),
      one.reason ?? one.evidence.join(', '),
      one.waiting.length === 0 ? dim(one.usedBy.join(', ')) : warn(one.waiting.join(', ')),
    ]),
  );
}

/** Renders one that was moved. */
export const renderCondition = (one: ConditionView): readonly Line[] => [
  [
    strong(one.name),
    ' ',
    stateSpan(one.state),
    one.state === 'holds' && one.expiresAtMs !== null ? ` until ${timeText(one.expiresAtMs)}` : '',
    one.evidence.length === 0 ? '' : ` (${listText(one.evidence)})`,
    dim(rowsText(one.row === null ? [] : [one.row])),
  ],
  ...(one.waiting.length === 0 ? [] : [[`${listText(one.waiting)} waited for it`] satisfies Line]),
];

function stateSpan(state: ConditionView['state']): Span {
  if (state === 'holds') return good(state);
  return state === 'unset' ? dim('not set') : warn(state);
}
