import { AnswerError } from './dialect.ts';

/** Bytes of one answer at most. A stream wraps each token in some hundred bytes: 128,000 tokens are about 40 MB. */
const maxBytes = 128 * 1024 * 1024;
/** Bytes of an answer that is an error. */
const maxErrorBytes = 1024 * 1024;

export interface FetchGuard {
  readonly bytes?: number;
  readonly errorBytes?: number;
  /** Something came, if only a ping. */
  readonly onBytes?: () => void;
}

/**
 * Returns a `fetch` for calls with a key: it goes where it was sent and nowhere else (a redirect would take the key along), and what
 * comes back has a limit.
 */
export function guardedFetch(guard: FetchGuard = {}): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'error' });
    guard.onBytes?.();
    if (response.body === null) return response;
    const limit = response.ok ? (guard.bytes ?? maxBytes) : (guard.errorBytes ?? maxErrorBytes);
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(limited(limit, guard.onBytes)), { status, statusText, headers });
  };
}

function limited(limit: number, onBytes?: () => void): TransformStream<Uint8Array, Uint8Array> {
  let nBytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      onBytes?.();
      nBytes += chunk.byteLength;
      if (nBytes > limit) controller.error(new AnswerError(`the answer is larger than ${limit} bytes`));
      else controller.enqueue(chunk);
    },
  });
}
