import { exitCodes } from '../../base/fault-kinds.ts';
import { printLines } from './line.ts';
import { printOutput } from './print-output.ts';
import { renderOutput } from './render/renderers.ts';
import type { Streams } from './streams.ts';

/** What Claude Code takes for: do not go on, and tell the model what stands on stderr. */
const stop = 2;

/** Whether Claude Code, or whatever speaks as it does, typed this. */
export const isFromClaudeCode = (argv: readonly string[]): boolean =>
  argv[0] === 'hooks' && argv.some((word) => word === '--event' || word.startsWith('--event='));

/**
 * Prints what a hook answers, as Claude Code reads it (https://docs.claude.com/en/docs/claude-code/hooks#hook-output), and returns the exit
 * status: 0, or 2 when the answer is to stop.
 */
export async function answerClaudeCode(
  key: string,
  output: unknown,
  { streams, json }: { streams: Streams; json: boolean },
): Promise<number> {
  if ((output as { readonly ok?: boolean }).ok !== false) {
    await printOutput(key, output, streams.out, { json });
    return 0;
  }
  printLines(streams.err, await renderOutput(key, output));
  return stop;
}

/** A failure of ours stops nobody: with 2, which is usage here, Claude Code would. */
export const failureStatus = (status: number): number => (status === stop ? exitCodes.user : status);
