import { countText, listText, roomText, timeText } from '../../../app/views/text.ts';
import type { TrashView } from '../../../app/views/trash-view.ts';
import { nextLine } from '../failure.ts';
import { dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { table } from './table.ts';
import { rowsText } from './words.ts';

/** Digits of a plan's hash that people are shown. */
const SHOWN_DIGITS = 12;

/** Renders `trash list`. */
export function renderTrashList({
  trash,
  sizeBytes,
}: {
  trash: readonly TrashView[];
  sizeBytes: number;
}): readonly Line[] {
  const [first] = trash;
  if (first === undefined) return ['The trash is empty.'];
  const rows = trash.map((one): Span[] => [
    strong(one.id),
    one.state === 'there' ? (one.holdsWork ? warn('holds work') : '') : dim(one.state),
    one.what,
    one.name,
    roomText(one.sizeBytes),
    timeText(one.atMs),
    one.ref === null ? dim('no backup') : 'backup',
    one.why,
  ]);
  return [
    ...table(['id', '', 'what', 'of', 'size', 'when', '', 'why'], rows),
    '',
    `${countText(trash.length, 'thing')}, ${roomText(sizeBytes)}`,
    nextLine(`orchestrate trash show ${first.id}`),
  ];
}

/** Renders `trash show`. */
export function renderTrashShow(
  one: TrashView & { readonly isThere: boolean; readonly paths: readonly string[]; readonly nPaths: number },
): readonly Line[] {
  return [
    [strong(one.id), ` · ${one.what} ${one.name} · ${roomText(one.sizeBytes)}`, dim(rowsText([one.row]))],
    `${one.why}; moved by ${one.by}, ${timeText(one.atMs)}`,
    `lay at ${one.from ?? 'a place that nothing says'}`,
    one.isThere ? `lies at ${one.place}` : [warn(`its folder is gone: ${one.place}`)],
    one.ref === null
      ? `no backup${one.what === 'packages' || one.what === 'instance' ? ': this folder is the only copy' : ''}`
      : `backup ${one.ref}: ${countText(one.nPaths, 'file')}`,
    ...(one.commits.length === 0
      ? []
      : [`  and ${listText(one.commits.map((id) => id.slice(0, 7)))}, which nothing else names`]),
    ...one.leftOut.map(({ path, reason }): Line => [warn(`  not in the backup: ${path} (${reason})`)]),
    ...one.paths.slice(0, 20).map((path): Line => [dim(`  ${path}`)]),
    ...(one.nPaths > 20 ? [[dim(`  and ${one.nPaths - 20} more`)]] : []),
    '',
    nextLine(
      `orchestrate trash restore ${one.id}${one.from === null || ['slot-files', 'packages', 'instance'].includes(one.what) ? ' --to <folder>' : ''}`,
    ),
  ];
}

/** Renders `trash restore`. */
export function renderTrashRestore(one: TrashView & { readonly to: string; readonly how: string }): readonly Line[] {
  return [
    [good(`${one.id} is back${one.how === 'moved' ? '' : ', written from its backup'}: `), strong(one.to)],
    ...(one.ref === null ? [] : [[dim(`its backup stays: ${one.ref}`)]]),
  ];
}

interface EmptyOutput {
  readonly state: 'planned' | 'emptied' | 'nothing';
  readonly hash: string;
  readonly items: readonly {
    readonly id: string;
    readonly what: string;
    readonly name: string;
    readonly sizeBytes: number;
    readonly ref: string | null;
    readonly refGoes: boolean;
    readonly holdsWork: boolean;
  }[];
  readonly kept: readonly { readonly id: string; readonly why: string }[];
  readonly freedBytes: number;
}

/** Renders `trash empty`: what goes for good, and of what a backup stays. */
export function renderTrashEmpty({ state, hash, items, kept, freedBytes }: EmptyOutput): readonly Line[] {
  const stays = kept.map(({ id, why }): Line => [dim(`  ${id} stays: ${why}`)]);
  if (state === 'nothing') return [[good('Nothing is old enough to go.')], ...stays];
  const head: Line =
    state === 'emptied'
      ? [good('Freed '), strong(roomText(freedBytes))]
      : [strong(`Plan ${hash.slice(0, SHOWN_DIGITS)}`), ` removes ${countText(items.length, 'thing')} for good`];
  return [
    head,
    ...items.map(({ id, what, name, sizeBytes, ref, refGoes, holdsWork }): Line => [
      `  ${id} ${what} ${name}, ${roomText(sizeBytes)}: `,
      ref !== null && !refGoes
        ? 'its backup stays'
        : holdsWork
          ? warn('nothing brings it back then')
          : 'all of it is on the branch, or can be built again',
    ]),
    ...stays,
  ];
}

interface CleanOutput {
  readonly state: 'planned' | 'cleaned' | 'nothing';
  readonly hash: string;
  readonly slots: readonly {
    readonly slot: string;
    readonly decision: 'trash' | 'refused' | 'absent';
    readonly reasons: readonly { readonly sentence: string }[];
    readonly sizeBytes: number;
  }[];
}

/** Renders `trees clean`: what goes to the trash, and why the others stay. */
export function renderTreesClean({ state, hash, slots }: CleanOutput): readonly Line[] {
  const head: Line =
    state === 'nothing'
      ? [good('No slot is taken away.')]
      : state === 'cleaned'
        ? [good('Moved to the trash; '), strong('orchestrate trash list')]
        : [strong(`Plan ${hash.slice(0, SHOWN_DIGITS)}`), ' moves to the trash, with a backup:'];
  return [
    head,
    ...slots.map(({ slot, decision, reasons, sizeBytes }): Line => {
      const told = reasons.map(({ sentence }) => sentence).join('; ');
      if (decision === 'trash') return [`  ${slot}, ${roomText(sizeBytes)}${told === '' ? '' : `: ${told}`}`];
      return decision === 'absent' ? [dim(`  ${slot} is not there`)] : [`  ${slot} `, warn(`stays: ${told}`)];
    }),
  ];
}
