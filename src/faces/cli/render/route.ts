import type { routeExplain } from '../../../app/operations/route-explain.ts';
import type { routeSimulate } from '../../../app/operations/route-simulate.ts';
import { countText, moneyText, timeText } from '../../../app/views/text.ts';
import { bad, dim, good, type Line, strong } from '../line.ts';
import { table } from './table.ts';

/** Renders `route explain`: who, then why not the others. */
export function renderRouteExplain(view: Awaited<ReturnType<(typeof routeExplain)['run']>>): readonly Line[] {
  const { type, chosen, rejected } = view;
  return [
    chosen === null
      ? [bad('✗ '), `nobody can be asked for ${type}`]
      : [good('● '), strong(`${chosen.provider}/${chosen.model}`), ` gets ${type}: ${chosen.why}`],
    ...(chosen === null
      ? []
      : [[dim(`  a turn is likely to cost ${moneyText(chosen.likelyMicroUsd)}`)] satisfies Line]),
    ...(rejected.length === 0 ? ['No other model is configured.'] : ['not']),
    ...rejected.map(({ provider, model, why, untilMs }): Line => [
      `  ${provider}/${model}: ${why}`,
      dim(untilMs === null ? '' : `, until ${timeText(untilMs)}`),
    ]),
  ];
}

/** Renders `route simulate`. */
export function renderRouteSimulate(view: Awaited<ReturnType<(typeof routeSimulate)['run']>>): readonly Line[] {
  const { nCalls, nMoved, nNowhere, nUnpriced, wasMicroUsd, microUsd, moves } = view;
  if (nCalls === 0) return ['No call of a language model is on record.'];
  const saved = wasMicroUsd - microUsd;
  return [
    ...table(
      ['went to', 'would go to', 'calls', 'cost', 'would cost'],
      moves.map(({ from, to, nCalls: n, wasMicroUsd: was, microUsd: now }) => [
        ...[from, to === null ? bad('nobody') : to === from ? dim('the same') : strong(to)],
        ...[String(n), moneyText(was), moneyText(now)],
      ]),
    ),
    [
      strong(`${moneyText(wasMicroUsd)} → ${moneyText(microUsd)}`),
      saved === 0 ? ', the same' : saved > 0 ? `, ${moneyText(saved)} less` : `, ${moneyText(-saved)} more`,
      `; ${nMoved} of ${countText(nCalls, 'call')} would move`,
    ],
    ...(nNowhere === 0 ? [] : [[bad(`for ${countText(nNowhere, 'call')} nobody would be asked`)] satisfies Line]),
    ...(nUnpriced === 0
      ? []
      : [[dim(`${countText(nUnpriced, 'call')} at a price that nobody knows, not counted`)] satisfies Line]),
  ];
}
