import type { MergeTime } from './rules.ts';
import { type Freeze, freezeSpan, type MergeWindow, nextSpan, weekdays } from './windows.ts';

/** A window or freeze that is in force, and where it stands: a place in a file, or a journal row. */
export interface InForce<Entry> {
  /** `w3`, or the place in the file. */
  readonly id: string;
  readonly entry: Entry;
  readonly reason: string | null;
  readonly at: string;
}

export interface Times {
  readonly windows: readonly InForce<MergeWindow>[];
  readonly freezes: readonly InForce<Freeze>[];
}

/** Why a change does not merge at this time. */
export type TimeHold =
  | { readonly kind: 'frozen'; readonly freeze: InForce<Freeze>; readonly untilMs: number }
  | { readonly kind: 'shut'; readonly window: InForce<MergeWindow>; readonly opensMs: number };

/** What `--tonight` means where no window is written. */
export const tonight = (zone: string): InForce<MergeWindow> => ({
  id: 'tonight',
  entry: { kind: 'window', days: weekdays, from: '03:00', to: '05:00', zone },
  reason: null,
  at: 'built in',
});

/**
 * Returns what keeps an approved change from merging now, or undefined. In a freeze nothing merges; outside of one, what was approved
 * for now merges now unless a rule wants it in a window, and what was approved for the window merges when one is open.
 */
export function holdOf(options: {
  readonly nowMs: number;
  readonly when: MergeTime;
  /** A rule wants it in a window. */
  readonly needsWindow: boolean;
  readonly times: Times;
  /** Zone of this machine. */
  readonly zone: string;
}): TimeHold | undefined {
  const { nowMs, when, needsWindow, times, zone } = options;
  for (const freeze of times.freezes) {
    const { fromMs, toMs } = freezeSpan(freeze.entry);
    if (fromMs <= nowMs && nowMs < toMs) return { kind: 'frozen', freeze, untilMs: toMs };
  }
  if (when === 'now' && !needsWindow) return undefined;
  const windows = times.windows.length === 0 ? [tonight(zone)] : times.windows;
  const [next] = windows
    .map((window) => ({ window, opensMs: nextSpan(window.entry, nowMs).fromMs }))
    .sort((a, b) => a.opensMs - b.opensMs);
  if (next === undefined || next.opensMs <= nowMs) return undefined;
  return { kind: 'shut', ...next };
}
