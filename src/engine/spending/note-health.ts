import { dataOf, row } from '../../domain/journal/kinds.ts';
import {
  type Breaker,
  breakerAnswered,
  breakerFailed,
  breakerSent,
  breakerUntouched,
  closedBy,
  freshBreaker,
} from '../../domain/routing/breaker.ts';
import { type Candidate, targetOf } from '../../domain/routing/candidates.ts';
import type { ModelFailure } from '../../domain/routing/model-failure.ts';
import { earned, fullShare } from '../../domain/routing/next-try.ts';
import type { Engine } from '../engine.ts';
import type { RouteScene } from './spending.ts';

/** Returns how the model stands. After a start of the supervisor it is still left alone for as long as was written. */
export function breakerOf({ spending: { breakers }, ledger }: RouteScene, target: string): Breaker {
  const known = breakers.get(target);
  if (known !== undefined) return known;
  const rested = dataOf('provider.rested', ledger.latest(`provider-rest:${target}`));
  const breaker = rested === undefined ? freshBreaker : { ...freshBreaker, untilMs: rested.untilMs, why: rested.why };
  breakers.set(target, breaker);
  return breaker;
}

/** A call is on its way: after a rest it is the one that tries the model. */
export function noteSent(engine: Engine, candidate: Candidate): void {
  const target = targetOf(candidate);
  engine.spending.breakers.set(target, breakerSent(breakerOf(engine, target)));
}

/** Nobody waits for its end any more: nothing was learned. */
export function noteSentBack(engine: Engine, candidate: Candidate): void {
  const target = targetOf(candidate);
  engine.spending.breakers.set(target, breakerUntouched(breakerOf(engine, target)));
}

/** It answered: `provider.resumed` where it had been left alone. */
export async function noteAnswered(engine: Engine, candidate: Candidate): Promise<void> {
  const { breakers, shares, places } = engine.spending;
  const { provider, model } = candidate;
  const target = targetOf(candidate);
  const before = breakerOf(engine, target);
  breakers.set(target, breakerAnswered(before));
  shares.set(provider.id, earned(shares.get(provider.id) ?? fullShare));
  places.answered();
  if (before.untilMs === null) return;
  const data = { provider: provider.id, model: model.id };
  await engine.ledger.append([row('provider.resumed', data, { keys: [`provider-rest:${target}`] })]);
}

/** It failed: `provider.rested` where it is left alone from now on. Returns whether it may still be asked. */
export async function noteFailed(
  engine: Engine,
  candidate: Candidate,
  { reason, retryAfterMs }: { readonly reason: ModelFailure; readonly retryAfterMs: number | null },
): Promise<boolean> {
  const { breakers, places } = engine.spending;
  const { provider, model } = candidate;
  const target = targetOf(candidate);
  const nowMs = engine.outside.clock.nowMs();
  const after = breakerFailed(breakerOf(engine, target), { reason, nowMs, retryAfterMs });
  breakers.set(target, after);
  const closed = closedBy(after, nowMs);
  if (reason === 'rate-limit' || reason === 'overload') places.crowded(provider, closed === null ? retryAfterMs : null);
  if (closed === null) return true;
  const data = { provider: provider.id, model: model.id, ...closed };
  await engine.ledger.append([row('provider.rested', data, { keys: [`provider-rest:${target}`] })]);
  return false;
}
