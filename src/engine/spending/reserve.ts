import { row } from '../../domain/journal/kinds.ts';
import type { Candidate } from '../../domain/routing/candidates.ts';
import type { Route } from '../../domain/routing/choose.ts';
import type { Amount } from '../../domain/spending/amount.ts';
import { findNear, type Spender } from '../../domain/spending/budgets.ts';
import type { Engine } from '../engine.ts';
import { heldFor, type Question, spenderOf } from './find-route.ts';
import { levelsNow } from './limits.ts';
import { noteSent } from './note-health.ts';

/** What is held back for a call, and for whom. */
export interface Held {
  readonly call: string;
  readonly candidate: Candidate;
  readonly spender: Spender;
  readonly amount: Amount;
}

/**
 * Holds back what the call may need at most, and writes it: `model.reserved`, and `budget.near` where a budget is nearly gone. Called right after
 * the choice, with no wait between the two, so that nothing else takes the same room.
 */
export async function reserve(
  engine: Engine,
  question: Question,
  { call, attempt, route }: { call: string; attempt: number; route: Extract<Route, { kind: 'chosen' }> },
): Promise<Held> {
  const { asked, estimate } = question;
  const { run, task, agent, conversation, taskType, wanted } = asked;
  const { choice, why, rejected } = route;
  const { book } = engine.spending;
  const spender = spenderOf(engine, asked, choice);
  const amount = heldFor(choice, estimate);
  const letGo = book.hold(spender, amount);
  noteSent(engine, choice);
  try {
    const target = { provider: choice.provider.id, model: choice.model.id };
    const reserved = row(
      'model.reserved',
      {
        ...{ call, attempt, run, task, agent, conversation, taskType, wanted, ...target, reserved: amount },
        ...{ inputTokens: estimate.inputTokens, outputTokens: estimate.outputTokens, why, rejected },
      },
      { run, keys: [`model-call:${call}`, 'spending', `talk:${conversation}`] },
    );
    await book.write([reserved, ...nearRows(engine, spender)]);
  } finally {
    letGo();
  }
  return { call, candidate: choice, spender, amount };
}

/** Once for each limit: a raised one is told again. */
function nearRows(engine: Engine, spender: Spender): readonly ReturnType<typeof row>[] {
  return findNear(levelsNow(engine, spender)).flatMap((level) => {
    const key = `budget-near:${level.scope}:${level.name}:${level.unit}`;
    const day = level.scope === 'agent' || level.scope === 'provider' ? `:${spender.day}` : '';
    if (engine.ledger.latest(`${key}${day}`)?.data['limit'] === level.limit) return [];
    return [row('budget.near', level, { run: level.scope === 'run' ? spender.run : null, keys: [`${key}${day}`] })];
  });
}
