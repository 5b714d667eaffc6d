import type { Clock, TranscriptLine, Transcripts } from '../../src/ports/index.ts';

export interface FakeTranscripts extends Transcripts {
  readonly lines: Map<string, TranscriptLine[]>;
}

/** Transcripts in memory: what outlives a process of ours. */
export function createFakeTranscripts({
  clock,
  redact = (value) => value,
}: {
  readonly clock: Clock;
  readonly redact?: <T>(value: T) => T;
}): FakeTranscripts {
  const lines = new Map<string, TranscriptLine[]>();
  return {
    lines,
    async append(conversation, message, by) {
      const line = redact({ atMs: clock.nowMs(), message, ...(by === undefined ? {} : { by }) });
      lines.set(conversation, [...(lines.get(conversation) ?? []), line]);
    },
    read: async (conversation) => [...(lines.get(conversation) ?? [])],
    list: async (run) => [...lines.keys()].filter((name) => name.split(/[.:]/).includes(run)).sort(),
  };
}
