import { createInterface } from 'node:readline';

/** Asks the person at the terminal. */
export interface Prompter {
  /** Returns the answer without white space around it, or undefined when the person pressed Ctrl-C or Ctrl-D. */
  ask(question: string): Promise<string | undefined>;
}

/** Returns a prompter over the terminal. The question goes to `output`, which should be the narration's stream. */
export function terminalPrompter(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Prompter {
  return {
    ask: (question) =>
      new Promise((resolve) => {
        const lines = createInterface({ input, output, terminal: true });
        let isAnswered = false;
        const end = (answer: string | undefined): void => {
          isAnswered = true;
          resolve(answer);
          lines.close();
        };
        // Without an answer the cursor is still behind the question.
        const leave = (): void => {
          output.write('\n');
          end(undefined);
        };
        lines.once('SIGINT', leave);
        lines.once('close', () => {
          if (!isAnswered) leave();
        });
        lines.question(question, (answer) => end(answer.trim()));
      }),
  };
}
