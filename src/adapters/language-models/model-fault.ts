import { Fault } from '../../base/fault.ts';
import { maskSecrets } from '../../domain/alerts/mask-secrets.ts';
import type { ModelCall, ModelFailure } from '../../ports/index.ts';
import { classifyFailure, type ToldFailure } from './classify-failure.ts';
import { AnswerError, CutStream } from './dialect.ts';
import { retryAfterMs } from './retry-after.ts';

/** Characters of a provider's own words that are told. */
const maxWords = 500;

export interface Circumstances {
  readonly call: ModelCall;
  readonly key: string | null;
  /** Something of the answer had come. */
  readonly streamed: boolean;
  /** Nothing came for as long as the call allows. */
  readonly isSilent: boolean;
  readonly nowMs: number;
}

/** Returns the fault of a call that failed. Neither it nor what it was made from tells the key. */
export function modelFault(error: unknown, circumstances: Circumstances): Fault {
  const { call, streamed, nowMs, isSilent } = circumstances;
  const { provider, model } = call;
  const told = readFailure(error);
  const reason = reasonOf(error, told, { streamed, isSilent });
  const headers = fieldOf(error, 'headers');
  const words = isSilent
    ? `nothing came for ${Math.round(call.silenceMs / 1000)} s`
    : cut(redactKey(told.message, circumstances.key));
  return new Fault('MODEL_FAILED', `${provider.id} (${model}) did not answer: ${words}.`, {
    data: {
      reason,
      status: told.status,
      retryAfterMs: headers instanceof Headers ? retryAfterMs(headers, nowMs) : null,
      provider: provider.id,
      model,
      streamed,
    },
  });
}

function reasonOf(
  error: unknown,
  told: ToldFailure,
  { streamed, isSilent }: Pick<Circumstances, 'streamed' | 'isSilent'>,
): ModelFailure {
  if (isSilent) return 'timeout';
  if (error instanceof CutStream) return 'cut';
  const isTold = told.status !== null || told.code !== '' || told.type !== '';
  if (isTold) return classifyFailure(told);
  if (error instanceof AnswerError || error instanceof SyntaxError) return 'invalid';
  if (streamed) return 'cut';
  return /tim(?:ed?|ing) ?-?out|ETIMEDOUT/i.test(`${told.message} ${causeText(error)}`) ? 'timeout' : 'network';
}

/** Reads what the SDKs throw, and what a provider tells within a stream. They nest the error's own object once, or not at all. */
function readFailure(error: unknown): ToldFailure {
  const body = error instanceof AnswerError ? error.body : fieldOf(error, 'error');
  const inner = objectOf(fieldOf(body, 'error')) ?? objectOf(body);
  const status = fieldOf(error, 'status');
  const message = fieldOf(inner, 'message');
  return {
    status: typeof status === 'number' ? status : null,
    code: textOf(fieldOf(inner, 'code')),
    type: textOf(fieldOf(inner, 'type')),
    message: typeof message === 'string' && message !== '' ? message : messageOf(error),
  };
}

function messageOf(error: unknown): string {
  const cause = causeText(error);
  const own = error instanceof Error ? error.message : 'it failed';
  return cause === '' || own.includes(cause) ? own : `${own} ${cause}`;
}

/** What the network said: `ECONNREFUSED`, `self-signed certificate`. */
function causeText(error: unknown, depth = 0): string {
  const cause = fieldOf(error, 'cause');
  if (!(cause instanceof Error) || depth > 4) return '';
  const code = textOf(fieldOf(cause, 'code'));
  const deeper = causeText(cause, depth + 1);
  return [cause.message === 'fetch failed' ? '' : cause.message, code, deeper].filter((text) => text !== '').join(' ');
}

function redactKey(text: string, key: string | null): string {
  const without = key === null || key === '' ? text : text.replaceAll(key, '[redacted]');
  return maskSecrets(without);
}

/** One line, without its own full stop. */
function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line.length > maxWords ? `${line.slice(0, maxWords)}…` : line;
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;

const objectOf = (value: unknown): object | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
