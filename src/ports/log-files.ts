/** Lines of a log, read as a stream: a file of any size and any content, its end cut or growing. */
export interface LogFiles {
  /**
   * Yields lines in batches of at most 1,000, also one without any where only empty lines were read: split at `\n` and `\r`, colours and control
   * characters taken out, cut at 8 KiB (`isCut`), bytes that are no UTF-8 replaced. `fromByte` goes on where an earlier read ended.
   * `isEnded`: nothing is added any more, so that what has no end is a line too. Faults: `LOG_UNREADABLE`.
   */
  read(
    path: string,
    options?: {
      readonly fromByte?: number;
      readonly maxBytes?: number;
      readonly isEnded?: boolean;
      readonly signal?: AbortSignal;
    },
  ): AsyncIterable<LogBatch>;
}

export interface LogBatch {
  readonly lines: readonly LogLine[];
  /** Where the next read goes on. */
  readonly endByte: number;
  /** Line ends (`\n`) before that, from where the read began, those of empty lines with them: the next read's lines are counted on from it. */
  readonly endLine: number;
  /** Share, 0 to 1, of what was read so far that is no text, by samples: near 0 for a log, half for UTF-16, more for a binary file. */
  readonly noTextShare: number;
}

export interface LogLine {
  /** Counted from 1 by `\n`, from where the read began. */
  readonly line: number;
  readonly text: string;
  readonly isCut: boolean;
}
