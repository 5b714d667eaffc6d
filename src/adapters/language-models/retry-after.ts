/** A day: whoever asks for longer is not waited for by a number. */
const mostMs = 86_400_000;

/**
 * Returns for how long a provider asks not to be called, in milliseconds, or null where it does not say: `retry-after-ms`,
 * `retry-after` in seconds or as a date, else the reset of the limit that is used up (`anthropic-ratelimit-*-reset`,
 * `x-ratelimit-reset-*`).
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const ms = inMs(headers, nowMs) ?? usedUpMs(headers, nowMs);
  return ms === null || !Number.isFinite(ms) ? null : Math.min(mostMs, Math.max(0, Math.round(ms)));
}

function inMs(headers: Headers, nowMs: number): number | null {
  const exact = Number(headers.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(exact)) return exact;
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}(?:\.\d{1,6})?$/.test(text)) return Number(text) * 1000;
  return untilMs(text, nowMs);
}

/** A limit is used up when nothing of it remains. */
function usedUpMs(headers: Headers, nowMs: number): number | null {
  const waits: number[] = [];
  for (const [name, value] of headers) {
    if (!/^(?:anthropic|x)-ratelimit-/.test(name) || !name.includes('reset')) continue;
    if (Number(headers.get(name.replace('reset', 'remaining')) ?? Number.NaN) !== 0) continue;
    const ms = name.startsWith('x-') ? spanMs(value) : untilMs(value, nowMs);
    if (ms !== null) waits.push(ms);
  }
  return waits.length === 0 ? null : Math.max(...waits);
}

function untilMs(text: string, nowMs: number): number | null {
  const atMs = /[-:]| /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? null : atMs - nowMs;
}

/** `1m30s`, `6.2s`, `250ms`: how OpenAI writes a span. */
function spanMs(text: string): number | null {
  const match = /^(?:(\d{1,6})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,9}(?:\.\d{1,9})?)s)?(?:(\d{1,9})ms)?$/.exec(text);
  if (match === null || text === '') return null;
  const [hours, minutes, seconds, ms] = match.slice(1).map((part) => Number(part ?? 0));
  return ((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000 + (ms ?? 0);
}
