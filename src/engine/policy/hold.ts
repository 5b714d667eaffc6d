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
  const gated = gatedOf(context, change);
  const { run } = draftOf(context, change);
  if (!gated || isWayBack(context, run)) return undefined;
  const given = approvalsOf(context, gated).map(approvalOf);
  if (given.some(({ brokeGlass }) => brokeGlass)) return undefined;
  const hurried = dataOf('change.hurried', context.ledger.latest(`hurried:${change}`));
  const isNow = isHurried || (hurried?.base === gated.base && hurried.tree === gated.exact);
  const { clock, host } = context.outside;
  return holdOf({
    nowMs: clock.nowMs(),
    when: isNow ? 'now' : mergeTimeOf(given),
    needsWindow: ruledOf(context, change).asks.some(({ what }) => what === 'window'),
    times: timesOf(context),
    zone: host.timeZone,
  });
}

/** Says why it waits, until when, and what can be done about it. */
export function timeFault(context: EngineContext, change: string, hold: TimeHold): Fault {
  const { run } = draftOf(context, change);
  const breakGlass = `orchestrate review merge ${change} --break-glass --comment "<why>"`;
  const state = `Nothing has moved. It merges by itself then. When the supervisor was ended meanwhile, or the machine was off, type orchestrate runs resume ${run}.`;
  if (hold.kind === 'frozen') {
    const { entry, reason, at } = hold.freeze;
    const until = zonedText(hold.untilMs, entry.zone);
    return new Fault(
      'MERGE_FROZEN',
      `Nothing merges before ${until}: frozen${reason === null ? '' : ` (${reason})`}, says ${at}; the supervisor stays until then.`,
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
    `The window ${entryText(entry)}${at === 'built in' ? '' : ` (${at})`} opens ${zonedText(hold.opensMs, entry.zone)}${byRule === undefined ? '' : `, and ${byRule.at} wants it in a window`}; the supervisor stays until then.`,
    {
      hints: [byRule === undefined ? `orchestrate review merge ${change}` : breakGlass, 'orchestrate windows list'],
      state,
      data: { change, at, dueAtMs: hold.opensMs },
    },
  );
}
