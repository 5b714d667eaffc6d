import { Fault } from '../../src/base/fault.ts';
import type { ToolCall } from '../../src/domain/conversations/message.ts';
import { noUsage } from '../../src/domain/spending/cost.ts';
import type { TokenUsage } from '../../src/domain/spending/token-usage.ts';
import type { LanguageModels, ModelAnswer, ModelCall, ModelFailure } from '../../src/ports/index.ts';
import type { Clock } from '../../src/ports/system.ts';

/** What the next call is answered with. */
export type ScriptedAnswer =
  | {
      readonly text?: string;
      readonly calls?: readonly (Omit<ToolCall, 'id'> & { readonly id?: string })[];
      readonly stop?: ModelAnswer['stop'];
      readonly usage?: Partial<TokenUsage>;
      readonly opaque?: ModelAnswer['opaque'];
      /** Name under which the provider says it answered. */
      readonly model?: string;
      /** Time until the answer is there, in milliseconds of the clock. */
      readonly takesMs?: number;
    }
  | {
      readonly fails: ModelFailure;
      readonly status?: number;
      readonly retryAfterMs?: number;
      /** Text that came before it failed. */
      readonly after?: string;
      readonly takesMs?: number;
    };

/** A script, or what decides by what is asked. */
export type Script = ScriptedAnswer | ((call: ModelCall) => ScriptedAnswer);

export interface FakeLanguageModels extends LanguageModels {
  /** Every call that was sent, in order. */
  readonly asked: ModelCall[];
  /** Adds answers; each answers one call. */
  say(...answers: readonly Script[]): void;
  /** Answers whatever the script does not. */
  otherwise(answer: (call: ModelCall) => ScriptedAnswer): void;
  /** Ids of providers whose key is not there. */
  readonly withoutKey: Set<string>;
}

/** Creates language models that answer by a script. A call beyond it is a bug of the test. */
export function createFakeLanguageModels(clock: Clock): FakeLanguageModels {
  const script: Script[] = [];
  const asked: ModelCall[] = [];
  const withoutKey = new Set<string>();
  let rest: ((call: ModelCall) => ScriptedAnswer) | undefined;
  let nIds = 0;
  return {
    asked,
    withoutKey,
    say: (...answers) => void script.push(...answers),
    otherwise: (answer) => {
      rest = answer;
    },
    hasKey: async (provider) => !withoutKey.has(provider.id),
    async ask(call, { signal, onText, onToken }) {
      signal.throwIfAborted();
      if (withoutKey.has(call.provider.id))
        throw new Fault('MODEL_KEY_MISSING', `The key of ${call.provider.id} is not there.`);
      asked.push(call);
      const next = script.shift() ?? rest;
      if (next === undefined) throw new Error(`nobody scripted call ${asked.length}`);
      const answer = typeof next === 'function' ? next(call) : next;
      const startedMs = clock.monotonicMs();
      const takesMs = answer.takesMs ?? 0;
      const isSilent = takesMs > call.silenceMs;
      await clock.sleep(Math.min(takesMs, call.silenceMs), signal);
      signal.throwIfAborted();
      if (isSilent) throw failure(call, { fails: 'timeout' });
      const text = 'fails' in answer ? (answer.after ?? '') : (answer.text ?? '');
      if (text !== '') {
        onToken?.();
        onText?.(text);
      }
      if ('fails' in answer) throw failure(call, answer);
      const calls = (answer.calls ?? []).map((one) => ({ ...one, id: one.id ?? `call-${(nIds += 1)}` }));
      const usage = { ...noUsage, ...answer.usage };
      return {
        text,
        calls,
        stop: answer.stop ?? (calls.length > 0 ? 'tools' : 'end'),
        usage,
        rawUsage: { ...usage },
        model: answer.model ?? call.model,
        ...(answer.opaque === undefined ? {} : { opaque: answer.opaque }),
        firstTokenMs: clock.monotonicMs() - startedMs,
        durationMs: clock.monotonicMs() - startedMs,
      };
    },
  };
}

function failure({ provider, model }: ModelCall, answer: Extract<ScriptedAnswer, { fails: ModelFailure }>): Fault {
  return new Fault('MODEL_FAILED', `${provider.id} (${model}) did not answer: ${answer.fails}.`, {
    data: {
      reason: answer.fails,
      status: answer.status ?? null,
      retryAfterMs: answer.retryAfterMs ?? null,
      provider: provider.id,
      model,
      streamed: answer.after !== undefined,
    },
  });
}
