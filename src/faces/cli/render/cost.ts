import type { cost } from '../../../app/operations/cost.ts';
import { costText } from '../../../app/views/cost-view.ts';
import { countText, moneyText, timeText } from '../../../app/views/text.ts';
import { dim, type Line, type Span, strong, warn } from '../line.ts';
import { table } from './table.ts';

type Found = Awaited<ReturnType<(typeof cost)['run']>>;
type Cost = Found['total'];

/** Renders `cost`: a row for each group, then all together, then the budgets. */
export function renderCost({ by, sinceMs, rows, total, budgets }: Found): readonly Line[] {
  if (rows.length === 0)
    return [`No language model was asked${sinceMs === null ? '' : ` since ${timeText(sinceMs)}`}: $0.`];
  const head = [by, 'calls', 'new input', 'cache read', 'cache written', 'output', 'cost'];
  return [
    ...table(head, [...rows.map((one) => cells(strong(one.name), one)), cells(dim('all'), total)]),
    ...notesOf(total),
    ...budgets.map(({ scope, name, unit, limit, spent }): Line => [
      spent > limit * 0.8 ? warn('! ') : '  ',
      `budget of ${scope} ${name}: ${amount(spent, unit)} of ${amount(limit, unit)}`,
    ]),
  ];
}

const cells = (name: Span, one: Cost): readonly Span[] => [
  ...[name, String(one.nCalls), String(one.inputUncached), String(one.cacheRead)],
  ...[String(one.cacheWrite5m + one.cacheWrite1h), String(one.output), costText(one)],
];

function notesOf({ countedMicroUsd, heldMicroUsd, nFailed }: Cost): readonly Line[] {
  return [
    ...(nFailed === 0 ? [] : [[dim(`${countText(nFailed, 'attempt')} failed`)] satisfies Line]),
    ...(countedMicroUsd === 0
      ? []
      : [[warn(`${moneyText(countedMicroUsd)} more counts as spent: calls that were cut or lost`)] satisfies Line]),
    ...(heldMicroUsd === 0
      ? []
      : [[dim(`${moneyText(heldMicroUsd)} is held back for calls on their way`)] satisfies Line]),
  ];
}

const amount = (n: number, unit: 'microUsd' | 'tokens'): string =>
  unit === 'microUsd' ? moneyText(n) : countText(n, 'token');
