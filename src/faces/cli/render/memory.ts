import { claimText, type MemoryEntryView, type MemoryVersionView, refText } from '../../../app/views/memory-view.ts';
import { countText, roomText, timeText } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { dim, strong, warn, type Line, type Span } from '../line.ts';
import { table } from './table.ts';

/** Renders `memory get`: who says it first, then what; the text of an entry is a claim. */
export const renderMemoryGet = (entry: MemoryEntryView): readonly Line[] => [
  [strong(refText(entry)), dim(` · ${entry.kind} · ${roomText(entry.sizeBytes)}`)],
  [dim(`${claimText(entry)}:`)],
  ...stateLines(entry),
  '',
  ...textLines(entry.text),
];

/** Lines without the last end of line, and without blanks at their ends. */
const textLines = (text: string): readonly Line[] =>
  text
    .replace(/\n+$/, '')
    .split('\n')
    .map((line) => line.trimEnd());

function stateLines({ refutedBy, isRemoved, expiresAtMs }: MemoryVersionView): readonly Line[] {
  return [
    ...(refutedBy === null ? [] : [[warn(`refuted by ${refText(refutedBy)}: no task is given it`)]]),
    ...(isRemoved ? [[warn('its file was taken away; this is what it said')]] : []),
    ...(expiresAtMs === null ? [] : [[dim(`for tasks until ${timeText(expiresAtMs)}`)]]),
  ];
}

/** Renders `memory list`. */
export function renderMemoryList({
  entries,
  next,
}: {
  readonly entries: readonly MemoryVersionView[];
  readonly next: string | null;
}): readonly Line[] {
  if (entries.length === 0) return ['Memory holds nothing there.', nextLine('orchestrate memory init')];
  return [
    ...versionsTable(entries),
    ...(next === null ? [] : ['', nextLine(`orchestrate memory list --after ${next}`)]),
  ];
}

/** Renders `memory history`. */
export const renderMemoryHistory = ({
  versions,
}: {
  readonly versions: readonly MemoryVersionView[];
}): readonly Line[] => versionsTable(versions);

const versionsTable = (versions: readonly MemoryVersionView[]): readonly Line[] =>
  table(
    ['entry', 'kind', 'says', 'when', 'rests on', ''],
    versions.map((one): Span[] => [
      strong(refText(one)),
      one.kind,
      `${one.by.name}${one.origin === 'put' ? '' : ` (${one.origin})`}`,
      timeText(one.atMs),
      one.evidence.slice(0, 3).join(' '),
      markOf(one),
    ]),
  );

function markOf({ refutedBy, isRemoved, copyOf }: MemoryVersionView): Span {
  if (refutedBy !== null) return warn('refuted');
  if (isRemoved) return dim('taken away');
  return copyOf === null ? '' : dim(`copy of ${refText(copyOf)}`);
}

/** Renders `memory search`. */
export function renderMemorySearch({
  hits,
}: {
  readonly hits: readonly (MemoryVersionView & { readonly excerpt: string })[];
}): readonly Line[] {
  if (hits.length === 0) return ['Nothing in memory has these words.'];
  return hits.flatMap((one): Line[] => [
    [strong(refText(one)), dim(` · ${one.kind} · ${one.by.name}, ${timeText(one.atMs)} `), markOf(one)],
    `  ${one.excerpt}`,
  ]);
}

interface Loaded {
  readonly entries: readonly MemoryEntryView[];
  readonly nBytes: number;
  readonly budgetBytes: number;
  readonly nLeftOut: number;
}

/** Renders `memory load`. */
export function renderMemoryLoad({ entries, nBytes, budgetBytes, nLeftOut }: Loaded): readonly Line[] {
  const rest = nLeftOut === 0 ? '' : `, ${nLeftOut} left out`;
  return [
    [
      strong(countText(entries.length, 'entry', 'entries')),
      ` · ${roomText(nBytes)} of ${roomText(budgetBytes)}${rest}`,
    ],
    ...entries.flatMap((one): Line[] => ['', ...renderMemoryGet(one)]),
  ];
}
