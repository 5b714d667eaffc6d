import type { Parts } from './parts.ts';

/** All questions together: a size is shown in the plan and counted against the cap, but nobody waits long for it. */
const maxMs = 8000;
const concurrency = 8;

/** Asks the index how large files are, the way its pages are read. An address that gives no answer is left out. */
export async function fetchSizes(parts: Parts, urls: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  const signal = AbortSignal.timeout(maxMs);
  const queue = urls.filter((url) => /^https?:/.test(url));
  if (queue.length === 0) return sizes;
  // Loaded where it is used, as in `offers.ts`.
  const { getSize } = await import('./index-http.ts');
  const work = async (): Promise<void> => {
    for (let text = queue.pop(); text !== undefined; text = queue.pop()) {
      const size = await getSize(parts.network, { url: new URL(text), signal });
      if (size !== undefined) sizes.set(text, size);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return sizes;
}
