import { row } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { bringToRest, isFrozen } from '../services/freeze.ts';

/** What is at work is given this long to end by itself: shorter than the 90 s after which systemd and launchd kill. */
export const drainMs = 60_000;

/** Effects that only wait for their turn or their time: nothing is lost when they are called off. */
const waits: ReadonlySet<string> = new Set(['lease', 'waitUntil', 'admit']);

/**
 * Resolves when what is at work has ended, or after `drainMs`: the rest is parked, for the next supervisor to begin again as after a
 * kill, and no program is left but production. Writes `supervisor.drained` when there was anything. Of one that ends because it has
 * nothing to do, nothing is taken.
 */
export async function drain(engine: Engine): Promise<object> {
  const { host, ledger, outside } = engine;
  const { clock } = outside;
  if (!host.isEnding) return {};
  const startedMs = clock.monotonicMs();
  const atWork = (): readonly string[] =>
    host
      .atWork()
      .filter(({ effect }) => !waits.has(effect))
      .map(({ subject, effect }) => `${subject} ${effect}`);
  const found = new Set(atWork());
  let still = [...found];
  // A service that starts or stops waits for its next prompt with no effect at work. What is frozen does not go on at all.
  let isTurning = !isFrozen(ledger);
  if (isTurning) void engine.turnsAtRest().then(() => (isTurning = false));
  while ((still.length > 0 || isTurning) && clock.monotonicMs() - startedMs < drainMs) {
    await clock.sleep(50);
    still = [...atWork()];
    // A step at work may start and stop services of its own until it ends.
    for (const one of still) found.add(one);
  }
  const { stopped } = await bringToRest(engine);
  if (found.size === 0 && stopped.length === 0) return {};
  const finished = [...found].filter((one) => !still.includes(one));
  const durationMs = Math.round(clock.monotonicMs() - startedMs);
  await ledger.append([row('supervisor.drained', { finished, parked: still, stopped, durationMs })]);
  return {};
}
