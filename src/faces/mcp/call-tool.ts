import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';

import type { App } from '../../app/app.ts';
import { requireRun } from '../../app/operations/_run-output.ts';
import { requireTool } from '../../app/tools/all-tools.ts';
import type { ToolAnswer } from '../../app/tools/tool.ts';
import { entrySentence } from '../../app/views/journal-line.ts';
import { faultResult, protocolError } from './fault-result.ts';

interface Calling {
  readonly open: (gone: AbortSignal) => Promise<App>;
  /** Aborts when who called has called it off: waiting ends, and what was begun goes on. */
  readonly signal: AbortSignal;
  readonly tell: (progress: number, message: string) => Promise<void>;
  /** Who called wants to be told how it goes on. */
  readonly isFollowed: boolean;
}

/** Clients give up after a minute: a run that goes on for longer is answered as it is then. */
const followMs = 50_000;

/**
 * Calls a tool. A name that there is not is an error of the protocol; a fault of the work is an answer that says so. A run that goes on is
 * followed where who called wants that: each row of its journal is told, to its end, to a question for a person, or for 50 seconds.
 */
export async function callTool(
  { name, arguments: input = {} }: { readonly name: string; readonly arguments?: Record<string, unknown> | undefined },
  calling: Calling,
): Promise<CallToolResult> {
  const tool = await protocolError(() => requireTool(name));
  try {
    const app = await calling.open(calling.signal);
    const answer = await tool.call(app, input);
    const isDetached = input['detach'] === true;
    if (answer.run === null || !calling.isFollowed || isDetached) return resultOf(app, answer);
    await follow(app, answer.run, calling);
    return resultOf(app, { ...answer, output: await requireRun(app, answer.run) });
  } catch (error) {
    return faultResult(error);
  }
}

async function follow(app: App, run: string, { signal, tell }: Calling): Promise<void> {
  const late = new AbortController();
  const ended = AbortSignal.any([signal, late.signal]);
  const waiting = app.outside.clock.sleep(followMs, ended).then(() => late.abort());
  let nTold = 0;
  try {
    for await (const entry of app.follow(run, ended)) await tell((nTold += 1), entrySentence(entry));
  } finally {
    late.abort();
    await waiting;
  }
}

/** The same twice: as data, and as text for clients that read only that. It is the last place at which a secret could show. */
function resultOf(app: App, { output: answered, isPlan }: ToolAnswer): CallToolResult {
  const output = app.outside.secrets.data(answered);
  const structuredContent = output as Record<string, unknown>;
  return {
    structuredContent,
    content: [
      ...(isPlan
        ? [
            {
              type: 'text' as const,
              text: 'This is the plan: nothing was done. Call it again with "yes": true to do it.',
            },
          ]
        : []),
      { type: 'text' as const, text: JSON.stringify(output) },
    ],
  };
}
