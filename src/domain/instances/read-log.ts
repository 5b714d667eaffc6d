import { visibleText } from '../../base/visible-text.ts';
import { quoteLine } from './quote-line.ts';

export const logLevels = ['error', 'warning', 'info', 'debug', 'other'] as const;
export type LogLevel = (typeof logLevels)[number];

/** An error of a log, told once however often it was written. Lines count from 1 in the text that was read. */
export interface LogError {
  /** Where it was written first. */
  readonly line: number;
  readonly lastLine: number;
  readonly nTimes: number;
  /** What shows the fault, without paths, addresses and tokens. */
  readonly text: string;
}

export interface ReadLog {
  readonly nLines: number;
  readonly levels: Readonly<Record<LogLevel, number>>;
  /** The first, as what follows is mostly its consequence, and the newest others; oldest first. */
  readonly errors: readonly LogError[];
}

/** Errors that are told. */
const mostErrors = 10;
/** Characters of a line that are looked at: a line without an end must not take the time of all others. */
const longestLine = 2_000;

/** Counts the lines of a log by level and returns its errors. The text is data: nothing in it is obeyed. */
export function readLog(text: string): ReadLog {
  const levels = { error: 0, warning: 0, info: 0, debug: 0, other: 0 };
  const errors = new Map<string, LogError>();
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  lines.forEach((raw, index) => {
    const shown = shownLine(raw);
    const level = levelOf(shown);
    levels[level] += 1;
    if (level !== 'error') return;
    const line = index + 1;
    // The time in front of it differs, and the number of a process.
    const key = shown.replaceAll(/\d+/g, '0');
    const known = errors.get(key) ?? { line, lastLine: line, nTimes: 0, text: quoteLine(shown) };
    errors.delete(key);
    errors.set(key, { ...known, lastLine: line, nTimes: known.nTimes + 1 });
  });
  return { nLines: lines.length, levels, errors: toldErrors([...errors.values()]) };
}

/** Of what is sorted by the last time: the first that was written, and the newest. */
function toldErrors(errors: readonly LogError[]): readonly LogError[] {
  const byFirst = errors.toSorted((a, b) => a.line - b.line);
  if (errors.length <= mostErrors) return byFirst;
  const newest = new Set([...byFirst.slice(0, 1), ...errors.slice(1 - mostErrors)]);
  return byFirst.filter((one) => newest.has(one));
}

/** What steers a terminal: titles, colours, the cursor. */
// eslint-disable-next-line no-control-regex -- these are the characters that begin them
const sequences = /\u001B(?:\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])/g;

/** Returns a line as a terminal would show it: of what a progress bar wrote over itself the last. */
function shownLine(raw: string): string {
  const last = raw.replace(/\r+$/, '').split('\r').at(-1) ?? '';
  return visibleText(last.slice(0, longestLine).replaceAll(sequences, '')).trimEnd();
}

/** What ends a trace of Python. */
const raised = /^(?:[A-Za-z_][\w.]*)?(?:Error|Exception|Interrupt)\b/;
const named =
  /^.{0,80}?(?<![A-Za-z])(CRITICAL|FATAL|ERROR|WARNING|WARN|INFO|DEBUG|TRACE)(?![A-Za-z])|"(?:level|severity)": ?"(\w{1,10})"/;
const failed =
  /\(IMPORT FAILED\)|^!!! Exception|^Fatal Python error|^Segmentation fault|^Killed\b|^Cannot import |(?:^|\s)error:/i;
/** `/x.py:12: UserWarning: …` */
const warned = /\b\w{0,60}Warning: /;

const levelNames: Readonly<Record<string, LogLevel>> = {
  critical: 'error',
  fatal: 'error',
  error: 'error',
  warning: 'warning',
  warn: 'warning',
  info: 'info',
  debug: 'debug',
  trace: 'debug',
};

function levelOf(line: string): LogLevel {
  if (raised.test(line)) return 'error';
  const name = named.exec(line);
  const level = levelNames[(name?.[1] ?? name?.[2] ?? '').toLowerCase()];
  if (level !== undefined) return level;
  if (failed.test(line)) return 'error';
  return warned.test(line) ? 'warning' : 'other';
}
