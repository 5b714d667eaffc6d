import { setTimeout as wait } from 'node:timers/promises';

/** Waits until something becomes so; fails with what it was about when it does not in time. */
export async function eventually(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  limitMs = 20_000,
): Promise<void> {
  for (const until = performance.now() + limitMs; performance.now() < until; await wait(10)) if (await isSo()) return;
  throw new Error(`not within ${limitMs} ms: ${what}`);
}
