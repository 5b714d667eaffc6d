import { Fault } from '../../base/fault.ts';
import { candidatesOf } from '../../domain/routing/candidates.ts';
import type { Rejected, RejectReason } from '../../domain/routing/rejected.ts';
import { findReached } from '../../domain/spending/budgets.ts';
import { heldFor, type Question, spenderOf } from './find-route.ts';
import { levelsNow } from './limits.ts';
import { budgetFault } from './require-room.ts';
import type { RouteScene } from './spending.ts';

/** Returns why nobody is asked. `last`: what the model that was asked last failed with, where one was. */
export function noRoute(
  engine: RouteScene,
  question: Question,
  { rejected, last }: { readonly rejected: readonly Rejected[]; readonly last: Fault | undefined },
): Fault {
  const { asked } = question;
  const names = (reason: RejectReason): readonly Rejected[] => rejected.filter((one) => one.reason === reason);
  const told = (some: readonly Rejected[]): string =>
    some
      .slice(0, 3)
      .map(({ provider, model, why }) => `${provider}/${model}: ${why}`)
      .join('; ');
  const data = { rejected };
  const hints = [`orchestrate route explain --type ${asked.taskType}`];
  if (last !== undefined && names('tried').length > 0)
    return new Fault('MODEL_FAILED', last.message, { ...asData(last), hints: last.hints, cause: last });
  if (names('budget').length > 0) return budgetReached(engine, question);
  if (names('closed').length > 0)
    return new Fault('MODEL_FAILED', `No model can be asked now. ${told(names('closed'))}.`, {
      hints,
      data: { ...data, reason: 'overload', status: null, retryAfterMs: null, streamed: false },
    });
  if (names('key').length > 0)
    return new Fault('MODEL_KEY_MISSING', `Nobody can be asked without a key. ${told(names('key'))}.`, { data });
  if (names('price').length > 0)
    return new Fault('MODEL_PRICE_UNKNOWN', `Nobody is asked for a price that nobody knows. ${told(names('price'))}.`, {
      hints: ['Write prices of the model into compute.providers, or unknown-prices: take.', ...hints],
      data,
    });
  if (names('context').length > 0)
    return new Fault('MODEL_FAILED', `It is too long for every model. ${told(names('context'))}.`, {
      hints,
      data: { ...data, reason: 'context', status: null, retryAfterMs: null, streamed: false },
    });
  const whom = asked.wanted === null ? `for ${asked.taskType}` : `named ${asked.wanted}`;
  return new Fault('MODEL_NONE', `No model ${whom} is configured.${rejected.length > 0 ? ` ${told(rejected)}.` : ''}`, {
    hints,
    data,
  });
}

const asData = (fault: Fault): { data?: Readonly<Record<string, unknown>> } =>
  fault.data === undefined ? {} : { data: fault.data };

/** Nothing was sent: the first budget without room for the candidate that comes first. */
function budgetReached(engine: RouteScene, { asked, compute, estimate }: Question): Fault {
  const { candidates } = candidatesOf({
    ...{ providers: compute.providers, rules: compute.rules, taskType: asked.taskType, wanted: asked.wanted },
  });
  for (const candidate of candidates) {
    const needed = heldFor(candidate, estimate);
    const level = findReached(levelsNow(engine, spenderOf(engine, asked, candidate)), needed);
    if (level !== undefined) return budgetFault(level, { run: asked.run, agent: asked.agent, needed });
  }
  return new Fault('BUDGET_REACHED', 'A call may need more than is left of a budget.');
}
