import type { App } from '../../app/app.ts';
import type { TimesView } from '../../app/operations/_times.ts';
import type { OperationTable } from './commands.ts';
import { performOperation } from './perform-operation.ts';

const DAY_MS = 86_400_000;

/** Returns when a change that waits for a window merges, as people say it: `03:00`, `Sat 03:00`, `now`; null while that is not known. */
export async function loadTonight(context: {
  readonly app: App;
  readonly table: OperationTable;
}): Promise<string | null> {
  return tonightText((await performOperation(context, 'windows-list', {})) as TimesView);
}

/** The next window that opens; see `loadTonight`. */
export function tonightText({ state, times, zone, nowMs }: TimesView): string | null {
  if (state === 'open') return 'now';
  const next = times.find(({ kind, toMs }) => kind === 'window' && toMs > nowMs);
  if (next === undefined) return null;
  const parts = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone } as const;
  const isFar = next.fromMs - nowMs >= DAY_MS;
  return new Intl.DateTimeFormat('en-GB', isFar ? { ...parts, weekday: 'short' } : parts)
    .format(next.fromMs)
    .replace(',', '');
}
