import { bytesText } from '../../domain/plans/amounts.ts';
import { usdText } from '../../domain/spending/usd-text.ts';
import { commandText } from '../../domain/templates/command-line.ts';

/** Digits of a git id that people are shown. */
const SHORT = 7;

/** Returns the first seven digits of a commit or tree id. */
export const shortId = (id: string): string => id.slice(0, SHORT);

/** Returns a branch without `refs/heads/`. */
export const branchName = (ref: string): string => ref.replace(/^refs\/heads\//, '');

/** Returns milliseconds as people say them: `0.4 s`, `14 s`, `1m29 s`, `2h05m`. */
export function spanText(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`;
}

/** Returns `watched 5.0 s, 6 answers`: how long new production was watched, and how often it was seen to answer. */
export const watchedText = (watched: {
  readonly ms: number;
  readonly nAnswers: number;
  readonly isInterrupted: boolean;
}): string =>
  `watched ${spanText(watched.ms)}${watched.isInterrupted ? ' with an interruption' : ''}, ${countText(watched.nAnswers, 'answer')}`;

/** Returns `1 file`, `3 files`. */
export const countText = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** Returns the time as `2026-08-23 14:05:09Z`: the same for every reader. */
export const timeText = (atMs: number): string =>
  new Date(atMs)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');

/** Returns micro-USD as money: `$1.25`, `$0.0042`. */
export const moneyText = (microUsd: number): string => usdText(microUsd);

/** Returns a program and its arguments as a person would type them. */
export const commandLine = (argv: readonly string[]): string => commandText(argv);

/** Returns `a`, `a and b`, `a, b and c`. */
export function listText(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** Returns `torch 2.8.0 → 2.11.0`, `+ numpy 2.0`, `− numpy 2.0`. */
export function moveText(move: {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}): string {
  if (move.from === null) return `+ ${move.name} ${move.to ?? ''}`.trimEnd();
  if (move.to === null) return `− ${move.name} ${move.from}`;
  return `${move.name} ${move.from} → ${move.to}`;
}

/** Returns a size as people read it. One that nobody knows is said to be unknown, never guessed. */
export const roomText = (bytes: number | null): string => (bytes === null ? 'unknown' : bytesText(bytes));
