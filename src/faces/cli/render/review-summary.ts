import type { ChangeView } from '../../../app/views/change-view.ts';
import { countText, listText } from '../../../app/views/text.ts';
import { dim, strong, warn, type Line } from '../line.ts';
import { sendsToText } from './words.ts';

/** Returns what a person reads before deciding: who looked at it, and what nobody proved. */
export function reviewSummary(change: ChangeView): readonly Line[] {
  const rules = change.reviews.filter(({ by, isCurrent }) => by.kind !== 'person' && isCurrent);
  const answers = rules.map(({ reviewer, by, verdict, questions, findings }) => {
    if (by.kind === 'model') return `${reviewer} ${countText(findings.length, 'finding')}`;
    const asked = questions.filter((one) => one.verdict !== 'not-applicable');
    if (asked.length === 0) return `${reviewer} ${verdict === 'nothing-to-check' ? 'nothing to check' : verdict}`;
    return `${reviewer} ${asked.filter((one) => one.verdict === 'yes').length}/${asked.length}`;
  });
  return [
    [
      strong(`Review ${change.change}`),
      ` · risk ${change.risk} · rules: ${answers.length === 0 ? 'none looked' : answers.join(', ')}`,
    ],
    ...change.notProven.map((sentence): Line => [
      warn('! '),
      sentence.startsWith('not proven') ? sentence : `not proven: ${sentence}`,
    ]),
    ...(change.outsideScope.length === 0
      ? []
      : [[warn('! '), `outside the scope of ${change.tree}: ${listText(change.outsideScope)}`] satisfies Line]),
    ...(change.sendsTo === null ? [] : [[dim('→ '), sendsToText(change.sendsTo)] satisfies Line]),
  ];
}
