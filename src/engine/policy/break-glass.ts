import { row } from '../../domain/journal/kinds.ts';
import type { Approval } from '../../domain/policy/standing.ts';
import { missingText } from '../../domain/policy/standing.ts';
import type { Drafted } from '../changes/draft.ts';
import type { Gated } from '../changes/gate.ts';
import type { EngineContext } from '../context.ts';
import { standingOfChange } from './approvals.ts';
import { findTimeHold, timeFault } from './hold.ts';

/** What would keep it from merging without the glass being broken, as sentences. */
export function passedOver(context: EngineContext, gated: Gated, plain: Approval): readonly string[] {
  const { missing } = standingOfChange(context, gated, [{ ...plain, brokeGlass: false }]);
  const hold = findTimeHold(context, gated.change, true);
  return [
    ...missing.map((one) => `${missingText(one)}, which ${one.ask.at} asks for`),
    ...(hold === undefined ? [] : [timeFault(context, gated.change, { hold, first: [] }).message]),
  ];
}

/** The record of it, open until a person has looked at it. */
export function glassRow(
  { ledger }: EngineContext,
  options: { drafted: Drafted; gated: Gated; approval: Approval; overrode: readonly string[] },
) {
  const { drafted, gated, approval, overrode } = options;
  const n = ledger.read({ key: 'glass' }).filter(({ kind }) => kind === 'glass.broken').length + 1;
  const data = {
    id: `f${n}`,
    change: drafted.change,
    base: gated.base,
    tree: gated.exact,
    by: approval.by,
    reason: approval.comment ?? '',
    overrode,
  };
  return row('glass.broken', data, { run: drafted.run, keys: [`glass:${data.id}`, 'glass'] });
}
