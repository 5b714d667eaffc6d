import { countText } from '../../../app/views/text.ts';
import type { TreeView } from '../../../app/views/tree-view.ts';
import { dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { renderTreesList } from './lists.ts';
import { table } from './table.ts';
import { rowsText } from './words.ts';

/** Renders `trees scale`. */
export function renderTreesScale({
  tree,
  before,
  row,
}: {
  readonly tree: TreeView;
  readonly before: number;
  readonly row: number;
}): readonly Line[] {
  return [
    [strong(tree.tree), ` has ${countText(tree.nSlots, 'slot')} now, ${before} before`, dim(rowsText([row]))],
    ...renderTreesList({ trees: [tree] }).slice(2),
  ];
}

interface Step {
  readonly slot: string;
  readonly act: 'keep' | 'on-demand' | 'leave' | 'trash';
  readonly reason: string;
}

/** Digits of the plan's hash that people are shown. */
const SHOWN_DIGITS = 12;

/** Renders `trees sync`: every folder with what is done about it and why. */
export function renderTreesSync(synced: {
  readonly state: 'planned' | 'synced' | 'nothing';
  readonly hash: string;
  readonly steps: readonly Step[];
  readonly row: number | null;
}): readonly Line[] {
  const { state, hash, steps, row } = synced;
  const nTrash = steps.filter(({ act }) => act === 'trash').length;
  const head: Line =
    state === 'nothing'
      ? [good('Nothing to move: every folder agrees, or has to stay.')]
      : state === 'planned'
        ? [strong(`Plan ${hash.slice(0, SHOWN_DIGITS)}`), ` moves ${countText(nTrash, 'slot')} to trash`]
        : [good(`Moved ${countText(nTrash, 'slot')} to trash`), dim(rowsText(row === null ? [] : [row]))];
  const word: Readonly<Record<Step['act'], Span>> = {
    keep: good('keep'),
    'on-demand': dim('on demand'),
    leave: warn('leave'),
    trash: strong('to trash'),
  };
  return [
    head,
    ...table(
      ['slot', '', 'why'],
      steps.map(({ slot, act, reason }): Span[] => [strong(slot), word[act], reason]),
    ),
  ];
}
