import type { Position } from '../../base/fault.ts';
import { canonicalJson } from '../../base/json.ts';
import type { Located, ValuePath } from '../definitions/locator.ts';
import type { Played } from './play.ts';
import type { PlaybookTest, TestCase } from './playbook-test.ts';

/** Where a playbook did something else than its test expects. */
export interface Difference {
  readonly message: string;
  readonly at: Position;
}

/** Returns all that is otherwise than case `index` expects, each with its place in the test's file; what it says nothing about is not compared. */
export function judgeCase(
  { value, locate }: Located<PlaybookTest>,
  index: number,
  played: Played,
): readonly Difference[] {
  const expected = value.cases[index]?.expect;
  if (expected === undefined) throw new Error(`the test has no case ${index}`);
  return differences(expected, played).map(({ path, message }) => ({
    message,
    at: locate.value(['cases', index, 'expect', ...path]),
  }));
}

interface Found {
  readonly path: ValuePath;
  readonly message: string;
}

function differences(expected: TestCase['expect'], played: Played): readonly Found[] {
  const because = played.fault === null ? '' : ` (${played.fault.code} ${played.fault.message})`;
  return [
    ...same(['outcome'], expected.outcome, played.outcome, because),
    ...same(['order'], expected.order, played.order),
    ...same(['skipped'], expected.skipped, played.skipped),
    ...same(['asks'], expected.asks, played.asks),
    ...same(['waits'], expected.waits, played.waits),
    ...same(['taken-back'], expected.takenBack, played.takenBack),
    ...same(['fault'], expected.fault, played.fault?.code ?? 'none', because),
    ...each(['attempts'], expected.attempts, played.attempts),
    ...Object.entries(expected.arguments ?? {}).flatMap(([step, args]) =>
      each(['arguments', step], args, played.arguments[step] ?? {}),
    ),
  ];
}

function same(path: ValuePath, expected: unknown, found: unknown, because = ''): readonly Found[] {
  if (expected === undefined || canonicalJson(expected) === canonicalJson(found)) return [];
  return [{ path, message: `${path.join('.')} is ${text(found)}${because}, not ${text(expected)}` }];
}

/** Only what is named is compared. */
const each = (
  path: ValuePath,
  expected: Readonly<Record<string, unknown>> | undefined,
  found: Readonly<Record<string, unknown>>,
): readonly Found[] =>
  Object.entries(expected ?? {}).flatMap(([name, value]) => same([...path, name], value, found[name] ?? null));

function text(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : value.join(', ');
  if (value === null) return 'absent';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
