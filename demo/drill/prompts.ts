import { setTimeout as wait } from 'node:timers/promises';

import type { Graph } from './graphs.ts';

const ASK_MS = 2_000;
const END_MS = 20_000;

/** Posts a prompt as anybody could; returns whether it was taken. */
export async function post(port: number, id: string, prompt: Graph): Promise<boolean> {
  try {
    const body = JSON.stringify({ prompt, prompt_id: id });
    const answer = await fetch(`http://127.0.0.1:${port}/prompt`, {
      method: 'POST',
      body,
      signal: AbortSignal.timeout(ASK_MS),
    });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

/** Posts a prompt and waits for its end; returns whether that was a good one. */
export async function endsWell(port: number, id: string, prompt: Graph): Promise<boolean> {
  if (!(await post(port, id, prompt))) return false;
  for (const deadlineMs = performance.now() + END_MS; performance.now() < deadlineMs; await wait(200)) {
    const ending = await endingOf(port, id);
    if (ending !== undefined) return ending === 'success';
  }
  return false;
}

async function endingOf(port: number, id: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/history/${id}`, { signal: AbortSignal.timeout(ASK_MS) });
    const found = (await answer.json()) as Record<string, { status: { status_str: string } }>;
    return found[id]?.status.status_str;
  } catch {
    return undefined;
  }
}
