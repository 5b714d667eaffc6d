import type { Engine } from '../engine.ts';

/** What a change waits for on a remote, until a look shows that it is gone. */
export const remotePassing: ReadonlySet<string> = new Set(['REMOTE_MOVED', 'REMOTE_UNREACHABLE', 'REMOTE_AWAITED']);

/** Looks at a remote begin this far apart and become rarer, up to the second number: whoever waits long is in no hurry. */
const [firstMs, rarestMs] = [2_000, 60_000];
interface Look {
  readonly code: string;
  readonly nextMs: number;
  readonly waitMs: number;
}
const looks = new WeakMap<Engine, Map<string, Look>>();

/** Whether it is time to ask the remote again for a change that waits for it. What it waits for anew is asked for soon. */
export function mayAskRemote(engine: Engine, change: string, code: string): boolean {
  const known = looks.get(engine) ?? new Map<string, Look>();
  looks.set(engine, known);
  const nowMs = engine.outside.clock.monotonicMs();
  const before = known.get(change);
  const last = before?.code === code ? before : { nextMs: 0, waitMs: firstMs };
  if (nowMs < last.nextMs) return false;
  known.set(change, { code, nextMs: nowMs + last.waitMs, waitMs: Math.min(rarestMs, last.waitMs * 2) });
  return true;
}
