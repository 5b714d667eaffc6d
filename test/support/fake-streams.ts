import type { FullScreen } from '../../src/faces/cli/reviewer/terminal.ts';
import type { Sink, Streams } from '../../src/faces/cli/streams.ts';

export interface FakeStreams extends Streams {
  readonly outText: () => string;
  readonly errText: () => string;
  /** Questions that were put to the person. */
  readonly questions: readonly string[];
}

/** Returns streams that keep what is written. `answers` makes a terminal with a person who gives them in order. */
export function fakeStreams(
  options: {
    answers?: readonly (string | undefined)[];
    hasColour?: boolean;
    isTerminal?: boolean;
    width?: number;
    screen?: FullScreen;
  } = {},
): FakeStreams {
  const out: string[] = [];
  const err: string[] = [];
  const questions: string[] = [];
  const answers = [...(options.answers ?? [])];
  const sink = (parts: string[]): Sink => ({
    write: (text) => void parts.push(text),
    isTerminal: options.isTerminal ?? false,
    hasColour: options.hasColour ?? false,
    width: options.width ?? 100,
  });
  const ask = async (question: string): Promise<string | undefined> => {
    questions.push(question);
    return answers.shift();
  };
  return {
    out: sink(out),
    err: sink(err),
    openScreen: options.screen === undefined ? null : () => options.screen as FullScreen,
    prompter: options.answers === undefined ? null : { ask },
    outText: () => out.join(''),
    errText: () => err.join(''),
    questions,
  };
}
