import { expect } from 'vitest';

import type { FaultCode } from '../../src/base/fault-codes.ts';
import type { FaultWorld } from './fault-world.ts';

/** What is promised of a command that is refused. */
export interface Wanted {
  readonly code: FaultCode;
  readonly exit: number;
  /** The sentence holds this: what was wrong. */
  readonly says: string | RegExp;
  /** What to type next, or what else helps. */
  readonly hint: string | RegExp;
  readonly at?: { readonly file: string; readonly line: number; readonly column: number };
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** The fault as `--json` prints it. */
export interface Refusal {
  readonly code: string;
  readonly kind: string;
  readonly message: string;
  readonly hints: readonly string[];
  readonly state?: string;
  readonly at?: { readonly file: string; readonly line: number; readonly column: number; readonly text?: string };
}

const place = ({ env, cwd }: Wanted): { env?: Readonly<Record<string, string>>; cwd?: string } => ({
  ...(env && { env }),
  ...(cwd && { cwd }),
});

/** Runs the command as a program and checks everything that is promised of a refusal. */
export async function refusesIn(world: FaultWorld, args: readonly string[], wanted: Wanted): Promise<Refusal> {
  const result = await world.run([...args, '--json'], place(wanted));
  const fault = (result.json?.['error'] ?? result.json?.['fault']) as Refusal | undefined;
  const seen = `${args.join(' ')}\n${result.out}\n${result.err}`;
  expect({ code: fault?.code, exit: result.exitStatus }, seen).toEqual({ code: wanted.code, exit: wanted.exit });
  if (fault === undefined) throw new Error('unreachable');
  expect(fault.message, seen).toMatch(wanted.says);
  expect(fault.hints.join('\n'), seen).toMatch(wanted.hint);
  // A wrong word on the command line and a name that is not there were never the beginning of work.
  if (!['usage', 'not-found'].includes(fault.kind))
    expect(fault.state, seen).toMatch(/^Nothing was \w+\.|^Nothing was changed|production/);
  if (wanted.at) {
    expect(fault.at, seen).toMatchObject(wanted.at);
    await showsCaret(world, args, wanted);
  }
  return fault;
}

/** For people: the place, the line and a caret below the column, on stderr and nothing on stdout. */
async function showsCaret(world: FaultWorld, args: readonly string[], wanted: Wanted): Promise<void> {
  const { out, err, exitStatus } = await world.run(args, place(wanted));
  const { file, line, column } = wanted.at ?? { file: '', line: 0, column: 0 };
  expect({ out, exitStatus }).toEqual({ out: '', exitStatus: wanted.exit });
  const lines = err.split('\n');
  expect(lines[0]).toContain(`error ${wanted.code} `);
  expect(err).toContain(`${file}:${line}:${column}`);
  const quoted = lines.find((one) => one.trimStart().startsWith(`${line} |`)) ?? '';
  const caret = lines.find((one) => /^ *\| *\^/.test(one)) ?? '';
  expect(caret.indexOf('^') - caret.indexOf('|') - 2, err).toBe(column - 1);
  expect(quoted.indexOf('|'), err).toBe(caret.indexOf('|'));
}
