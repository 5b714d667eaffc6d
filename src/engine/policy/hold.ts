import { Fault } from '../../base/fault.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { holdOf, type TimeHold } from '../../domain/policy/merge-time.ts';
import { mergeTimeOf } from '../../domain/policy/standing.ts';
import { entryText } from '../../domain/policy/windows.ts';
import { zonedText } from '../../domain/policy/zone.ts';
import { draftOf } from '../changes/draft.ts';
import { gatedOf } from '../changes/gate.ts';
import type { EngineContext } from '../context.ts';
import { approvalOf, approvalsOf } from './approvals.ts';
import { isWayBack, ruledOf } from './ruled.ts';
import { timesOf } from './times.ts';

/** Codes of the faults below: what they name passes with time, and the supervisor stays for it. */
export const timeHolds: ReadonlySet<string> = new Set(['MERGE_FROZEN', 'WINDOW_SHUT']);

/** What of the clock keeps an approved change from merging, or undefined. A way back never waits, nor does what broke the glass. */
export function findTimeHold(context: EngineContext, change: string, isHurried = false): TimeHold | undefined {
  const wanted = wantedTime(context, change, isHurried);
  if (wanted === undefined) return undefined;
  const { clock, host } = context.outside;
  return holdOf({ nowMs: clock.nowMs(), ...wanted, times: timesOf(context), zone: host.timeZone });
}

/** Whether it merges in a window only, open or not. */
export function mergesInWindow(context: EngineContext, change: string): boolean {
  const wanted = wantedTime(context, change, false);
  return wanted !== undefined && (wanted.needsWindow || wanted.when === 'window');
}

/** When it is to merge; undefined where the clock has no say. */
function wantedTime(context: EngineContext, change: string, isHurried: boolean) {
  const gated = gatedOf(context, change);
  const { run } = draftOf(context, change);
  if (!gated || isWayBack(context, run)) return undefined;
  const given = approvalsOf(context, gated).map(approvalOf);
  if (given.some(({ brokeGlass }) => brokeGlass)) return undefined;
  const hurried = dataOf('change.hurried', context.ledger.latest(`hurried:${change}`));
  const isNow = isHurried || (hurried?.base === gated.base && hurried.tree === gated.exact);
  const needsWindow = ruledOf(context, change).asks.some(({ what }) => what === 'window');
  return { when: isNow ? ('now' as const) : mergeTimeOf(given), needsWindow };
}

/** What becomes of an approval when another change merges first. */
export const movedBaseText = ({ config }: Pick<EngineContext, 'config'>): string =>
  config.policy.rules?.carry === 'disjoint'
    ? 'it is proven again then, and asked about again unless both touch nothing of each other (approval.carry: disjoint)'
    : 'it is proven and asked about again then (approval.carry: never)';

/** Says who merges first, and what that means for the one that was approved; nothing when it is the first. */
export function firstText(context: Pick<EngineContext, 'config'>, first: readonly string[]): string {
  if (first.length === 0) return '';
  return ` ${first.join(', ')} ${first.length === 1 ? 'comes' : 'come'} before it and will have moved the branch: ${movedBaseText(context)}.`;
}

/** Says why it waits, until when, and what can be done about it. `first`: approved changes that merge before it. */
export function timeFault(
  context: EngineContext,
  change: string,
  { hold, first }: { hold: TimeHold; first: readonly string[] },
): Fault {
  const { run } = draftOf(context, change);
  const breakGlass = `orchestrate review merge ${change} --break-glass --comment "<why>"`;
  const state = `Nothing has moved. It merges by itself then; where another change merges first, ${movedBaseText(context)}. When the supervisor was ended meanwhile, or the machine was off, type orchestrate runs resume ${run}.`;
  if (hold.kind === 'frozen') {
    const { entry, reason, at } = hold.freeze;
    const until = zonedText(hold.untilMs, entry.zone);
    return new Fault(
      'MERGE_FROZEN',
      `Nothing merges before ${until}: frozen${reason === null ? '' : ` (${reason})`}, says ${at}; the supervisor stays until then.${firstText(context, first)}`,
      {
        hints: ['orchestrate windows list', breakGlass],
        state,
        data: { change, at, dueAtMs: hold.untilMs },
      },
    );
  }
  const { entry, at } = hold.window;
  const byRule = ruledOf(context, change).asks.find(({ what }) => what === 'window');
  return new Fault(
    'WINDOW_SHUT',
    `The window ${entryText(entry)}${at === 'built in' ? '' : ` (${at})`} opens ${zonedText(hold.opensMs, entry.zone)}${byRule === undefined ? '' : `, and ${byRule.at} wants it in a window`}; the supervisor stays until then.${firstText(context, first)}`,
    {
      hints: [byRule === undefined ? `orchestrate review merge ${change}` : breakGlass, 'orchestrate windows list'],
      state,
      data: { change, at, dueAtMs: hold.opensMs },
    },
  );
}
