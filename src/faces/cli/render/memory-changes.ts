import { type MemoryVersionView, refText } from '../../../app/views/memory-view.ts';
import { countText, roomText, timeText } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { rowsText } from './words.ts';

/** Digits of a plan's hash that people are shown. */
const SHOWN_DIGITS = 12;
/** Lines of one kind that are shown; `--json` has all. */
const MAX_LINES = 40;

const first = (lines: readonly Line[]): readonly Line[] =>
  lines.length <= MAX_LINES ? lines : [...lines.slice(0, MAX_LINES), [dim(`  and ${lines.length - MAX_LINES} more`)]];

/** Renders `memory put` and `memory revert`. */
export const renderMemoryWritten = (one: MemoryVersionView): readonly Line[] => [
  [good('Written: '), strong(refText(one)), dim(` · ${one.kind} · ${roomText(one.sizeBytes)}`)],
  ...one.refutes.map((ref): Line => [`  refutes ${refText(ref)} and its copies`]),
];

/** Renders `memory init`. */
export const renderMemoryInit = (one: {
  readonly folder: string;
  readonly created: readonly string[];
  readonly present: readonly string[];
}): readonly Line[] => [
  [good(`${countText(one.created.length, 'entry', 'entries')} written below `), strong(one.folder)],
  ...one.created.map((key): Line => [`  ${key}`]),
  ...(one.present.length === 0 ? [] : [[dim(`  ${one.present.length} were there already`)]]),
  nextLine('orchestrate memory populate'),
];

interface Populated {
  readonly entries: readonly {
    readonly key: string;
    readonly what: 'written' | 'would-write' | 'same' | 'other-form' | 'nothing';
    readonly rows: readonly number[];
    readonly why: string | null;
  }[];
}

/** Renders `memory populate`: what was written from which rows, and of what nothing is known. */
export function renderMemoryPopulate({ entries }: Populated): readonly Line[] {
  const told = {
    written: 'written',
    'would-write': 'would be written',
    same: 'is so already',
    'other-form': '',
    nothing: '',
  };
  return entries.map(({ key, what, rows, why }): Line => {
    if (what === 'nothing') return [dim(`${key}: ${why ?? 'nothing is on record'}`)];
    if (what === 'other-form') return [warn(`${key} is left as it is: ${why ?? 'you keep it in a form of your own'}`)];
    const shown = rows.slice(-5);
    const more = rows.length > shown.length ? ` and ${rows.length - shown.length} more` : '';
    const mark: Span = what === 'same' ? dim(told.same) : good(told[what]);
    return [strong(key), ' ', mark, dim(`${rowsText(shown)}${more}`)];
  });
}

/** Renders `memory refute`. */
export const renderMemoryRefute = (one: {
  readonly refuted: string;
  readonly by: MemoryVersionView;
  readonly copies: readonly { readonly key: string; readonly version: number }[];
}): readonly Line[] => [
  [strong(one.refuted), ' is refuted by ', strong(refText(one.by)), ': no task is given it'],
  ...one.copies.map((ref): Line => [`  and with it ${refText(ref)}`]),
];

/** Renders `memory share`. */
export const renderMemoryShare = (one: {
  readonly from: string;
  readonly to: string;
  readonly copied: MemoryVersionView | null;
}): readonly Line[] =>
  one.copied === null
    ? [`${one.to} says the same as ${one.from} already.`]
    : [[good('Copied: '), `${one.from} → `, strong(refText(one.copied))]];

/** Renders `memory transfer`. */
export function renderMemoryTransfer({
  entries,
}: {
  readonly entries: readonly { readonly from: string; readonly to: string; readonly what: string }[];
}): readonly Line[] {
  if (entries.length === 0) return ['There is nothing to copy.'];
  const words: Readonly<Record<string, string>> = {
    copied: 'copied',
    same: 'there already',
    'would-copy': 'would be copied',
  };
  return first(entries.map(({ from, to, what }): Line => [`${from} → `, strong(to), dim(` · ${words[what] ?? what}`)]));
}

/** Renders `memory export`. */
export const renderMemoryExport = (one: {
  readonly file: string;
  readonly nEntries: number;
  readonly nVersions: number;
  readonly sizeBytes: number;
  readonly sha256: string;
}): readonly Line[] => [
  [good('Written: '), strong(one.file)],
  [
    dim(
      `${countText(one.nEntries, 'entry', 'entries')}, ${countText(one.nVersions, 'version')}, ${roomText(one.sizeBytes)}, sha256 ${one.sha256.slice(0, 16)}…`,
    ),
  ],
  nextLine(`orchestrate memory import ${one.file} --dry-run`),
];

