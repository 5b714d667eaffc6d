import { positionText } from '../../app/views/fault-view.ts';
import { exitCodes } from '../../base/fault-codes.ts';
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

/** Returns a fault for people: code, message, place, state of the work, what to type next. */
export function faultLines(record: FaultRecord, options: { verbose: boolean } = { verbose: false }): readonly Line[] {
  const isBug = record.kind === 'bug';
  const message = isBug ? `A bug in orchestrate: ${record.message}` : record.message;
  const [first = '', ...others] = message.split('\n');
  const stack = record.data?.['stack'];
  return [
    [bad(`error ${record.code}`), ' ', strong(first)],
    ...others.filter((line) => line.trim() !== '').map((line) => `  ${line}`),
    ...(record.at === undefined
      ? []
      : positionText(record.at)
          .split('\n')
          .map((line): Line => [dim('  '), line])),
    ...(record.state === undefined ? [] : [`  ${record.state}`]),
    ...(isBug && !options.verbose
      ? ['  Run it again with --verbose to see where; the stack is what a report needs.']
      : []),
    ...(options.verbose && typeof stack === 'string' ? stack.split('\n').map((line): Line => [dim(line)]) : []),
    ...record.hints.map((hint) => nextLine(hint)),
  ];
}

/** Returns the line that says what to type next, or what else helps. No full stop: people double-click it. */
export const nextLine = (hint: string): Line =>
  /^(orchestrate|git|cd|eval) /.test(hint) ? [dim('next: '), accent(hint)] : [dim('help: '), hint];

function withoutStack(record: FaultRecord): FaultRecord {
  if (record.data?.['stack'] === undefined) return record;
  const { data: _, ...rest } = record;
  return rest;
}
