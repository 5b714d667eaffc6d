import { positionText, problemsOf } from '../../app/views/fault-view.ts';
import { exitCodes } from '../../base/fault-kinds.ts';
import { faultRecord, type FaultRecord } from '../../base/fault.ts';
import { jsonText } from './display-text.ts';
import { accent, bad, dim, printLines, strong, type Line } from './line.ts';
import type { Streams } from './streams.ts';

/** Prints what went wrong and returns the exit status. With `json` the error is the answer and goes to stdout. */
export function printFailure(error: unknown, streams: Streams, options: { json: boolean; verbose: boolean }): number {
  const record = faultRecord(error);
  if (options.json) streams.out.write(jsonText({ error: options.verbose ? record : withoutStack(record) }));
  else printLines(streams.err, faultLines(record, options));
  return exitCodes[record.kind];
}

/** Returns a fault for people: code, message, place, state of the work, what to type next. Several that came together one by one. */
export function faultLines(record: FaultRecord, options: { verbose: boolean } = { verbose: false }): readonly Line[] {
  const problems = problemsOf(record);
  if (problems.length > 1) return manyLines(record, problems);
  const isBug = record.kind === 'bug';
  const stack = record.data?.['stack'];
  return [
    ...sayingLines(record),
    ...(record.state === undefined ? [] : [`  ${record.state}`]),
    ...(isBug && !options.verbose
      ? ['  Run it again with --verbose to see where; the stack is what a report needs.']
      : []),
    ...(options.verbose && typeof stack === 'string' ? stack.split('\n').map((line): Line => [dim(line)]) : []),
    ...record.hints.map((hint) => nextLine(hint)),
  ];
}

/** Returns what happened and where. */
function sayingLines(record: FaultRecord): readonly Line[] {
  const message = record.kind === 'bug' ? `A bug in orchestrate: ${record.message}` : record.message;
  const [first = '', ...others] = message.split('\n');
  return [
    [bad(`error ${record.code}`), ' ', strong(first)],
    ...others.filter((line) => line.trim() !== '').map((line) => `  ${line}`),
    ...(record.at === undefined
      ? []
      : positionText(record.at)
          .split('\n')
          .map((line): Line => [dim('  '), line])),
  ];
}

/** Each with its remedy; how many there are, the state, and what to type after all of them come once, at the end. */
export function manyLines(record: FaultRecord, problems: readonly FaultRecord[]): readonly Line[] {
  const total = Number(record.data?.['nProblems'] ?? problems.length);
  const more = total - problems.length;
  const files = new Set(problems.map(({ at }) => at?.file)).size;
  const commands = new Set([...problems, record].flatMap(({ hints }) => hints.filter(isCommand)));
  return [
    ...problems.flatMap((problem) => [
      ...sayingLines(problem),
      ...problem.hints.filter((hint) => !isCommand(hint)).map((hint) => nextLine(hint)),
      '',
    ]),
    `${total} things are wrong in ${files === 1 ? 'one file' : `${files} files`}${more > 0 ? `; ${more} are not shown` : ''}.`,
    ...(record.state === undefined ? [] : [record.state]),
    ...[...commands].map((hint) => nextLine(hint)),
  ];
}

const isCommand = (hint: string): boolean => /^(orchestrate|git|cd|eval) /.test(hint);

/** Returns the line that says what to type next, or what else helps. No full stop: people double-click it. */
export const nextLine = (hint: string): Line =>
  isCommand(hint) ? [dim('next: '), accent(hint)] : [dim('help: '), hint];

function withoutStack(record: FaultRecord): FaultRecord {
  if (record.data?.['stack'] === undefined) return record;
  const { data: _, ...rest } = record;
  return rest;
}