interface Imported {
  readonly state: 'planned' | 'imported' | 'nothing';
  readonly hash: string;
  readonly installation: string;
  readonly madeAtMs: number;
  readonly entries: readonly {
    readonly key: string;
    readonly what: 'new' | 'same' | 'differs' | 'invalid';
    readonly nVersions: number;
    readonly why: string | null;
  }[];
  readonly nWritten: number;
}

/** Renders `memory import`: what is new, and what differs and why it stays. */
export function renderMemoryImport({
  state,
  hash,
  installation,
  madeAtMs,
  entries,
  nWritten,
}: Imported): readonly Line[] {
  const head: Line =
    state === 'imported'
      ? [good(`${countText(nWritten, 'version')} imported`)]
      : state === 'nothing'
        ? ['Nothing is brought in.']
        : [strong(`Plan ${hash.slice(0, SHOWN_DIGITS)}`), ` brings in, from ${installation} of ${timeText(madeAtMs)}:`];
  const lines = entries
    .filter(({ what }) => what !== 'same')
    .map(({ key, what, nVersions, why }): Line => {
      const spans: Span[] = [`  ${key}, ${countText(nVersions, 'version')}`];
      if (what !== 'new') spans.push(': ', warn(`${what}${why === null ? '' : `, ${why}`}`));
      return spans;
    });
  const nSame = entries.filter(({ what }) => what === 'same').length;
  return [head, ...first(lines), ...(nSame === 0 ? [] : [[dim(`  ${nSame} are the same already`)]])];
}

interface Pruned {
  readonly state: 'planned' | 'pruned' | 'nothing';
  readonly hash: string;
  readonly entries: readonly { readonly key: string; readonly sizeBytes: number; readonly why: string }[];
  readonly versions: readonly {
    readonly key: string;
    readonly nVersions: number;
    readonly newest: number;
    readonly sizeBytes: number;
  }[];
  readonly nDropped: number;
  readonly nKept: number;
  readonly nStayed: number;
}

/** Renders `memory prune`: what goes and why, and which old versions go for good. */
export function renderMemoryPrune({
  state,
  hash,
  entries,
  versions,
  nDropped,
  nKept,
  nStayed,
}: Pruned): readonly Line[] {
  if (state === 'nothing')
    return [[good(`Nothing is past its time: ${countText(nKept, 'entry stays', 'entries stay')}.`)]];
  const head: Line =
    state === 'pruned'
      ? [
          good(`${countText(entries.length - nStayed, 'entry', 'entries')} taken away; their versions are kept`),
          ...(nDropped === 0 ? [] : [`; ${countText(nDropped, 'old version')} of entries dropped for good`]),
        ]
      : [
          strong(`Plan ${hash.slice(0, SHOWN_DIGITS)}`),
          ` takes away ${countText(entries.length, 'entry', 'entries')}, ${nKept} stay${versions.length === 0 ? '' : ', and drops old versions for good'}:`,
        ];
  return [
    head,
    ...first(entries.map(({ key, sizeBytes, why }): Line => [`  ${key}, ${roomText(sizeBytes)}: ${why}`])),
    ...first(
      versions.map((one): Line => [
        `  ${one.key}, ${countText(one.nVersions, 'version')} up to ${one.newest}, ${roomText(one.sizeBytes)}: nothing rests on them`,
      ]),
    ),
    ...(nStayed === 0 ? [] : [[warn(`${nStayed} stayed: somebody wrote them meanwhile`)]]),
  ];
}

interface Linted {
  readonly nEntries: number;
  readonly findings: readonly {
    readonly key: string;
    readonly version: number;
    readonly sentence: string;
    readonly hint: string;
  }[];
  readonly problems: readonly {
    readonly path: string;
    readonly sentence: string;
    readonly line: number | null;
    readonly column: number | null;
  }[];
}

/** Renders `memory lint`. */
export function renderMemoryLint({ nEntries, findings, problems }: Linted): readonly Line[] {
  if (findings.length + problems.length === 0)
    return [[good(`Nothing doubtful in ${countText(nEntries, 'entry', 'entries')}.`)]];
  const place = ({ line, column }: Linted['problems'][number]): string =>
    line === null ? '' : `, line ${line}${column === null ? '' : `, column ${column}`}`;
  return [
    ...first(problems.map((one): Line => [warn(one.path), `${place(one)}: ${one.sentence}`])),
    ...first(
      findings.flatMap(({ key, version, sentence, hint }): Line[] => [
        [strong(`${key}@${version}`), `: ${sentence}`],
        [dim(`  ${hint}`)],
      ]),
    ),
  ];
}
