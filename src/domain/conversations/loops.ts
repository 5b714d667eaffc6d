import type { Message, ToolCall } from './message.ts';

/** The same call with the same result this many times is a loop. */
export const loopTimes = 3;

/**
 * Returns the call that an agent makes over and over with the same result, since something was last said to it and since a call last
 * changed anything; undefined where there is none. What is polled and answers otherwise each time is no loop.
 */
export function findLoop(messages: readonly Message[], isChange: (name: string) => boolean): ToolCall | undefined {
  const times = new Map<string, number>();
  let calls: readonly ToolCall[] = [];
  let found: ToolCall | undefined;
  for (const message of messages) {
    if (message.role === 'user') {
      times.clear();
      found = undefined;
    } else if (message.role === 'model') calls = message.calls;
    else
      for (const { id, text, isError } of message.results) {
        const call = calls.find((one) => one.id === id);
        if (call === undefined) continue;
        const key = keyOf(call, text);
        if (isChange(call.name) && !isError && !times.has(key)) times.clear();
        const n = (times.get(key) ?? 0) + 1;
        times.set(key, n);
        if (n >= loopTimes) found = call;
      }
  }
  return found;
}

const keyOf = (call: ToolCall, text: string): string => JSON.stringify([call.name, call.arguments, text]);
