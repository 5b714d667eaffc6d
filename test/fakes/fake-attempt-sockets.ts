import type { AttemptSockets } from '../../src/ports/attempt-sockets.ts';

export interface FakeAttemptSockets extends AttemptSockets {
  /** Paths that are open. */
  readonly listening: ReadonlySet<string>;
  /** Sends a line to a path, as a program inside the wall would. */
  say(path: string, line: string): Promise<string>;
}

/** Sockets in memory. */
export function createFakeAttemptSockets(): FakeAttemptSockets {
  const answers = new Map<string, Parameters<AttemptSockets['open']>[1]>();
  const listening = new Set<string>();
  return {
    listening,
    async open(path, answer) {
      answers.set(path, answer);
      listening.add(path);
      return {
        async close() {
          answers.delete(path);
          listening.delete(path);
        },
      };
    },
    async say(path, line) {
      const answer = answers.get(path);
      if (answer === undefined) throw new Error(`nobody listens at ${path}`);
      return answer(line, new AbortController().signal);
    },
  };
}
