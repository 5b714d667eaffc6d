import type { Times } from '../policy/merge-time.ts';
import { entryText, freezeSpan, nextSpan } from '../policy/windows.ts';
import type { Seen } from './observed.ts';

/** Somebody agreed to maintenance now: a person said so, or a merge window that a person wrote is open. */
export const maintenanceApproved = 'ops-maint:maintenance_window_approved';

/** Says whether a merge window that somebody wrote is open now, and no freeze is in force. It holds until the window shuts. */
export function seeMaintenanceApproved({ windows, freezes }: Times, nowMs: number): Seen {
  const frozen = freezes.find(({ entry }) => {
    const { fromMs, toMs } = freezeSpan(entry);
    return fromMs <= nowMs && nowMs < toMs;
  });
  if (frozen !== undefined) return { holds: false, why: `${entryText(frozen.entry)}, says ${frozen.at}` };
  const open = windows
    .map((window) => ({ window, span: nextSpan(window.entry, nowMs) }))
    .filter(({ span }) => span.fromMs <= nowMs)
    .sort((a, b) => b.span.toMs - a.span.toMs)[0];
  if (open === undefined) return { holds: false, why: 'no merge window is open' };
  const { window, span } = open;
  return {
    holds: true,
    evidence: [`${window.at}: ${entryText(window.entry)}`],
    sinceMs: span.fromMs,
    expiresAtMs: span.toMs,
  };
}
