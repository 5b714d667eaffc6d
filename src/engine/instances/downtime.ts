import type { Engine } from '../engine.ts';

/**
 * Returns how long production was down, in milliseconds: from the last answer of the old instance to the row that proves the
 * first answer of the next one. An old one that did not answer any more counts from the row of `key`. Holds after a kill:
 * both times are on record.
 */
export function downtimeMs(engine: Engine, options: { old: string; next: string; key: string }): number {
  const { old, next, key } = options;
  const nowMs = engine.outside.clock.nowMs();
  const sinceMs = engine.template.work.kept(engine, old).lastAnswerAtMs ?? engine.ledger.latest(key)?.atMs ?? nowMs;
  const untilMs = engine.ledger.latest(`instance-up:${next}`)?.atMs ?? nowMs;
  return Math.max(0, untilMs - sinceMs);
}
