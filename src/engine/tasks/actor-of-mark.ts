import type { Actor } from '../../domain/journal/actor.ts';
import type { EngineContext } from '../context.ts';
import { attemptOfMark } from './attempt-of-mark.ts';

/** Returns who a program of ours is: the agent of the attempt whose mark is its name; anybody else as given. */
export function actorOfMark(context: Pick<EngineContext, 'config' | 'definitions' | 'ledger'>, by: Actor): Actor {
  const attempt = by.kind === 'program' ? attemptOfMark(context, by.name) : undefined;
  return attempt === undefined ? by : { kind: 'program', name: attempt.agent };
}
