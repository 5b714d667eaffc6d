import { Fault } from '../../base/fault.ts';
import { isApproval } from '../../domain/conditions/name.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { principalOf } from '../../domain/policy/principals.ts';
import { clearCondition, setCondition } from '../conditions/move.ts';
import type { Engine } from '../engine.ts';
import { actorOfMark } from '../tasks/actor-of-mark.ts';
import { accepted, type Handlers } from './handler.ts';

export const conditionRequests: Handlers<'condition.set' | 'condition.clear'> = {
  async 'condition.set'(engine, { name, evidence, expiresAtMs, by: typed }, request) {
    const by = actorOfMark(engine, typed);
    requireKnown(engine, name, by);
    await setCondition(engine, {
      ...{ name, by, evidence, expiresAtMs },
      answers: accepted(request, null, `${name} holds from now on.`),
    });
  },

  async 'condition.clear'(engine, { name, reason, by: typed }, request) {
    const by = actorOfMark(engine, typed);
    requireKnown(engine, name, by);
    await clearCondition(engine, {
      ...{ name, by, reason },
      answers: accepted(request, null, `${name} holds no longer.`),
    });
  },
};

/** What is called approved is said by those who may approve. Fault: `PRINCIPAL_UNKNOWN`. */
function requireKnown(engine: Engine, name: string, by: Actor): void {
  if (by.kind !== 'person' || !isApproval(name)) return;
  if (principalOf(engine.config.principals, by.name).kind === 'none')
    throw new Fault('PRINCIPAL_UNKNOWN', `The login ${by.name} is none of the principals of orchestrate.yaml.`, {
      hints: ['orchestrate principals list'],
    });
}
