import { terminalPrompter } from './prompter.ts';
import { openTerminal } from './reviewer/terminal.ts';
import { sinkOf, type Streams } from './streams.ts';

/** Returns the streams of this process. A person can be asked when both ends of the terminal are one. */
export function processStreams(): Streams {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', leaveQuietly);
  const canAsk = process.stdin.isTTY && process.stderr.isTTY;
  const out = sinkOf(process.stdout, process.env);
  const canShow = process.stdin.isTTY && out.isTerminal;
  return {
    out,
    err: sinkOf(process.stderr, process.env),
    openScreen: canShow ? () => openTerminal(process.stdin, process.stdout, { hasColour: out.hasColour }) : null,
    prompter: canAsk ? terminalPrompter(process.stdin, process.stderr) : null,
  };
}

/** Whoever read our output has read enough (`orchestrate runs list | head`), or the terminal is gone: that is no failure. A run goes on. */
function leaveQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || error.code === 'EIO') process.exit(0);
  throw error;
}

const INTERRUPTED = 130;

/** Returns a signal that the first Ctrl-C (or SIGTERM, or the end of the terminal) aborts; the second one ends this process at once. The run goes on. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  process.on('SIGHUP', interrupt);
  return controller.signal;
}
