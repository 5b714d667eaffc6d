import type { TrashItem } from '../../domain/removal/trash.ts';
import type { Installation } from '../app.ts';
import { trashView, type TrashView } from '../views/trash-view.ts';

/** Adds whether the backup of each is there. */
export async function loadTrashViews({ store }: Installation, items: readonly TrashItem[]): Promise<TrashView[]> {
  const views: TrashView[] = [];
  for (const item of items)
    views.push(trashView(item, item.ref !== null && (await store.findRef(item.ref)) !== undefined));
  return views;
}
