import type { App } from '../../app/app.ts';
import type { Operation } from '../../app/operation.ts';
import type { RunView } from '../../app/views/run-view.ts';
import { exitCodes } from '../../base/fault-kinds.ts';
import { Fault } from '../../base/fault.ts';
import type { AttemptRelay } from '../../ports/attempt-sockets.ts';
import { answerByRelay } from './by-relay.ts';
import { readCommandLine, type CommandLine } from './command-line.ts';
import { allOperations, requireCommand, type OperationTable } from './commands.ts';
import { exitStatusOf } from './exit-status.ts';
import { printFailure } from './failure.ts';
import { followRun } from './follow-run.ts';
import { answerClaudeCode, failureStatus, isFromClaudeCode } from './for-claude-code.ts';
import { accent, printLines } from './line.ts';
import { parseInput } from './parse-input.ts';
import { printHelp } from './print-help.ts';
import { printOutput } from './print-output.ts';
import { settleOutside } from './settle-outside.ts';
import type { Streams } from './streams.ts';
import { watchScreen } from './watch-screen.ts';

export interface CliOptions {
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  /** Made when it is needed: a wrong option costs nothing. `home` is the value of `--home`; `supervises`: as the operation says. */
  readonly app: App | ((home: string | null, supervises: boolean) => Promise<App>);
  readonly streams: Streams;
  /** Aborts with the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Inside the wall of an attempt: hooks and tools are asked for over its socket, and nothing is opened here. */
  readonly relay?: AttemptRelay | undefined;
  /** Every operation there is; tests give fewer. */
  readonly operations?: OperationTable;
}

/** Runs one command and returns its exit status. Never throws: what goes wrong is printed. */
export async function runCli({
  argv,
  app,
  streams,
  signal,
  relay,
  operations = allOperations,
}: CliOptions): Promise<number> {
  const wanted = { json: argv.includes('--json'), verbose: argv.includes('--verbose') };
  try {
    const line = readCommandLine(argv);
    const words = line.tokens
      .filter(({ text, isLiteral }) => isLiteral || !text.startsWith('-'))
      .map(({ text }) => text);
    if (line.globals.help || words[0] === 'help') return await printHelp(line, words, streams.out, operations);
    const isBare = words.length === 0 && line.tokens.length === 0;
    const { key, nWords } = isBare ? { key: 'status', nWords: 0 } : requireCommand(leadingWords(line), operations);
    const operation = await load(operations, key);
    const input = await withInput(operation, parseInput(operation, line, nWords), streams);
    if (relay !== undefined && (key === 'mcp' || key.startsWith('hooks-')))
      return await answerByRelay({ key, input, relay, streams, signal, json: line.globals.json });
    const opened = typeof app === 'function' ? await app(line.globals.home, operation.supervises === true) : app;
    // `review` alone, with a person at a whole terminal; with anything more it is the list.
    if (key === 'review-list' && line.tokens.length === 1 && streams.openScreen !== null && !line.globals.json)
      return await openReviewer({ app: opened, table: operations, openScreen: streams.openScreen, signal });
    if (operation.speaks?.(input) === true) return await speak(opened, input as { readonly only?: readonly string[] });
    return await perform({
      key,
      operation,
      input,
      app: opened,
      streams,
      signal,
      operations,
      json: line.globals.json,
      isBare,
    });
  } catch (error) {
    if (signal.aborted)
      return printFailure(new Fault('INTERRUPTED', 'Interrupted.', { cause: error }), streams, wanted);
    const status = printFailure(error, streams, wanted);
    return isFromClaudeCode(argv) ? failureStatus(status) : status;
  }
}

/** Longest input that is read for a field that is given as `-`, in bytes. */
const maxInputBytes = 4 * 1024 * 1024;

/** Fills the field that is given as `-` with what comes on standard input. */
async function withInput({ fromInput }: Operation, input: unknown, { readInput }: Streams): Promise<unknown> {
  const given = input as Readonly<Record<string, unknown>>;
  if (fromInput === undefined || given[fromInput] !== '-' || readInput === undefined) return input;
  return { ...given, [fromInput]: await readInput({ maxBytes: maxInputBytes }) };
}

/** Loaded when it is wanted: no other command has a screen. */
async function openReviewer({
  openScreen,
  ...rest
}: {
  app: App;
  table: OperationTable;
  openScreen: NonNullable<Streams['openScreen']>;
  signal: AbortSignal;
}): Promise<number> {
  // A folder without an installation is told before the screen is taken.
  await rest.app.installation();
  const { runReviewer } = await import('./reviewer/reviewer.ts');
  return runReviewer({ ...rest, screen: openScreen() });
}

