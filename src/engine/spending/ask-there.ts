import { Fault } from '../../base/fault.ts';
import { closedBy } from '../../domain/routing/breaker.ts';
import { targetOf } from '../../domain/routing/candidates.ts';
import type { ModelFailure } from '../../domain/routing/model-failure.ts';
import { fullShare, mayRepeat, nextTry, repeated } from '../../domain/routing/next-try.ts';
import type { ModelAnswer } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import type { Answered, AskOptions } from './ask-model.ts';
import type { Question } from './find-route.ts';
import { breakerOf, noteAnswered, noteFailed, noteSent, noteSentBack } from './note-health.ts';
import type { Held } from './reserve.ts';
import { failedRow, settleAnswered } from './settle.ts';

export type Outcome =
  | { readonly kind: 'answered'; readonly answered: Answered }
  | {
      readonly kind: 'failed';
      readonly nAttempts: number;
      readonly nTries: number;
      readonly fault: Fault;
      /** It is not asked again in this call. */
      readonly isTried: boolean;
      readonly isTooLong: boolean;
      readonly why: string;
    };

interface Attempts extends AskOptions {
  readonly held: Held;
  /** By the clock that never jumps. */
  readonly untilMs: number;
  /** Of this call, and those of them that this model failed. */
  readonly nAttempts: number;
  readonly nTries: number;
}

/** Longest time until the first token, and between two. */
const silenceMs = 120_000;

/**
 * Asks one model, again where that may help, and settles what was held back for it. After a part of an answer came, what was held back counts
 * as spent, and whoever asks has to reserve anew. Rejects with the signal's reason when that aborts, settled.
 */
export async function askThere(engine: Engine, question: Question, attempts: Attempts): Promise<Outcome> {
  const { held, untilMs, signal } = attempts;
  const { clock, random } = engine.outside;
  let attempt = attempts.nAttempts;
  for (let nTries = attempts.nTries + 1; ; nTries += 1) {
    attempt += 1;
    const sent = await send(engine, question, { ...attempts, nAttempts: attempt - 1 });
    if (sent.kind === 'answered') {
      await noteAnswered(engine, held.candidate);
      return { kind: 'answered', answered: await settleAnswered(engine, question, { held, attempt, ...sent }) };
    }
    const { fault, isStreamed } = sent;
    const reason = reasonOf(fault);
    const retryAfterMs = numberOf(fault.data?.['retryAfterMs']);
    const isOpen = await noteFailed(engine, held.candidate, { reason, retryAfterMs });
    const { shares } = engine.spending;
    const share = shares.get(held.candidate.provider.id) ?? fullShare;
    const next = nextTry({
      ...{ reason, retryAfterMs, nTries, mayRepeat: mayRepeat(share) },
      overloadWaitsMs: held.candidate.provider.quirks.overloadWaitsMs ?? null,
      chance: Number.parseInt(random.hex(4), 16) / 2 ** 32,
    });
    const afterMs = next.kind === 'again' && isOpen ? next.afterMs : null;
    const isAgain = afterMs !== null && clock.monotonicMs() + afterMs < untilMs;
    const keeps = isAgain && !isStreamed;
    const nextAtMs = isAgain ? clock.nowMs() + afterMs : null;
    await failedRow(engine, { ...{ held, attempt, fault, reason, isStreamed, keeps, nextAtMs } });
    if (isAgain) {
      shares.set(held.candidate.provider.id, repeated(share));
      if (!(await clock.sleep(afterMs, signal))) {
        if (keeps) await stopped(engine, { held, attempt, isStreamed: false });
        signal.throwIfAborted();
      }
    }
    if (keeps) {
      const closed = goOn(engine, held);
      if (closed === null) continue;
      const alone = new Fault('MODEL_FAILED', `Not asked again: ${closed.why}.`);
      await failedRow(engine, { held, attempt, fault: alone, reason, isStreamed, keeps: false, nextAtMs: null });
    }
    return {
      ...{
        kind: 'failed',
        nAttempts: attempt,
        nTries,
        fault,
        isTried: !isAgain && isOpen,
        isTooLong: next.kind === 'larger',
      },
      why: `it failed in this call: ${reason}`,
    };
  }
}

/** Other calls may have failed there meanwhile, and after a rest one alone tries it: returns why this one does not go on, or null. */
function goOn(engine: Engine, { candidate }: Held): { readonly why: string } | null {
  const closed = closedBy(breakerOf(engine, targetOf(candidate)), engine.outside.clock.nowMs());
  if (closed === null) noteSent(engine, candidate);
  return closed;
}

type Sent =
  | { readonly kind: 'answered'; readonly answer: ModelAnswer }
  | { readonly kind: 'failed'; readonly fault: Fault; readonly isStreamed: boolean };

/** One attempt in a place of its own. What is no fault of a model is settled and thrown on. */
async function send(engine: Engine, { asked }: Question, attempts: Attempts): Promise<Sent> {
  const { held, signal, onText, onToken, nAttempts } = attempts;
  const { provider, model } = held.candidate;
  const { conversation, system, tools, messages, format } = asked;
  let isSent = false;
  let isStreamed = false;
  try {
    const answer = await engine.spending.places.take({ provider, conversation, signal }, () => {
      isSent = true;
      const maxOutputTokens = Math.min(asked.maxOutputTokens, model.maxOutputTokens);
      return engine.outside.models.ask(
        {
          ...{ provider, model: model.id, system, tools, messages, maxOutputTokens, silenceMs, cacheKey: conversation },
          ...(format === undefined ? {} : { format }),
        },
        {
          signal,
          onToken: () => {
            isStreamed = true;
            onToken?.();
          },
          onText: (text) => {
            isStreamed = true;
            onText?.(text);
          },
        },
      );
    });
    return { kind: 'answered', answer };
  } catch (error) {
    const isOfModel = error instanceof Fault && ['MODEL_FAILED', 'MODEL_KEY_MISSING'].includes(error.code);
    if (isOfModel && !signal.aborted) {
      return { kind: 'failed', fault: error, isStreamed: isStreamed || error.data?.['streamed'] === true };
    }
    await stopped(engine, { held, attempt: nAttempts + 1, isStreamed: isSent });
    signal.throwIfAborted();
    throw error;
  }
}

/** Nobody waits for the answer any more: what was sent counts as spent, for nobody will say what it cost. */
async function stopped(
  engine: Engine,
  { held, attempt, isStreamed }: { held: Held; attempt: number; isStreamed: boolean },
): Promise<void> {
  noteSentBack(engine, held.candidate);
  const fault = new Fault('INTERRUPTED', 'It was broken off.');
  await failedRow(engine, { held, attempt, fault, reason: 'stopped', isStreamed, keeps: false, nextAtMs: null });
}

const reasonOf = (fault: Fault): ModelFailure =>
  fault.code === 'MODEL_KEY_MISSING' ? 'auth' : ((fault.data?.['reason'] as ModelFailure | undefined) ?? 'network');

const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);
