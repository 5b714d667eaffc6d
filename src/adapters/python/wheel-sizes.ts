import type { Parts } from './parts.ts';

/** All questions together: a size is shown in the plan and decides nothing, so nobody waits long for it. */
const maxMs = 8000;
const concurrency = 8;

/** Asks the index how large files are. An address that gives no answer is left out; behind a proxy nobody is asked. */
export async function fetchSizes(parts: Parts, urls: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  if (parts.network.proxy !== undefined) return sizes;
  const signal = AbortSignal.timeout(maxMs);
  const queue = urls.filter((url) => /^https?:/.test(url));
  const work = async (): Promise<void> => {
    for (let url = queue.pop(); url !== undefined; url = queue.pop()) {
      const answer = await fetch(url, { method: 'HEAD', signal }).catch(() => undefined);
      const length = answer?.ok === true ? Number(answer.headers.get('content-length') ?? Number.NaN) : Number.NaN;
      if (Number.isSafeInteger(length) && length > 0) sizes.set(url, length);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return sizes;
}