/** Loaded when it is wanted. An end of the pipe is how it ends: that is no failure. */
async function speak(app: App, { only = [] }: { readonly only?: readonly string[] }): Promise<number> {
  // A folder without an installation is told before anything is said.
  await app.installation();
  const { speakStdio } = await import('../mcp/stdio.ts');
  await speakStdio(app, { input: process.stdin, output: process.stdout, only });
  return 0;
}

interface Performance {
  readonly key: string;
  readonly operation: Operation;
  readonly input: unknown;
  readonly app: App;
  readonly streams: Streams;
  readonly signal: AbortSignal;
  readonly operations: OperationTable;
  readonly json: boolean;
  readonly isBare: boolean;
}

async function perform({
  key,
  operation,
  input,
  app,
  streams,
  signal,
  operations,
  json,
  isBare,
}: Performance): Promise<number> {
  try {
    const given = input as { readonly dryRun?: boolean; readonly yes?: boolean; readonly detach?: boolean };
    if (operation.settlesOutside === true && !given.dryRun && !given.yes && !given.detach)
      await settleOutside({ app, table: operations, streams, signal, json });
    const output = await operation.run(app, input);
    const { event } = input as { readonly event?: string | null };
    if (key.startsWith('hooks-') && typeof event === 'string')
      return await answerClaudeCode(key, output, { streams, json });
    if (operation.asksFirst === true && isPlanned(output) && !(input as { dryRun?: boolean }).dryRun) {
      return await askFirst({ key, operation, input, app, streams, json }, output);
    }
    const first = operation.followed === undefined ? (output as RunView) : operation.followed.runOf(output);
    const mayFollow = operation.follows === true && first !== null && !(input as { detach?: boolean }).detach;
    if (mayFollow) {
      const { view, exitStatus } = await followRun({ app, table: operations, streams, signal, json }, first);
      const whole = operation.followed === undefined ? view : operation.followed.with(output, view);
      if (json || exitStatus !== exitCodes.interrupted) await printOutput(key, whole, streams.out, { json });
      return operation.endsRun === true && view.isFinal && view.restorePoint === null ? 0 : exitStatus;
    }
    if (operation.watches === true) {
      const screen = watchScreen(key, streams.out, { json });
      await screen.show(output);
      if (operation.more && operation.goesOn?.(input) === true)
        for await (const next of operation.more(app, input, signal)) await screen.show(next);
      return 0;
    }
    await printOutput(key, output, streams.out, { json });
    if (operation.more && operation.goesOn?.(input) === true) {
      for await (const next of operation.more(app, input, signal)) await printOutput(key, next, streams.out, { json });
      return exitCodes.interrupted;
    }
    return exitStatusOf(output);
  } catch (error) {
    // Bare `orchestrate` in a folder without an installation is how people meet the tool.
    if (!isBare || json || !(error instanceof Fault) || error.code !== 'HOME_NOT_FOUND') throw error;
    return printHelp(
      { globals: { json, verbose: false, help: true, home: null }, tokens: [], argv: [] },
      [],
      streams.out,
      operations,
    );
  }
}

const isPlanned = (output: unknown): boolean =>
  typeof output === 'object' && output !== null && 'state' in output && output.state === 'planned';

/** Shows what would be done, asks, and does it. Where nobody can be asked the plan is the answer, and exit 7 says so. */
async function askFirst(
  {
    key,
    operation,
    input,
    app,
    streams,
    json,
  }: Pick<Performance, 'key' | 'operation' | 'input' | 'app' | 'streams' | 'json'>,
  planned: unknown,
): Promise<number> {
  const { out, err, prompter } = streams;
  if (json || prompter === null) {
    await printOutput(key, planned, out, { json });
    if (!json)
      printLines(err, [
        ['Nothing was written: nobody could be asked. Add ', accent('--yes'), ' to say yes beforehand.'],
      ]);
    return exitCodes.waiting;
  }
  await printOutput(key, planned, err, { json });
  const answer = (await prompter.ask('Go on? [y/N] > '))?.toLowerCase();
  if (answer !== 'y' && answer !== 'yes') {
    printLines(err, ['Nothing was written.']);
    return exitCodes.waiting;
  }
  const confirmed = operation.confirm?.(input, planned) ?? input;
  const output = await operation.run(app, { ...(confirmed as object), yes: true });
  await printOutput(key, output, out, { json });
  return exitStatusOf(output);
}

/** Words before the first option: only they can name a command. */
function leadingWords({ tokens }: CommandLine): readonly string[] {
  const end = tokens.findIndex(({ text, isLiteral }) => isLiteral || text.startsWith('-'));
  return tokens.slice(0, end < 0 ? tokens.length : end).map(({ text }) => text);
}

async function load(operations: OperationTable, key: string): Promise<Operation> {
  const operation = await operations[key]?.();
  if (operation === undefined) throw new Error(`the operation ${key} is missing`);
  return operation;
}
