import { Fault } from '../../base/fault.ts';
import { dataOf, type JournalKind } from '../../domain/journal/kinds.ts';
import type { TrashItem } from '../../domain/removal/trash.ts';
import type { Entry } from '../../ports/index.ts';
import type { EngineContext } from '../context.ts';

type Journal = Pick<EngineContext, 'ledger'>;

/** Returns everything that ever lay in the trash, oldest first, each as its newest row tells it. */
export function readTrash({ ledger }: Journal): readonly TrashItem[] {
  const items = new Map<string, TrashItem>();
  for (const entry of allRows({ ledger }, 'trash.put')) {
    const put = dataOf('trash.put', entry);
    if (put === undefined) continue;
    const newest = ledger.latest(`trash:${put.id}`);
    const isLeft = (dataOf('trash.restored', newest)?.left ?? []).length > 0;
    const state =
      newest?.kind === 'trash.emptied'
        ? 'emptied'
        : newest?.kind === 'trash.restored' && !isLeft
          ? 'restored'
          : 'there';
    // A place that was emptied may be used once more: the newer one stands at the end.
    items.delete(put.id);
    items.set(put.id, { ...put, atMs: entry.atMs, row: entry.seq, state });
  }
  return [...items.values()];
}

/** Returns the one thing of that id, or of the only id that begins so. Fault `TRASH_NOT_FOUND`. */
export function requireTrash(journal: Journal, id: string): TrashItem {
  const all = readTrash(journal);
  const found = all.filter((one) => one.id === id || (id.length >= 4 && one.id.startsWith(id)));
  const [only] = found;
  if (only !== undefined && (found.length === 1 || only.id === id)) return only;
  const sentence = found.length > 1 ? `${id} names ${found.length} things` : `Nothing called ${JSON.stringify(id)} is`;
  throw new Fault('TRASH_NOT_FOUND', `${sentence} in the trash.`, { state: 'Nothing was changed.' });
}

/** Rows that are read at once. */
const pageRows = 5_000;

export function allRows({ ledger }: Journal, kind: JournalKind): readonly Entry[] {
  const rows: Entry[] = [];
  for (let afterSeq = 0; ; afterSeq = rows.at(-1)?.seq ?? afterSeq) {
    const page = ledger.read({ kinds: [kind], afterSeq, limit: pageRows });
    rows.push(...page);
    if (page.length < pageRows) return rows;
  }
}
