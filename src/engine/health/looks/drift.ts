import { dataOf } from '../../../domain/journal/kinds.ts';
import { isNotable } from '../../../domain/outside/choose.ts';
import { summaryText } from '../../../domain/outside/describe.ts';
import type { HealthLook } from '../look.ts';

/** What moved behind our back and is neither kept nor discarded, as it was last looked at. */
export const lookAtDrift: HealthLook = async ({ ledger, config, outside }) => {
  const entry = ledger.latest('outside:found');
  const baseline = ledger.latest('outside:baseline');
  const row = entry ?? baseline;
  if (row === undefined)
    return {
      state: 'unknown',
      sentence:
        config.adopted === null ? 'nothing was adopted, and home was not looked at' : 'it was not looked at yet',
      evidence: [],
      hint: 'orchestrate outside list',
    };
  const open = (dataOf('outside.found', entry)?.differences ?? []).filter(isNotable);
  const hours = Math.round((outside.clock.nowMs() - row.atMs) / 3_600_000);
  const when = hours < 1 ? 'less than an hour ago' : `${hours} h ago`;
  if (open.length === 0)
    return { state: 'good', sentence: `nothing moved, looked at ${when}`, evidence: [`#${row.seq}`], hint: null };
  const sentence = `${summaryText(open)}, looked at ${when}`;
  return { state: 'warning', sentence, evidence: [`#${row.seq}`], hint: 'orchestrate outside list' };
};
