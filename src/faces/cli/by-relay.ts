import type { JsonObject } from '../../base/json.ts';
import type { AttemptRelay } from '../../ports/attempt-sockets.ts';
import { exitStatusOf } from './exit-status.ts';
import { answerClaudeCode } from './for-claude-code.ts';
import { printOutput } from './print-output.ts';
import type { Streams } from './streams.ts';

interface Relayed {
  readonly key: string;
  readonly input: unknown;
  readonly relay: AttemptRelay;
  readonly streams: Streams;
  readonly signal: AbortSignal;
  readonly json: boolean;
}

/**
 * Answers inside the wall of an attempt: a hook is performed by whoever holds the socket, and MCP speaks of the attempt's tools. Returns the exit
 * status. Faults: `SOCKET_UNAVAILABLE`, and those of the hook.
 */
export async function answerByRelay({ key, input, relay, streams, signal, json }: Relayed): Promise<number> {
  if (key === 'mcp') {
    const { speakRelay } = await import('../mcp/stdio.ts');
    await speakRelay(relay, { input: process.stdin, output: process.stdout }, signal);
    return 0;
  }
  const output = await relay.hook({ hook: key.replace(/^hooks-/, ''), input: input as JsonObject }, signal);
  const { event } = input as { readonly event?: string | null };
  if (typeof event === 'string') return answerClaudeCode(key, output, { streams, json });
  await printOutput(key, output, streams.out, { json });
  return exitStatusOf(output);
}
