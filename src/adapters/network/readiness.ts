import type { Readiness } from '../../ports/readiness.ts';

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Creates the adapter that asks a service of this machine for its readiness. */
export function createReadiness(): Readiness {
  return {
    status(url, { timeoutMs }) {
      const { protocol, hostname } = new URL(url);
      if (protocol !== 'http:' || !loopback.has(hostname)) throw new Error(`not a loopback address: ${url}`);
      return statusOf(url, timeoutMs);
    },
  };
}

async function statusOf(url: string, timeoutMs: number): Promise<number | undefined> {
  // Loaded where it is used: it takes a quarter of the time in which a command begins.
  const { get } = await import('node:http');
  return new Promise((resolve) => {
    const request = get(url, { agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      resolve(response.statusCode);
      response.destroy();
    });
    request.on('error', () => resolve(undefined));
  });
}
