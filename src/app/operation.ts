import type { ZodType } from 'zod';

import type { App } from './app.ts';
import type { RunView } from './views/run-view.ts';

/** `read` changes nothing; `write` asks the supervisor or writes a file; `destroy` takes something away. */
export type OperationEffect = 'read' | 'write' | 'destroy';

export interface OperationExample {
  readonly command: string;
  readonly explains: string;
}

/**
 * One thing that a person or program can ask of the tool. Faces (command line, HTTP, MCP) parse the input, call `run`, and render the output; they decide nothing.
 */
export interface Operation<Input = unknown, Output = unknown> {
  /** Words of the command: `review list`. */
  readonly name: string;
  readonly summary: string;
  /** A paragraph for `--help`. */
  readonly description?: string;
  readonly effect: OperationEffect;
  /** Everyday operations are listed by `--help`; the others by `help --all`. */
  readonly everyday?: boolean;
  /** `none` runs anywhere; `home` needs an installation. */
  readonly needs: 'home' | 'none';
  /** A zod object; each field has `.describe(…)`. Field names are the long options, in camelCase. */
  readonly input: ZodType<Input>;
  readonly output: ZodType<Output>;
  /** Input fields taken by position, in order. */
  readonly positional?: readonly string[];
  /** What people type for an option beside its own name: `{ '-i': 'taskId', '--auto-spawn': 'autoSpawnAgents' }`. */
  readonly alsoTyped?: Readonly<Record<string, string>>;
  /** Input field that a face fills with what comes on its standard input where it is given as `-`, at most 4 MiB within seconds. */
  readonly fromInput?: string;
  /** The output has a `run` that goes on: a face follows it to its end and shows it then, unless the input says `detach`. */
  readonly follows?: boolean;
  /** For `follows`, where the output is more than the run: which run is followed (null: none), and the output with the run as it ended. */
  readonly followed?: {
    runOf(output: Output): RunView | null;
    with(output: Output, run: RunView): Output;
  };
  /** It begins work: what others changed is shown before, and offered to be kept. */
  readonly settlesOutside?: boolean;
  /** It asks that a run ends without a merge: a run that ended so is what was wanted, not a failure. */
  readonly endsRun?: boolean;
  /** Its process becomes the supervisor: programs are started through the spawn helper, and it keeps a log. */
  readonly supervises?: boolean;
  /** With such an input it speaks a protocol on stdin and stdout until the other side ends, in place of `run`. */
  speaks?(input: Input): boolean;
  /** It begins or ends the process that would answer, or is about the folder where a person stands: no other face runs it. */
  readonly commandLineOnly?: true;
  /** Without `yes` it changes nothing and its output has `state: 'planned'`: a face shows that, asks, and runs it again with `yes`. */
  readonly asksFirst?: boolean;
  /** For `asksFirst`: the input that carries out exactly what was shown; without it the same input with `yes`. */
  confirm?(input: Input, planned: Output): Input;
  /** Each output is a look at the same thing: a face shows one in the place of the other, as JSON a line each. That it was ended is no failure. */
  readonly watches?: boolean;
  readonly examples: readonly OperationExample[];
  run(app: App, input: Input): Promise<Output>;
  /** Whether more of the same follows the output. */
  goesOn?(input: Input): boolean;
  /** What follows, until the signal aborts: a face shows each as it comes. */
  more?(app: App, input: Input, signal: AbortSignal): AsyncIterable<Output>;
}

/** Returns the operation unchanged, its input and output types checked against each other. */
export const defineOperation = <Input, Output>(operation: Operation<Input, Output>): Operation<Input, Output> =>
  operation;
