import { Fault } from '../../base/fault.ts';
import type { Dialect } from '../../domain/providers/provider.ts';
import { usageOf } from '../../domain/spending/usage-of.ts';
import type { Clock, Files, LanguageModels } from '../../ports/index.ts';
import { speakAnthropic } from './anthropic.ts';
import type { Speak } from './dialect.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { createKeyReader } from './keys.ts';
import { modelFault } from './model-fault.ts';
import { speakChat } from './openai-chat.ts';
import { speakResponses } from './openai-responses.ts';
import { watchSilence } from './silence.ts';

const speakers: Readonly<Record<Dialect, Speak>> = {
  anthropic: speakAnthropic,
  'openai-responses': speakResponses,
  'openai-chat': speakChat,
};

/** Creates what asks language models over the network. The SDKs are read at the first question. */
export function createLanguageModels({
  files,
  clock,
  env,
  learn = () => {},
}: {
  readonly files: Files;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told each key that is read. */
  readonly learn?: (secrets: readonly string[]) => void;
}): LanguageModels {
  const readKey = createKeyReader({ files, env, learn });
  return {
    async ask(call, { signal, onText, onToken }) {
      signal.throwIfAborted();
      requireSafeUrl(call.provider.url);
      const key = await readKey(call.provider);
      const startedMs = clock.monotonicMs();
      let firstMs: number | undefined;
      const silence = watchSilence(clock, call.silenceMs);
      const fetch = guardedFetch({ onBytes: silence.stirred });
      const heard = (text?: string): void => {
        firstMs ??= clock.monotonicMs();
        silence.heard();
        onToken?.();
        if (text) onText?.(text);
      };
      const both = AbortSignal.any([signal, silence.signal]);
      try {
        const told = await speakers[call.provider.dialect]({ call, key, signal: both, fetch, heard });
        // A stream that was called off ends like one that was cut: neither is an answer.
        both.throwIfAborted();
        const endedMs = clock.monotonicMs();
        return {
          ...told,
          usage: usageOf(call.provider.dialect, told.rawUsage, call.provider.quirks),
          firstTokenMs: (firstMs ?? endedMs) - startedMs,
          durationMs: endedMs - startedMs,
        };
      } catch (error) {
        signal.throwIfAborted();
        const isSilent = silence.signal.aborted;
        throw modelFault(error, { call, key, streamed: firstMs !== undefined, isSilent, nowMs: clock.nowMs() });
      } finally {
        silence.end();
      }
    },
    async hasKey(provider) {
      try {
        await readKey(provider);
        return true;
      } catch (error) {
        if (error instanceof Fault) return false;
        throw error;
      }
    },
  };
}

/** A key goes over https, or stays on this machine. The configuration says so too; this is the door. */
function requireSafeUrl(text: string): void {
  const url = new URL(text);
  const isLoopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)) return;
  throw new Error(`a provider’s address is neither https nor of this machine: ${url.origin}`);
}
